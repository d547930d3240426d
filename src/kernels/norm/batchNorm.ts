import { ShapeError } from '../../tensor/engine/errors.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { expectShape, formatShape, type Shape, sizeOf } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { channelGradients, channelLayout, expectChannels, normalized, statisticsOf } from './channelNorm.ts';

export interface BatchNormOptions {
  /** Normalizes by the statistics of the batch, and moves the running ones towards them. Default false. */
  readonly training?: boolean;
  readonly eps?: number;
  /** Share of the batch in the running statistics. */
  readonly momentum?: number;
}

/**
 * Normalization of each channel over batch and positions. Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167
 *
 * x [batch, channels, ...], all others [channels]; the bias may be null. In training the running statistics are updated
 * in place, running = (1 - momentum) · running + momentum · batch, with the unbiased variance of the batch.
 *
 * @throws ShapeError when an argument does not fit the channels, or in training with one value per channel.
 */
export function batchNorm(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  runningMean: Tensor,
  runningVar: Tensor,
  { training = false, eps = 1e-5, momentum = 0.1 }: BatchNormOptions = {},
): Tensor {
  if (training) for (const statistic of [runningMean, runningVar]) expectOwned(statistic);
  return batchNormOp([x, weight, bias, runningMean, runningVar], { training, eps, momentum });
}

/** A view that kernels cannot bind would be copied, and the update lost with the copy. */
function expectOwned(statistic: Tensor): void {
  if (statistic.isDense && statistic.offset % 64 === 0) return;
  throw new ShapeError('batchNorm: running statistics are updated in place and must not be views: copy them first');
}

type Inputs = readonly [x: Tensor, weight: Tensor, bias: Tensor | null, runningMean: Tensor, runningVar: Tensor];

const batchNormOp = /* @__PURE__ */ defineOp({
  name: 'batchNorm',
  inputs: ['x', 'weight', 'bias', 'runningMean', 'runningVar'],
  shape(
    [x, weight, bias, runningMean, runningVar]: readonly [Shape, Shape, Shape | null, Shape, Shape],
    { training }: Required<BatchNormOptions>,
  ) {
    const channels = expectChannels('batchNorm', x);
    expectShape('batchNorm', { weight, bias, runningMean, runningVar }, [channels]);
    if (training && channels > 0 && sizeOf(x) === channels) {
      throw new ShapeError(
        `batchNorm: training needs more than one value per channel, got ${formatShape(x)}: use a larger batch or eval()`,
      );
    }
    return x;
  },
  forward([x, weight, bias, runningMean, runningVar]: Inputs, { training, eps, momentum }) {
    const layout = channelLayout(x.shape, x.shape[1]!, false);
    const stats = training
      ? track(x, runningMean, runningVar, { eps, momentum })
      : running(runningMean, runningVar, eps);
    return { y: normalized(x, weight, bias, stats, layout), saved: { x, weight, stats } };
  },
  backward(dy, { x, weight, stats }, { training }, needs) {
    const layout = channelLayout(x.shape, x.shape[1]!, false);
    return [...channelGradients({ x, weight, stats, dy, layout, training }, needs), null, null];
  },
});

function track(
  x: Tensor,
  runningMean: Tensor,
  runningVar: Tensor,
  { eps, momentum }: { readonly eps: number; readonly momentum: number },
): Tensor {
  const layout = channelLayout(x.shape, x.shape[1]!, false);
  const { mean, moments, stats } = statisticsOf(x, layout, eps);
  // Over nothing there is nothing to learn.
  const share = layout.count === 0 ? 0 : momentum;
  batchNormTrack(
    { mean, moments },
    { runningMean, runningVar },
    { channels: layout.stats, count: layout.count, momentum: share },
  );
  return stats;
}

function running(runningMean: Tensor, runningVar: Tensor, eps: number): Tensor {
  const stats = runningMean.derive([runningMean.size, 3]);
  batchNormRunning({ runningMean, runningVar }, { stats }, { channels: runningMean.size, eps });
  return stats;
}

export const batchNormTrack = /* @__PURE__ */ defineKernel({
  name: 'batchNorm.track',
  read: { mean: 'f32', moments: 'vec2f' },
  write: { runningMean: 'f32', runningVar: 'f32' },
  params: { channels: 'u32', count: 'f32', momentum: 'f32' },
  workgroup: 64,
  grid: ({ channels, momentum }) => (momentum === 0 ? 0 : Math.ceil(channels / 64)),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.channels) { return; }
  let rest = moments[i].x / params.count;
  let variance = (moments[i].y - moments[i].x * rest) / (params.count - 1.0);
  runningMean[i] += params.momentum * ((mean[i] - runningMean[i]) + rest);
  runningVar[i] += params.momentum * (variance - runningVar[i]);
}`,
});

export const batchNormRunning = /* @__PURE__ */ defineKernel({
  name: 'batchNorm.running',
  read: { runningMean: 'f32', runningVar: 'f32' },
  write: { stats: 'f32' },
  params: { channels: 'u32', eps: 'f32' },
  workgroup: 64,
  grid: ({ channels }) => Math.ceil(channels / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.channels) { return; }
  stats[3u * i] = runningMean[i];
  stats[3u * i + 1u] = 0.0;
  stats[3u * i + 2u] = 1.0 / sqrt(runningVar[i] + params.eps);
}`,
});

/** The result, and the running statistics after it. */
export function batchNormReference(
  [x, weight, bias, runningMean, runningVar]: readonly [Nd, Nd, Nd | null, Nd, Nd],
  { training, eps, momentum }: Required<BatchNormOptions>,
): readonly [y: Nd, runningMean: Nd, runningVar: Nd] {
  const [channels, positions] = [x.shape[1]!, sizeOf(x.shape.slice(2))];
  const channelOf = (i: number) => Math.floor(i / positions) % channels;
  const count = x.data.length / channels;
  const sums = (value: (i: number) => number) => {
    const total = nd([channels], () => 0);
    for (let i = 0; i < x.data.length; i++) total.data[channelOf(i)]! += value(i);
    return total;
  };
  const total = sums((i) => x.data[i]!);
  const mean = training ? nd([channels], (c) => total.data[c]! / count) : runningMean;
  const squares = sums((i) => (x.data[i]! - mean.data[channelOf(i)]!) ** 2);
  const variance = training ? nd([channels], (c) => squares.data[c]! / count) : runningVar;
  const y = nd(x.shape, (i) => {
    const c = channelOf(i);
    const xhat = (x.data[i]! - mean.data[c]!) / Math.sqrt(variance.data[c]! + eps);
    return xhat * weight.data[c]! + (bias?.data[c] ?? 0);
  });
  const moved = (from: Nd, to: (c: number) => number) =>
    training ? nd([channels], (c) => (1 - momentum) * from.data[c]! + momentum * to(c)) : from;
  return [y, moved(runningMean, (c) => mean.data[c]!), moved(runningVar, (c) => squares.data[c]! / (count - 1))];
}
