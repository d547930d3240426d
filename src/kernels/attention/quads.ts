/**
 * Four rows at a time, one per component of a vec4, of up to eight chunks. A matrix of an Octet holds one chunk of the
 * four rows, channels 4c to 4c + 3 as its columns; Chunks is one row. Everything has a name and no index: a processor's
 * driver keeps such variables out of memory, and drops the chunks past `count`, a constant at every call.
 */
export const QUAD_WGSL = /* wgsl */ `
const QUADS = vec4u(0u, 1u, 2u, 3u);

struct Chunks { a: vec4f, b: vec4f, c: vec4f, d: vec4f, e: vec4f, f: vec4f, g: vec4f, h: vec4f }
struct Octet { a: mat4x4f, b: mat4x4f, c: mat4x4f, d: mat4x4f, e: mat4x4f, f: mat4x4f, g: mat4x4f, h: mat4x4f }

// Rows enter and leave an Octet one by one, in loops that turn it: code for all four at once would take a processor's
// driver twice as long to compile.

// The rows move up by one and the new row comes last.
fn push(x: ptr<function, Octet>, row: Chunks, count: u32) {
  x.a = pushed(x.a, row.a);
  if (count > 1u) { x.b = pushed(x.b, row.b); }
  if (count > 2u) { x.c = pushed(x.c, row.c); }
  if (count > 3u) { x.d = pushed(x.d, row.d); }
  if (count > 4u) { x.e = pushed(x.e, row.e); }
  if (count > 5u) { x.f = pushed(x.f, row.f); }
  if (count > 6u) { x.g = pushed(x.g, row.g); }
  if (count > 7u) { x.h = pushed(x.h, row.h); }
}

fn pushed(x: mat4x4f, v: vec4f) -> mat4x4f {
  return mat4x4f(vec4f(x[0].yzw, v.x), vec4f(x[1].yzw, v.y), vec4f(x[2].yzw, v.z), vec4f(x[3].yzw, v.w));
}

// The first row leaves and becomes the last.
fn pull(x: ptr<function, Octet>, count: u32) -> Chunks {
  var row: Chunks;
  row.a = firstOf(x.a);
  if (count > 1u) { row.b = firstOf(x.b); }
  if (count > 2u) { row.c = firstOf(x.c); }
  if (count > 3u) { row.d = firstOf(x.d); }
  if (count > 4u) { row.e = firstOf(x.e); }
  if (count > 5u) { row.f = firstOf(x.f); }
  if (count > 6u) { row.g = firstOf(x.g); }
  if (count > 7u) { row.h = firstOf(x.h); }
  x.a = pushed(x.a, row.a);
  if (count > 1u) { x.b = pushed(x.b, row.b); }
  if (count > 2u) { x.c = pushed(x.c, row.c); }
  if (count > 3u) { x.d = pushed(x.d, row.d); }
  if (count > 4u) { x.e = pushed(x.e, row.e); }
  if (count > 5u) { x.f = pushed(x.f, row.f); }
  if (count > 6u) { x.g = pushed(x.g, row.g); }
  if (count > 7u) { x.h = pushed(x.h, row.h); }
  return row;
}

fn firstOf(x: mat4x4f) -> vec4f { return vec4f(x[0].x, x[1].x, x[2].x, x[3].x); }

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

/** `<buffer>Row(at)`: a row of the buffer, its chunks counted by the constant of that name. */
/* @__NO_SIDE_EFFECTS__ */
export function rowReader(buffer: string, count: 'HEAD' | 'VALUE'): string {
  return ROW_READER.replaceAll('BUFFER', buffer).replaceAll('COUNT', count);
}

// A pattern: WGSL once BUFFER and COUNT are replaced.
const ROW_READER = `
fn BUFFERRow(at: u32) -> Chunks {
  var x: Chunks;
  x.a = BUFFER[at];
  if (COUNT > 1u) { x.b = BUFFER[at + 1u]; }
  if (COUNT > 2u) { x.c = BUFFER[at + 2u]; }
  if (COUNT > 3u) { x.d = BUFFER[at + 3u]; }
  if (COUNT > 4u) { x.e = BUFFER[at + 4u]; }
  if (COUNT > 5u) { x.f = BUFFER[at + 5u]; }
  if (COUNT > 6u) { x.g = BUFFER[at + 6u]; }
  if (COUNT > 7u) { x.h = BUFFER[at + 7u]; }
  return x;
}
`;

/** `write<Name>(at, row, factor)`: writes a row into the buffer, multiplied. */
/* @__NO_SIDE_EFFECTS__ */
export function rowWriter(name: string, buffer: string, count: 'HEAD' | 'VALUE'): string {
  return ROW_WRITER.replaceAll('NAME', name).replaceAll('BUFFER', buffer).replaceAll('COUNT', count);
}

// A pattern: WGSL once NAME, BUFFER and COUNT are replaced.
const ROW_WRITER = `
fn writeNAME(at: u32, row: Chunks, factor: f32) {
  BUFFER[at] = row.a * factor;
  if (COUNT > 1u) { BUFFER[at + 1u] = row.b * factor; }
  if (COUNT > 2u) { BUFFER[at + 2u] = row.c * factor; }
  if (COUNT > 3u) { BUFFER[at + 3u] = row.d * factor; }
  if (COUNT > 4u) { BUFFER[at + 4u] = row.e * factor; }
  if (COUNT > 5u) { BUFFER[at + 5u] = row.f * factor; }
  if (COUNT > 6u) { BUFFER[at + 6u] = row.g * factor; }
  if (COUNT > 7u) { BUFFER[at + 7u] = row.h * factor; }
}
`;
