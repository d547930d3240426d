import type { ParamType } from '../../tensor/engine/params.ts';
import { ACTIVATION_WGSL } from './activation.ts';

/**
 * What all matrix-multiplication kernels share: y = activation(a · b + bias) for a batch of products of one size, or for
 * groups whose sizes differ. Every operand is addressed by an offset and two strides, so that transposed, sliced and
 * repeated views are read where they lie.
 *
 * Work is cut into blocks of BLOCK_M × BLOCK_N results. With k cut into splits as well, each split writes its part of
 * the sum to `partial`, and `matmul.sumSplits` adds the parts in a fixed order.
 */
export const BLOCK_PARAMS = {
  m: 'u32',
  n: 'u32',
  k: 'u32',
  aOffset: 'u32',
  aRow: 'u32', // elements from one row of a to the next
  aCol: 'u32',
  bOffset: 'u32',
  bRow: 'u32',
  bCol: 'u32',
  bPanel: 'u32', // elements from one block of columns of b to the next
  yOffset: 'u32',
  yRow: 'u32',
  yCol: 'u32',
  biasOffset: 'u32',
  biasRow: 'u32',
  biasCol: 'u32',
  batch: 'vec4u', // extents of the batch axes, the innermost first
  axis0: 'vec4u', // strides of a, b, y and bias along the innermost batch axis
  axis1: 'vec4u',
  axis2: 'vec4u',
  axis3: 'vec4u',
  blocks: 'u32',
  blocksM: 'u32', // with groups: blocks along the axis that is not tiled by the table
  blocksN: 'u32', // with groups: records in the table
  beside: 'u32', // divisor of blocksN: neighboring blocks of one strip of rows
  splits: 'u32',
  kChunk: 'u32', // length of a split
  splitStride: 'u32', // elements from one split's results to the next one's
  tileRows: 'u32', // 1 where the table of groups tiles rows, 0 where it tiles columns
  packed: 'u32', // 1 where b lies in panels of 8 columns
  activation: 'u32',
} as const satisfies Readonly<Record<string, ParamType>>;

export type BlockParams = {
  readonly [P in keyof typeof BLOCK_PARAMS]: P extends `${'batch' | 'axis'}${string}` ? readonly number[] : number;
};

/** Words of a record in the table of groups. A size of ALL stands for that of the whole problem. */
export const RECORD = 12;
export const ALL = 0xffffffff;

const BLOCK_STRUCT_WGSL = /* wgsl */ `
// Offsets of the first element of each operand, how many rows and columns are left, and the part of k to sum.
struct Block {
  a: u32, b: u32, y: u32, bias: u32,
  m: u32, n: u32, k: u32,
  bRow: u32, bCol: u32, yRow: u32, yCol: u32,
}
`;

/** `blockOf` for a batch of products of one size. */
const BATCHED_WGSL = /* wgsl */ `
// A few panels of b stay in the cache while the rows of a pass by. Neighbors read the same rows: a driver that runs four
// invocations as one would otherwise walk 32 rows at once, which powers of two map to few lines of the cache.
fn blockOf(index: u32) -> Block {
  let row = index / params.beside % params.blocksM * BLOCK_M;
  let strip = index / params.beside / params.blocksM;
  let panel = (strip * params.beside + index % params.beside) % params.blocksN;
  let z = index / params.blocksM / params.blocksN;
  let split = z % params.splits;
  var rest = z / params.splits;
  var at = vec4u(params.aOffset, params.bOffset, params.yOffset, params.biasOffset);
  if (rest > 0u) {
    at += rest % params.batch.x * params.axis0;
    rest /= params.batch.x;
    at += rest % params.batch.y * params.axis1;
    rest /= params.batch.y;
    at += rest % params.batch.z * params.axis2;
    rest /= params.batch.z;
    at += rest * params.axis3;
  }
  let start = split * params.kChunk;
  let col = panel * BLOCK_N;
  return Block(
    at.x + row * params.aRow + start * params.aCol,
    at.y + panel * params.bPanel + start * params.bRow,
    at.z + row * params.yRow + col * params.yCol + split * params.splitStride,
    at.w + row * params.biasRow + col * params.biasCol,
    params.m - row, params.n - col, min(params.k - start, params.kChunk),
    params.bRow, params.bCol, params.yRow, params.yCol);
}
`;

/** `blockOf` for products whose sizes a table tells. */
const GROUPED_WGSL = /* wgsl */ `
// A record: offsets of a, b, y, bias; rows, columns, k; offset of the packed panel; strides of b and y.
fn blockOf(index: u32) -> Block {
  let regular = index % params.blocksM;
  let g = index / params.blocksM % params.blocksN * 12u;
  let split = index / params.blocksM / params.blocksN;
  let row = select(regular * BLOCK_M, 0u, params.tileRows == 1u);
  let col = select(0u, regular * BLOCK_N, params.tileRows == 1u);
  let bRow = select(groups[g + 8u], 8u, params.packed == 1u);
  let bCol = select(groups[g + 9u], 1u, params.packed == 1u);
  let b = select(groups[g + 1u], groups[g + 7u], params.packed == 1u);
  let yRow = groups[g + 10u];
  let yCol = groups[g + 11u];
  let start = split * params.kChunk;
  return Block(
    params.aOffset + groups[g] + row * params.aRow + start * params.aCol,
    params.bOffset + b + col * bCol + start * bRow,
    params.yOffset + groups[g + 2u] + row * yRow + col * yCol + split * params.splitStride,
    params.biasOffset + groups[g + 3u] + row * params.biasRow + col * params.biasCol,
    min(groups[g + 4u], params.m) - row, min(groups[g + 5u], params.n) - col,
    min(min(groups[g + 6u], params.k) - start, params.kChunk),
    bRow, bCol, yRow, yCol);
}
`;

/** The functions of a kernel: sizes of its block, where its operands lie, how results are written. */
/* @__NO_SIDE_EFFECTS__ */
export function blockFunctions(groups: 'u32' | 'u32?', ...more: readonly string[]): string {
  const blockOf = groups === 'u32' ? GROUPED_WGSL : BATCHED_WGSL;
  return [BLOCK_STRUCT_WGSL, blockOf, ACTIVATION_WGSL, ...more].join('\n');
}

/** `store`: writes four results of one row, as many as the block has columns left. */
export const STORE_WGSL = /* wgsl */ `
fn putPartial(at: u32, step: u32, count: u32, v: vec4f) {
  if (count == 4u) {
    partial[at] = v.x;
    partial[at + step] = v.y;
    partial[at + 2u * step] = v.z;
    partial[at + 3u * step] = v.w;
    return;
  }
  partial[at] = v.x;
  if (count > 1u) { partial[at + step] = v.y; }
  if (count > 2u) { partial[at + 2u * step] = v.z; }
}
fn putPre(at: u32, step: u32, count: u32, v: vec4f) {
  if (count == 4u) {
    pre[at] = T(v.x);
    pre[at + step] = T(v.y);
    pre[at + 2u * step] = T(v.z);
    pre[at + 3u * step] = T(v.w);
    return;
  }
  pre[at] = T(v.x);
  if (count > 1u) { pre[at + step] = T(v.y); }
  if (count > 2u) { pre[at + 2u * step] = T(v.z); }
}
fn putY(at: u32, step: u32, count: u32, v: vec4f) {
  if (count == 4u) {
    y[at] = T(v.x);
    y[at + step] = T(v.y);
    y[at + 2u * step] = T(v.z);
    y[at + 3u * step] = T(v.w);
    return;
  }
  y[at] = T(v.x);
  if (count > 1u) { y[at + step] = T(v.y); }
  if (count > 2u) { y[at + 2u * step] = T(v.z); }
}

fn store(block: Block, row: u32, col: u32, sums: vec4f) {
  if (row >= block.m || col >= block.n) { return; }
  let at = block.y + row * block.yRow + col * block.yCol;
  let count = min(4u, block.n - col);
  if (HAS_PARTIAL) {
    putPartial(at, block.yCol, count, sums);
    return;
  }
  var v = sums;
  if (HAS_BIAS) {
    let source = block.bias + row * params.biasRow + col * params.biasCol;
    let last = source + (count - 1u) * params.biasCol; // columns past the end are not written
    v += vec4f(
      f32(bias[source]), f32(bias[min(source + params.biasCol, last)]),
      f32(bias[min(source + 2u * params.biasCol, last)]), f32(bias[last]));
  }
  if (HAS_PRE) { putPre(at, block.yCol, count, v); }
  if (ACTIVATED) { v = activate(v, params.activation); }
  putY(at, block.yCol, count, v);
}
`;

/** `store` for results that lie in whole vectors of four along the columns. */
export const STORE_VECTOR_WGSL = /* wgsl */ `
fn store(block: Block, row: u32, col: u32, sums: vec4f) {
  if (row >= block.m || col >= block.n) { return; }
  let at = (block.y + row * block.yRow + col) / 4u;
  if (HAS_PARTIAL) {
    partial[at] = sums;
    return;
  }
  var v = sums;
  if (HAS_BIAS) {
    let source = block.bias + row * params.biasRow + col * params.biasCol;
    let step = params.biasCol;
    v += vec4f(vec4<T>(bias[source], bias[source + step], bias[source + 2u * step], bias[source + 3u * step]));
  }
  if (HAS_PRE) { pre[at] = vec4<T>(v); }
  if (ACTIVATED) { v = activate(v, params.activation); }
  y[at] = vec4<T>(v);
}
`;
