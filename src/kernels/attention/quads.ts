/**
 * Four rows at a time, one per component of a vec4. A matrix holds chunk c of the four rows, channels 4c to 4c + 3 as
 * its columns; Octet holds eight chunks, and four octets a row of up to 128 channels. Everything has a name and no
 * index: a processor's driver keeps such variables out of memory, and drops the chunks past `count`, which is a
 * constant at every call.
 */
export const QUAD_WGSL = /* wgsl */ `
const QUADS = vec4u(0u, 1u, 2u, 3u);
// Chunks left to the second, third and fourth octet of a row.
const HEAD1 = HEAD - min(HEAD, 8u);
const HEAD2 = HEAD - min(HEAD, 16u);
const HEAD3 = HEAD - min(HEAD, 24u);
const VALUE1 = VALUE - min(VALUE, 8u);
const VALUE2 = VALUE - min(VALUE, 16u);
const VALUE3 = VALUE - min(VALUE, 24u);

struct Octet { a: mat4x4f, b: mat4x4f, c: mat4x4f, d: mat4x4f, e: mat4x4f, f: mat4x4f, g: mat4x4f, h: mat4x4f }

// o · keep + p ⊗ v
fn blended(o: mat4x4f, keep: vec4f, p: vec4f, v: vec4f) -> mat4x4f {
  return mat4x4f(o[0] * keep + p * v.x, o[1] * keep + p * v.y, o[2] * keep + p * v.z, o[3] * keep + p * v.w);
}

// o + p ⊗ v
fn added(o: mat4x4f, p: vec4f, v: vec4f) -> mat4x4f {
  return mat4x4f(o[0] + p * v.x, o[1] + p * v.y, o[2] + p * v.z, o[3] + p * v.w);
}

fn scaled(o: mat4x4f, factor: vec4f) -> mat4x4f {
  return mat4x4f(o[0] * factor, o[1] * factor, o[2] * factor, o[3] * factor);
}
`;

/** Rows of more chunks than four octets hold go to the kernels that keep rows in arrays. */
export const QUAD_CHUNKS = 32;
