/**
 * Four rows at a time, one per component of a vec4, of up to eight chunks. A matrix of an Octet holds one chunk of the
 * four rows, channels 4c to 4c + 3 as its columns; Chunks is one row. Everything has a name and no index: a processor's
 * driver keeps such variables out of memory, and drops the chunks past `count`, a constant at every call.
 */
export const QUAD_WGSL = /* wgsl */ `
const QUADS = vec4u(0u, 1u, 2u, 3u);

struct Chunks { a: vec4f, b: vec4f, c: vec4f, d: vec4f, e: vec4f, f: vec4f, g: vec4f, h: vec4f }
struct Octet { a: mat4x4f, b: mat4x4f, c: mat4x4f, d: mat4x4f, e: mat4x4f, f: mat4x4f, g: mat4x4f, h: mat4x4f }

// Four rows side by side, times a factor.
fn octet(r: Chunks, s: Chunks, t: Chunks, u: Chunks, factor: f32, count: u32) -> Octet {
  var x: Octet;
  x.a = transpose(mat4x4f(r.a, s.a, t.a, u.a)) * factor;
  if (count > 1u) { x.b = transpose(mat4x4f(r.b, s.b, t.b, u.b)) * factor; }
  if (count > 2u) { x.c = transpose(mat4x4f(r.c, s.c, t.c, u.c)) * factor; }
  if (count > 3u) { x.d = transpose(mat4x4f(r.d, s.d, t.d, u.d)) * factor; }
  if (count > 4u) { x.e = transpose(mat4x4f(r.e, s.e, t.e, u.e)) * factor; }
  if (count > 5u) { x.f = transpose(mat4x4f(r.f, s.f, t.f, u.f)) * factor; }
  if (count > 6u) { x.g = transpose(mat4x4f(r.g, s.g, t.g, u.g)) * factor; }
  if (count > 7u) { x.h = transpose(mat4x4f(r.h, s.h, t.h, u.h)) * factor; }
  return x;
}

// Dot products of the four rows with one row.
fn dots(x: Octet, row: Chunks, count: u32) -> vec4f {
  var s = x.a * row.a;
  if (count > 1u) { s += x.b * row.b; }
  if (count > 2u) { s += x.c * row.c; }
  if (count > 3u) { s += x.d * row.d; }
  if (count > 4u) { s += x.e * row.e; }
  if (count > 5u) { s += x.f * row.f; }
  if (count > 6u) { s += x.g * row.g; }
  if (count > 7u) { s += x.h * row.h; }
  return s;
}

// o · keep + p ⊗ row
fn blend(o: ptr<function, Octet>, keep: vec4f, p: vec4f, row: Chunks, count: u32) {
  o.a = blended(o.a, keep, p, row.a);
  if (count > 1u) { o.b = blended(o.b, keep, p, row.b); }
  if (count > 2u) { o.c = blended(o.c, keep, p, row.c); }
  if (count > 3u) { o.d = blended(o.d, keep, p, row.d); }
  if (count > 4u) { o.e = blended(o.e, keep, p, row.e); }
  if (count > 5u) { o.f = blended(o.f, keep, p, row.f); }
  if (count > 6u) { o.g = blended(o.g, keep, p, row.g); }
  if (count > 7u) { o.h = blended(o.h, keep, p, row.h); }
}

fn blended(o: mat4x4f, keep: vec4f, p: vec4f, v: vec4f) -> mat4x4f {
  return mat4x4f(o[0] * keep + p * v.x, o[1] * keep + p * v.y, o[2] * keep + p * v.z, o[3] * keep + p * v.w);
}

// o + p ⊗ row
fn add(o: ptr<function, Octet>, p: vec4f, row: Chunks, count: u32) {
  o.a = added(o.a, p, row.a);
  if (count > 1u) { o.b = added(o.b, p, row.b); }
  if (count > 2u) { o.c = added(o.c, p, row.c); }
  if (count > 3u) { o.d = added(o.d, p, row.d); }
  if (count > 4u) { o.e = added(o.e, p, row.e); }
  if (count > 5u) { o.f = added(o.f, p, row.f); }
  if (count > 6u) { o.g = added(o.g, p, row.g); }
  if (count > 7u) { o.h = added(o.h, p, row.h); }
}

fn added(o: mat4x4f, p: vec4f, v: vec4f) -> mat4x4f {
  return mat4x4f(o[0] + p * v.x, o[1] + p * v.y, o[2] + p * v.z, o[3] + p * v.w);
}
`;

/** Chunks that an Octet holds. Longer rows go to the kernels that keep rows in arrays. */
export const QUAD_CHUNKS = 8;
