import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { ACTIVATION_WGSL } from './activation.ts';
import type { GroupTable } from './gemmGroups.ts';
import type { Problem } from './gemmProblem.ts';

/** A copy of b in panels of 8 columns. Batch axes that repeat it are packed once. */
export function packedOperand(p: Problem, table: GroupTable | null): Tensor {
  return table ? packedGroups(p, table) : packedBatches(p);
}

function packedBatches({ b, k, n, batch }: Problem): Tensor {
  const T = b.tensor.dtype as 'f32' | 'f16';
  const axes = [...batch.keys()].filter((d) => b.batch[d] !== 0).reverse();
  const panels = Math.ceil(n / 8);
  const size = axes.reduce((product, d) => product * batch[d]!, panels * k);
  const y = b.tensor.derive([8 * size]);
  const four = (of: readonly number[], rest: number) =>
    [0, 1, 2, 3].map((i) => (axes[i] === undefined ? rest : of[axes[i]!]!));
  packPanels(
    { b: b.tensor },
    { y },
    { size, k, n, panels, offset: b.offset, row: b.row, col: b.col, batch: four(batch, 1), axes: four(b.batch, 0) },
    { T },
  );
  return y;
}

function packedGroups({ b, n, groups }: Problem, { tensor, records, packedSize }: GroupTable): Tensor {
  const y = b.tensor.derive([packedSize]);
  const longest = Math.max(0, ...(groups?.list ?? []).map((group) => group.k ?? 0));
  packGroupedPanels(
    { b: b.tensor, groups: tensor },
    { y },
    { records, longest, n, offset: b.offset },
    { T: b.tensor.dtype as 'f32' | 'f16' },
  );
  return y;
}

/** Copies b into panels [batch, panel, k, 8], so that eight neighboring columns lie side by side; zeros pad the last. */
export const packPanels = /* @__PURE__ */ defineKernel({
  name: 'matmul.pack',
  read: { b: 'raw T' },
  write: { y: 'vec4T' },
  params: {
    size: 'u32',
    k: 'u32',
    n: 'u32',
    panels: 'u32',
    offset: 'u32',
    row: 'u32',
    col: 'u32',
    batch: 'vec4u',
    axes: 'vec4u',
  },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let first = i / params.k % params.panels * 8u;
  var rest = i / params.k / params.panels;
  var at = params.offset + i % params.k * params.row + first * params.col;
  at += rest % params.batch.x * params.axes.x;
  rest /= params.batch.x;
  at += rest % params.batch.y * params.axes.y;
  rest /= params.batch.y;
  at += rest % params.batch.z * params.axes.z;
  at += rest / params.batch.z * params.axes.w;
  var columns = array<T, 8>();
  for (var c = 0u; c < min(8u, params.n - first); c++) { columns[c] = b[at + c * params.col]; }
  y[2u * i] = vec4<T>(columns[0], columns[1], columns[2], columns[3]);
  y[2u * i + 1u] = vec4<T>(columns[4], columns[5], columns[6], columns[7]);
}`,
});

/** The same for groups: `records` of the table tile the columns by eight. `longest` is the largest k. */
export const packGroupedPanels = /* @__PURE__ */ defineKernel({
  name: 'matmul.packGrouped',
  read: { b: 'raw T', groups: 'u32' },
  write: { y: 'vec4T' },
  params: { records: 'u32', longest: 'u32', n: 'u32', offset: 'u32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ records, longest }) => Math.ceil((records * longest) / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.records * params.longest) { return; }
  let g = i / params.longest * 12u;
  let k = i % params.longest;
  if (k >= groups[g + 6u]) { return; }
  let at = params.offset + groups[g + 1u] + k * groups[g + 8u];
  var columns = array<T, 8>();
  for (var c = 0u; c < min(8u, min(groups[g + 5u], params.n)); c++) { columns[c] = b[at + c * groups[g + 9u]]; }
  let to = groups[g + 7u] / 4u + 2u * k;
  y[to] = vec4<T>(columns[0], columns[1], columns[2], columns[3]);
  y[to + 1u] = vec4<T>(columns[4], columns[5], columns[6], columns[7]);
}`,
});

/** Adds the splits' parts in their order, then bias (one per column) and activation. */
export const sumSplits = /* @__PURE__ */ defineKernel({
  name: 'matmul.sumSplits',
  read: { partial: 'vec4f', bias: 'raw T?' },
  write: { y: 'vec4T', pre: 'vec4T?' },
  params: { size: 'u32', splits: 'u32', cols: 'u32', biasOffset: 'u32', biasCol: 'u32', activation: 'u32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 256),
  functions: ACTIVATION_WGSL,
  wgsl: /* wgsl */ `
fn biasAt(i: u32) -> f32 {
  return f32(bias[params.biasOffset + i % params.cols * params.biasCol]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  let vectors = (params.size + 3u) / 4u;
  if (i >= vectors) { return; }
  var sum = vec4f();
  for (var s = 0u; s < params.splits; s++) { sum += partial[s * vectors + i]; }
  if (HAS_BIAS) { sum += vec4f(biasAt(4u * i), biasAt(4u * i + 1u), biasAt(4u * i + 2u), biasAt(4u * i + 3u)); }
  if (HAS_PRE) { pre[i] = vec4<T>(sum); }
  y[i] = vec4<T>(activate(sum, params.activation));
}`,
});
