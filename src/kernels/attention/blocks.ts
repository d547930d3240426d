/** Rows that a block of `blockWgsl` owns: queries, or for the gradient of keys and values, keys. */
export const BLOCK_ROWS = 8;

/**
 * For softgpu: an invocation owns eight rows, and all others stream past in tiles. Both products, of rows with rows and
 * of weights with rows, are then steps of two loads, four loads that fill a vector with one number, and eight
 * multiply-adds into eight sums: one vector holds the same channel, or the same weight, of four of the eight rows. No
 * reduction and no turning of what streams past is needed, and softmax works on four rows at once.
 *
 * Kernels say where the rows lie that stream past: `headChannel(at)` and `valueChannel(at)`.
 */
export const BLOCK_WGSL = /* wgsl */ `
const QUADS = vec4u(0u, 1u, 2u, 3u);
const TILE = 32u; // rows that stream past at once
const CHANNELS = 4u * max(HEAD, VALUE);

// For each channel the numbers of the eight rows.
alias Turned = array<vec4f, 2u * CHANNELS>;
// For each row of a tile the scores or weights of the eight rows.
alias Scores = array<vec4f, 2u * TILE>;

// The rows of the block: those past the last one repeat it.
struct Rows { low: vec4u, high: vec4u }

fn rowsFrom(first: u32, count: u32) -> Rows {
  return Rows(min(first + QUADS, vec4u(count - 1u)), min(first + 4u + QUADS, vec4u(count - 1u)));
}

fn channel(ofValue: bool, at: u32) -> f32 {
  if (ofValue) { return valueChannel(at); }
  return headChannel(at);
}

fn channels(ofValue: bool) -> u32 {
  // Not the constants: a loop over so many channels is better left one.
  return select(params.channels.x, params.channels.y, ofValue);
}

// result = own · rows
fn multiply(own: ptr<private, Turned>, result: ptr<private, Scores>, ofValue: bool, at: u32, step: u32, count: u32) {
  let width = channels(ofValue);
  for (var j = 0u; j < count; j += 4u) {
    let at0 = at + j * step;
    let at1 = at + min(j + 1u, count - 1u) * step;
    let at2 = at + min(j + 2u, count - 1u) * step;
    let at3 = at + min(j + 3u, count - 1u) * step;
    var c00 = vec4f(); var c01 = vec4f(); var c10 = vec4f(); var c11 = vec4f();
    var c20 = vec4f(); var c21 = vec4f(); var c30 = vec4f(); var c31 = vec4f();
    for (var d = 0u; d < width; d++) {
      let o0 = own[2u * d];
      let o1 = own[2u * d + 1u];
      let x0 = channel(ofValue, at0 + d);
      c00 += x0 * o0; c01 += x0 * o1;
      let x1 = channel(ofValue, at1 + d);
      c10 += x1 * o0; c11 += x1 * o1;
      let x2 = channel(ofValue, at2 + d);
      c20 += x2 * o0; c21 += x2 * o1;
      let x3 = channel(ofValue, at3 + d);
      c30 += x3 * o0; c31 += x3 * o1;
    }
    result[2u * j] = c00;
    result[2u * j + 1u] = c01;
    result[2u * j + 2u] = c10;
    result[2u * j + 3u] = c11;
    result[2u * j + 4u] = c20;
    result[2u * j + 5u] = c21;
    result[2u * j + 6u] = c30;
    result[2u * j + 7u] = c31;
  }
}

// sums = sums · keep + weights · rows
fn accumulate(
  sums: ptr<private, Turned>, weights: ptr<private, Scores>, keep: Pair, ofValue: bool, at: u32, step: u32, count: u32,
) {
  let width = channels(ofValue);
  for (var d = 0u; d < width; d += 4u) {
    var c00 = sums[2u * d] * keep.low;
    var c01 = sums[2u * d + 1u] * keep.high;
    var c10 = sums[2u * d + 2u] * keep.low;
    var c11 = sums[2u * d + 3u] * keep.high;
    var c20 = sums[2u * d + 4u] * keep.low;
    var c21 = sums[2u * d + 5u] * keep.high;
    var c30 = sums[2u * d + 6u] * keep.low;
    var c31 = sums[2u * d + 7u] * keep.high;
    var source = at + d;
    for (var j = 0u; j < count; j++) {
      let w0 = weights[2u * j];
      let w1 = weights[2u * j + 1u];
      let x0 = channel(ofValue, source);
      c00 += x0 * w0; c01 += x0 * w1;
      let x1 = channel(ofValue, source + 1u);
      c10 += x1 * w0; c11 += x1 * w1;
      let x2 = channel(ofValue, source + 2u);
      c20 += x2 * w0; c21 += x2 * w1;
      let x3 = channel(ofValue, source + 3u);
      c30 += x3 * w0; c31 += x3 * w1;
      source += step;
    }
    sums[2u * d] = c00;
    sums[2u * d + 1u] = c01;
    sums[2u * d + 2u] = c10;
    sums[2u * d + 3u] = c11;
    sums[2u * d + 4u] = c20;
    sums[2u * d + 5u] = c21;
    sums[2u * d + 6u] = c30;
    sums[2u * d + 7u] = c31;
  }
}

// Numbers of the eight rows.
struct Pair { low: vec4f, high: vec4f }

const ONE = Pair(vec4f(1.0), vec4f(1.0));

// Where the eight rows have what lies in steps: a bias, a mask.
fn placesOf(at: u32, rows: Rows, step: u32) -> Rows {
  return Rows(at + rows.low * step, at + rows.high * step);
}

fn moved(at: Rows, step: u32) -> Rows {
  return Rows(at.low + step, at.high + step);
}

// Four rows of a chunk become channels of four rows each, or the other way around.
fn putTurned(x: ptr<private, Turned>, at: u32, half: u32, rows: mat4x4f) {
  let byChannel = transpose(rows);
  x[at + half] = byChannel[0];
  x[at + half + 2u] = byChannel[1];
  x[at + half + 4u] = byChannel[2];
  x[at + half + 6u] = byChannel[3];
}

fn takeTurned(x: ptr<private, Turned>, at: u32, half: u32) -> mat4x4f {
  return transpose(mat4x4f(x[at + half], x[at + half + 2u], x[at + half + 4u], x[at + half + 6u]));
}
`;
