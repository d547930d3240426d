/**
 * For softgpu: an invocation owns a whole short sequence, one head after the other, and four or eight of its queries at a
 * time. Keys and values are copied into workgroup memory once per head, rotated on the way; a vector holds the same
 * channel, or the same weight, of four queries, so that no product needs a reduction.
 *
 * Kernels bind qkv (x) and the rotary table, and say how many matrices of rows they keep (PARTS).
 */
export const SEQUENCE_WGSL = /* wgsl */ `
const LOG2E = 1.4426950408889634;
const W = select(2u, 1u, LENGTH <= 4u); // vectors of four queries in a block
const BLOCK = 4u * W;
const SPAN = LENGTH * CHUNKS;
const QUADS = vec4u(0u, 1u, 2u, 3u);

alias Turned = array<vec4f, W * 4u * CHUNKS>; // for each channel the numbers of the block's queries
alias Scores = array<vec4f, W * LENGTH>; // for each key the numbers of the block's queries

var<workgroup> rows: array<vec4f, PARTS * SPAN>;

// Few channels are unrolled; a loop over many is better left one.
fn chunkCount() -> u32 {
  return select(params.chunks, CHUNKS, CHUNKS <= 2u);
}

// Pairs of neighbors turned by the angles of a position; turn is 1, or -1 for the way back.
fn rotated(a: vec4f, position: u32, chunk: u32, turn: f32) -> vec4f {
  if (HAS_TABLE) {
    let angle = table[position * CHUNKS + chunk];
    return a * angle.xxzz + a.yxwz * (vec4f(-turn, turn, -turn, turn) * angle.yyww);
  }
  return a;
}

// Keys and values of a head, whose first rows start at these chunks of x.
fn copyRows(keyAt: u32, valueAt: u32) {
  for (var j = 0u; j < params.positions; j++) {
    for (var c = 0u; c < chunkCount(); c++) {
      rows[j * CHUNKS + c] = rotated(x[keyAt + j * params.step + c], j, c, 1.0);
      rows[SPAN + j * CHUNKS + c] = x[valueAt + j * params.step + c];
    }
  }
}

alias Sums = array<vec4f, 4u * W>;

// sums += own · four rows from at on, along one chunk of channels
fn addChunk(sums: ptr<function, Sums>, own: ptr<private, Turned>, at: u32, chunk: u32) {
  for (var lane = 0u; lane < 4u; lane++) {
    var queries: array<vec4f, W>;
    for (var h = 0u; h < W; h++) { queries[h] = own[(4u * chunk + lane) * W + h]; }
    for (var i = 0u; i < 4u; i++) {
      let number = rows[at + i * CHUNKS + chunk][lane];
      for (var h = 0u; h < W; h++) { sums[i * W + h] += number * queries[h]; }
    }
  }
}

// result = own · rows
fn multiply(own: ptr<private, Turned>, result: ptr<private, Scores>, base: u32) {
  for (var j = 0u; j < params.positions; j += 4u) {
    let at = base + j * CHUNKS;
    var sums = Sums();
    if (CHUNKS <= 2u) {
      // Spelled out, so that the loop over keys is the innermost one.
      addChunk(&sums, own, at, 0u);
      if (CHUNKS == 2u) { addChunk(&sums, own, at, 1u); }
    } else {
      for (var c = 0u; c < params.chunks; c++) { addChunk(&sums, own, at, c); }
    }
    for (var i = 0u; i < 4u * W; i++) { result[j * W + i] = sums[i]; }
  }
}

// result = weights · rows
fn blend(result: ptr<private, Turned>, weights: ptr<private, Scores>, base: u32) {
  for (var c = 0u; c < chunkCount(); c++) {
    var sums = Sums();
    for (var j = 0u; j < params.positions; j++) {
      var own: array<vec4f, W>;
      for (var h = 0u; h < W; h++) { own[h] = weights[j * W + h]; }
      for (var lane = 0u; lane < 4u; lane++) {
        let number = rows[base + j * CHUNKS + c][lane];
        for (var h = 0u; h < W; h++) { sums[lane * W + h] += number * own[h]; }
      }
    }
    for (var i = 0u; i < 4u * W; i++) { result[4u * W * c + i] = sums[i]; }
  }
}

// Four rows of a chunk become channels of four rows each, or the other way around.
fn putTurned(to: ptr<private, Turned>, chunk: u32, half: u32, values: mat4x4f) {
  let byChannel = transpose(values);
  for (var lane = 0u; lane < 4u; lane++) { to[(4u * chunk + lane) * W + half] = byChannel[lane]; }
}

fn takeTurned(source: ptr<private, Turned>, chunk: u32, half: u32) -> mat4x4f {
  let at = 4u * chunk * W + half;
  return transpose(mat4x4f(source[at], source[at + W], source[at + 2u * W], source[at + 3u * W]));
}

// Sigmoid of a gate.
fn opening(gate: vec4f) -> vec4f {
  return 1.0 / (1.0 + exp(min(-gate, vec4f(80.0))));
}
`;
