import { classOf } from '../../tensor/engine/device/deviceClass.ts';
import { ShapeError } from '../../tensor/engine/errors.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { formatShape, type Shape, sizeOf } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { dotFold } from '../reduce/dot.ts';
import { definePairSums, fold } from '../reduce/fold.ts';
import { momentsOf } from '../reduce/moments.ts';
import { sumFold } from '../reduce/sum.ts';
import { packed, type RowPacking } from './normRows.ts';

/**
 * What batchNorm and groupNorm share. A tensor [batch, channels, ...] is read as [batch, groups, members, positions];
 * statistics belong to a group, of one batch entry (`perBatch`) or of all of them. They are three numbers: the mean,
 * rounded; the rest of the mean; and rstd. See layerNorm for why.
 */
export interface ChannelLayout {
  readonly shape: readonly [batch: number, groups: number, members: number, positions: number];
  readonly perBatch: boolean;
  /** Elements per group. */
  readonly count: number;
  /** Number of groups with statistics of their own. */
  readonly stats: number;
}

export function channelLayout(x: Shape, groups: number, perBatch: boolean): ChannelLayout {
  const [batch, channels] = [x[0]!, x[1]!];
  const members = channels / groups;
  const positions = sizeOf(x.slice(2));
  const count = members * positions * (perBatch ? 1 : batch);
  return { shape: [batch, groups, members, positions], perBatch, count, stats: perBatch ? batch * groups : groups };
}

export function expectChannels(op: string, x: Shape): number {
  if (x.length < 2) throw new ShapeError(`${op}: x must be [batch, channels, ...], got ${formatShape(x)}`);
  return x[1]!;
}

/** Statistics as a view with the layout's shape. */
function overElements(stats: Tensor, { shape, perBatch }: ChannelLayout, step: number): Tensor {
  return stats.view(shape, [perBatch ? shape[1] * step : 0, step, 0, 0]);
}

export function statisticsOf(x: Tensor, layout: ChannelLayout, eps: number) {
  const { mean, moments } = momentsOf(x.view(layout.shape), layout.perBatch ? [2, 3] : [0, 2, 3]);
  const stats = x.derive([layout.stats, 3]);
  channelStatistics({ mean, moments }, { stats }, { stats: layout.stats, count: layout.count, eps });
  return { mean, moments, stats };
}

export function normalized(x: Tensor, weight: Tensor, bias: Tensor | null, stats: Tensor, layout: ChannelLayout) {
  const y = x.derive(x.shape);
  const { packing, params } = elementwise(layout);
  if (classOf(x.device) === 'softgpu') {
    channelNormalizeRuns[packing]({ x, weight, bias, stats }, { y }, { ...params, ...runsOf(params.inner) });
  } else {
    channelNormalize[packing]({ x, weight, bias, stats }, { y }, params);
  }
  return y;
}

export interface ChannelGradients {
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly stats: Tensor;
  readonly dy: Tensor;
  readonly layout: ChannelLayout;
  /** Whether the statistics came from x, so that its gradient goes through them too. */
  readonly training: boolean;
}

/**
 * With xhat the normalized x and g = dy · weight: dx = rstd · (g - mean(g) - xhat · mean(g · xhat)), the means over the
 * group, or rstd · g where the statistics are constants; dweight = Σ dy · xhat, dbias = Σ dy.
 */
export function channelGradients(
  { x, weight, stats, dy, layout, training }: ChannelGradients,
  [needsX, needsWeight, needsBias]: readonly boolean[],
): (Tensor | null)[] {
  const { shape, perBatch } = layout;
  const [batch, groups, members] = shape;
  const channels = groups * members;
  const s = overElements(stats, layout, 3);
  const products = fold(channelProducts, { x: x.view(shape), z: dy.view(shape), s, dims: perBatch ? [3] : [0, 3] });
  const perChannel = perBatch ? fold(sumFold, { x: products.view([batch, channels * 2]), dims: [0] }) : products;
  const dweight = needsWeight ? perChannel.view([channels], [2], 1) : null;
  const dbias = needsBias ? perChannel.view([channels], [2], 0) : null;
  if (!needsX) return [null, dweight, dbias];
  const pairs = products.view([perBatch ? batch : 1, groups, members, 2]);
  const sums = training
    ? fold(dotFold, { x: pairs, z: weight.view(pairs.shape, [0, members, 1, 0]), dims: [2] })
    : null;
  const dx = x.derive(x.shape);
  const { packing, params } = elementwise(layout);
  const inputs = { x, weight, stats, dy, sums };
  if (classOf(x.device) === 'softgpu') {
    channelGradInputRuns[packing](inputs, { dx }, { ...params, ...runsOf(params.inner), count: layout.count });
  } else {
    channelGradInput[packing](inputs, { dx }, { ...params, count: layout.count });
  }
  return [dx, dweight, dbias];
}

function elementwise({ shape: [batch, groups, members, positions], stats }: ChannelLayout) {
  const packing = positions % 4 === 0 ? ('four' as const) : ('one' as const);
  const inner = packing === 'four' ? positions / 4 : positions;
  const channels = groups * members;
  return { packing, params: { size: batch * channels * inner, inner, channels, span: inner * members, stats } };
}

/** How the kernels for softgpu cut a tensor: several channels a workgroup, or one in segments. */
function runsOf(inner: number) {
  const segment = Math.max(1, Math.min(inner, STEPS));
  return { segment, channelsPerGroup: Math.max(1, Math.floor(STEPS / segment)) };
}

const STEPS = 4096; // that are worth a workgroup

/** Σ dy and Σ dy · xhat */
export const channelProducts = /* @__PURE__ */ definePairSums({
  name: 'channelNorm.products',
  first: 'z',
  second: 'z * ((x - V(s[at])) - V(s[at + 1u])) * s[at + 2u]',
});

export const channelStatistics = /* @__PURE__ */ defineKernel({
  name: 'channelNorm.statistics',
  read: { mean: 'f32', moments: 'vec2f' },
  write: { stats: 'f32' },
  params: { stats: 'u32', count: 'f32', eps: 'f32' },
  workgroup: 64,
  grid: ({ stats }) => Math.ceil(stats / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.stats) { return; }
  let moment = moments[i] / params.count;
  stats[3u * i] = mean[i];
  stats[3u * i + 1u] = moment.x;
  stats[3u * i + 2u] = 1.0 / sqrt(max(moment.y - moment.x * moment.x, 0.0) + params.eps);
}`,
});

const XHAT = `
fn xhatOf(v: V, stat: u32) -> V {
  return ((v - V(stats[3u * stat])) - V(stats[3u * stat + 1u])) * stats[3u * stat + 2u];
}`;

/* @__NO_SIDE_EFFECTS__ */
function normalizeKernel({ plain, suffix, vector }: RowPacking) {
  return defineKernel({
    name: `channelNorm.normalize${suffix}`,
    read: { x: plain, weight: 'f32', bias: 'f32?', stats: 'f32' },
    write: { y: plain },
    params: { size: 'u32', inner: 'u32', channels: 'u32', span: 'u32', stats: 'u32' },
    workgroup: 64,
    grid: ({ size }) => Math.ceil(size / 64),
    functions: `${vector}${XHAT}`,
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let channel = i / params.inner % params.channels;
  var scaled = xhatOf(x[i], i / params.span % params.stats) * weight[channel];
  if (HAS_BIAS) { scaled += V(bias[channel]); }
  y[i] = scaled;
}`,
  });
}

export const channelNormalize = /* @__PURE__ */ packed(normalizeKernel);

/* @__NO_SIDE_EFFECTS__ */
function gradInputKernel({ plain, suffix, vector }: RowPacking) {
  return defineKernel({
    name: `channelNorm.gradInput${suffix}`,
    read: { x: plain, weight: 'f32', stats: 'f32', dy: plain, sums: 'vec2f?' },
    write: { dx: plain },
    params: { size: 'u32', inner: 'u32', channels: 'u32', span: 'u32', stats: 'u32', count: 'f32' },
    workgroup: 64,
    grid: ({ size }) => Math.ceil(size / 64),
    functions: `${vector}${XHAT}`,
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let stat = i / params.span % params.stats;
  var g = dy[i] * weight[i / params.inner % params.channels];
  if (HAS_SUMS) {
    let means = sums[stat] / params.count;
    g -= V(means.x) + xhatOf(x[i], stat) * means.y;
  }
  dx[i] = g * stats[3u * stat + 2u];
}`,
  });
}

export const channelGradInput = /* @__PURE__ */ packed(gradInputKernel);

const RUN_PARAMS = {
  size: 'u32',
  inner: 'u32',
  channels: 'u32',
  span: 'u32',
  stats: 'u32',
  segment: 'u32',
  channelsPerGroup: 'u32',
} as const;

const runsGrid = ({ size, inner, segment, channelsPerGroup }: Readonly<Record<keyof typeof RUN_PARAMS, number>>) =>
  size === 0 ? 0 : Math.ceil(size / inner / channelsPerGroup) * Math.ceil(inner / segment);

// For softgpu: an invocation walks the positions of one channel after the other, whose numbers it looks up once.
const RUNS = /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u) {
  let index = linearGroup(group);
  let segments = (params.inner + params.segment - 1u) / params.segment;
  let block = index / segments;
  let begin = (index - block * segments) * params.segment;
  let end = min(begin + params.segment, params.inner);
  let behind = min((block + 1u) * params.channelsPerGroup, params.size / params.inner);
  for (var row = block * params.channelsPerGroup; row < behind; row++) {
    run(row * params.inner, begin, end, row % params.channels, row * params.inner / params.span % params.stats);
  }
}`;

/* @__NO_SIDE_EFFECTS__ */
function normalizeRunsKernel({ plain, suffix, vector }: RowPacking) {
  return defineKernel({
    name: `channelNorm.normalizeRuns${suffix}`,
    read: { x: plain, weight: 'f32', bias: 'f32?', stats: 'f32' },
    write: { y: plain },
    params: RUN_PARAMS,
    workgroup: 1,
    grid: runsGrid,
    functions: `${vector}${RUNS}`,
    wgsl: /* wgsl */ `
fn run(base: u32, begin: u32, end: u32, channel: u32, stat: u32) {
  let mean = V(stats[3u * stat]);
  let rest = V(stats[3u * stat + 1u]);
  let scale = stats[3u * stat + 2u] * weight[channel];
  var shift = 0.0;
  if (HAS_BIAS) { shift = bias[channel]; }
  for (var i = begin; i < end; i++) {
    y[base + i] = ((x[base + i] - mean) - rest) * scale + shift;
  }
}`,
  });
}

export const channelNormalizeRuns = /* @__PURE__ */ packed(normalizeRunsKernel);

/* @__NO_SIDE_EFFECTS__ */
function gradInputRunsKernel({ plain, suffix, vector }: RowPacking) {
  return defineKernel({
    name: `channelNorm.gradInputRuns${suffix}`,
    read: { x: plain, weight: 'f32', stats: 'f32', dy: plain, sums: 'vec2f?' },
    write: { dx: plain },
    params: { ...RUN_PARAMS, count: 'f32' },
    workgroup: 1,
    grid: runsGrid,
    functions: `${vector}${RUNS}`,
    wgsl: /* wgsl */ `
fn run(base: u32, begin: u32, end: u32, channel: u32, stat: u32) {
  let rstd = stats[3u * stat + 2u];
  let by = weight[channel];
  if (HAS_SUMS) {
    let mean = V(stats[3u * stat]);
    let rest = V(stats[3u * stat + 1u]);
    let means = sums[stat] / params.count;
    for (var i = begin; i < end; i++) {
      let xhat = ((x[base + i] - mean) - rest) * rstd;
      dx[base + i] = (dy[base + i] * by - (V(means.x) + xhat * means.y)) * rstd;
    }
  } else {
    for (var i = begin; i < end; i++) {
      dx[base + i] = dy[base + i] * by * rstd;
    }
  }
}`,
  });
}

export const channelGradInputRuns = /* @__PURE__ */ packed(gradInputRunsKernel);
