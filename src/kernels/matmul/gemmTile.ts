import { defineKernel } from '../../tensor/engine/kernel.ts';
import { BLOCK_PARAMS, blockFunctions, STORE_VECTOR_WGSL, STORE_WGSL } from './gemmBlock.ts';

const TILE_BLOCK = 'const BLOCK_M = TILE; const BLOCK_N = TILE;';

/** Four neighbors of a or b from `at` on, `count` of which exist: none, or at least those that matter to a result. */
const LOAD_ALIGNED = /* wgsl */ `
fn neighbors(ofA: bool, at: u32, step: u32, count: u32) -> vec4f {
  if (count == 0u) { return vec4f(); }
  if (ofA) { return vec4f(a[at / 4u]); }
  return vec4f(b[at / 4u]);
}`;

const LOAD_STRIDED = /* wgsl */ `
fn element(ofA: bool, at: u32, exists: bool) -> f32 {
  if (!exists) { return 0.0; }
  if (ofA) { return f32(a[at]); }
  return f32(b[at]);
}
fn neighbors(ofA: bool, at: u32, step: u32, count: u32) -> vec4f {
  return vec4f(
    element(ofA, at, count > 0u), element(ofA, at + step, count > 1u),
    element(ofA, at + 2u * step, count > 2u), element(ofA, at + 3u * step, count > 3u));
}`;

/**
 * For graphics processors: a workgroup of 256 owns a tile of TILE × TILE results, each invocation 8 × 8 of them (4 × 4 of
 * the small tile). Both operands pass through workgroup memory, and each step's global reads are issued before the
 * sums of the step before.
 */
export const gemmTile = /* @__PURE__ */ tile('matmul.tile', 'raw vec4T', 'vec4f?', 'u32?');
export const gemmTileGrouped = /* @__PURE__ */ tile('matmul.tileGrouped', 'raw vec4T', 'vec4f?', 'u32');

/** The same for operands of any strides and sizes. */
export const gemmTileStrided = /* @__PURE__ */ tile('matmul.tileStrided', 'raw T', 'f32?', 'u32?');
export const gemmTileStridedGrouped = /* @__PURE__ */ tile('matmul.tileStridedGrouped', 'raw T', 'f32?', 'u32');

/* @__NO_SIDE_EFFECTS__ */
function tile<const E extends 'raw T' | 'raw vec4T', const P extends 'f32?' | 'vec4f?', const G extends 'u32' | 'u32?'>(
  name: string,
  element: E,
  partial: P,
  groups: G,
) {
  const [load, store] = element === 'raw T' ? [LOAD_STRIDED, STORE_WGSL] : [LOAD_ALIGNED, STORE_VECTOR_WGSL];
  return defineKernel({
    name,
    read: { a: element, b: element, bias: 'raw T?', groups },
    write: { y: `${element}?` as const, pre: `${element}?` as const, partial },
    params: BLOCK_PARAMS,
    constants: {
      T: ['f32', 'f16'],
      TILE: [64, 128],
      A_ALONG_K: [true, false],
      B_ALONG_K: [true, false],
      ACTIVATED: [false, true],
    },
    workgroup: 256,
    grid: ({ blocks }) => blocks,
    functions: blockFunctions(groups, TILE_BLOCK, load, store),
    wgsl: /* wgsl */ `
const SIDE = TILE / 4u; // vectors along a side of the tile
const DEPTH = 2048u / TILE; // k per step: both operands together fill 16 KiB
var<workgroup> tile: array<vec4f, 1024>; // a, then b; each [DEPTH][SIDE]

// The part of an operand that one invocation fetches in each step: 4 rows (of b: columns) by 4 k.
struct Source {
  ofA: bool,
  alongK: bool, // whether the vectors it reads lie along k
  at: u32,
  line: u32, // the first of its rows or columns
  lines: u32, // how many the block has
  kFirst: u32, // its first k within a step
  lineStep: u32,
  kStep: u32,
}

struct Patch { v0: vec4f, v1: vec4f, v2: vec4f, v3: vec4f }

// Invocations 0 to 127 fetch a, the others b.
fn sourceOf(block: Block, lane: u32) -> Source {
  let ofA = lane < 128u;
  let alongK = select(B_ALONG_K, A_ALONG_K, ofA);
  let s = lane % 128u;
  let line = 4u * select(s % SIDE, s / (DEPTH / 4u), alongK);
  let kFirst = 4u * select(s / SIDE, s % (DEPTH / 4u), alongK);
  let lineStep = select(block.bCol, params.aRow, ofA);
  let kStep = select(block.bRow, params.aCol, ofA);
  let at = select(block.b, block.a, ofA) + line * lineStep + kFirst * kStep;
  return Source(ofA, alongK, at, line, select(block.n, block.m, ofA), kFirst, lineStep, kStep);
}

// Zeros stand for what lies beyond the ends: they add nothing to a sum.
fn fetch(origin: Source, depth: u32, start: u32) -> Patch {
  let k = start + origin.kFirst;
  let at = origin.at + start * origin.kStep;
  let lines = select(0u, origin.lines - origin.line, origin.line < origin.lines);
  let deep = select(0u, depth - k, k < depth);
  let vectors = select(deep, lines, origin.alongK);
  let count = select(lines, deep, origin.alongK);
  let outer = select(origin.kStep, origin.lineStep, origin.alongK);
  let inner = select(origin.lineStep, origin.kStep, origin.alongK);
  return Patch(
    neighbors(origin.ofA, at, inner, select(0u, count, vectors > 0u)),
    neighbors(origin.ofA, at + outer, inner, select(0u, count, vectors > 1u)),
    neighbors(origin.ofA, at + 2u * outer, inner, select(0u, count, vectors > 2u)),
    neighbors(origin.ofA, at + 3u * outer, inner, select(0u, count, vectors > 3u)));
}

// Patches that were read along k are turned, so that the sums below read vectors along rows and columns.
fn keep(origin: Source, p: Patch) {
  let at = select(512u, 0u, origin.ofA) + origin.kFirst * SIDE + origin.line / 4u;
  if (origin.alongK) {
    tile[at] = vec4f(p.v0.x, p.v1.x, p.v2.x, p.v3.x);
    tile[at + SIDE] = vec4f(p.v0.y, p.v1.y, p.v2.y, p.v3.y);
    tile[at + 2u * SIDE] = vec4f(p.v0.z, p.v1.z, p.v2.z, p.v3.z);
    tile[at + 3u * SIDE] = vec4f(p.v0.w, p.v1.w, p.v2.w, p.v3.w);
  } else {
    tile[at] = p.v0;
    tile[at + SIDE] = p.v1;
    tile[at + 2u * SIDE] = p.v2;
    tile[at + 3u * SIDE] = p.v3;
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = linearGroup(group);
  if (index >= params.blocks) { return; }
  let block = blockOf(index);
  // 32 neighboring invocations own 8 x 4 patches of the result: few distinct addresses per read of the tile.
  let tx = lane / 32u % 2u * 8u + lane % 8u;
  let ty = lane / 64u * 4u + lane / 8u % 4u;
  var c00 = vec4f(); var c01 = vec4f(); var c10 = vec4f(); var c11 = vec4f();
  var c20 = vec4f(); var c21 = vec4f(); var c30 = vec4f(); var c31 = vec4f();
  var c40 = vec4f(); var c41 = vec4f(); var c50 = vec4f(); var c51 = vec4f();
  var c60 = vec4f(); var c61 = vec4f(); var c70 = vec4f(); var c71 = vec4f();
  let origin = sourceOf(block, lane);
  var ahead = fetch(origin, block.k, 0u);
  for (var start = 0u; start < block.k; start += DEPTH) {
    keep(origin, ahead);
    workgroupBarrier();
    // The next patch travels while this one is summed.
    if (start + DEPTH < block.k) { ahead = fetch(origin, block.k, start + DEPTH); }
    for (var kk = 0u; kk < DEPTH; kk++) {
      let a0 = tile[kk * SIDE + ty];
      let b0 = tile[512u + kk * SIDE + tx];
      c00 = fma(vec4f(a0.x), b0, c00);
      c10 = fma(vec4f(a0.y), b0, c10);
      c20 = fma(vec4f(a0.z), b0, c20);
      c30 = fma(vec4f(a0.w), b0, c30);
      if (TILE == 128u) {
        let a1 = tile[kk * SIDE + 16u + ty];
        let b1 = tile[512u + kk * SIDE + 16u + tx];
        c01 = fma(vec4f(a0.x), b1, c01);
        c11 = fma(vec4f(a0.y), b1, c11);
        c21 = fma(vec4f(a0.z), b1, c21);
        c31 = fma(vec4f(a0.w), b1, c31);
        c40 = fma(vec4f(a1.x), b0, c40);
        c41 = fma(vec4f(a1.x), b1, c41);
        c50 = fma(vec4f(a1.y), b0, c50);
        c51 = fma(vec4f(a1.y), b1, c51);
        c60 = fma(vec4f(a1.z), b0, c60);
        c61 = fma(vec4f(a1.z), b1, c61);
        c70 = fma(vec4f(a1.w), b0, c70);
        c71 = fma(vec4f(a1.w), b1, c71);
      }
    }
    workgroupBarrier();
  }
  var sums = array<vec4f, 16>(c00, c10, c20, c30, c01, c11, c21, c31, c40, c50, c60, c70, c41, c51, c61, c71);
  for (var i = 0u; i < select(4u, 16u, TILE == 128u); i++) {
    store(block, i / 8u * 64u + ty * 4u + i % 4u, i / 4u % 2u * 64u + tx * 4u, sums[i]);
  }
}`,
  });
}
