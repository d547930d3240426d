import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { expectShape, type Shape, sizeOf } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { channelGradients, channelLayout, expectChannels, normalized, statisticsOf } from './channelNorm.ts';

export interface GroupNormOptions {
  readonly groups: number;
  readonly eps?: number;
}

/**
 * Normalization over groups of channels and all positions of one batch entry. Wu and He 2018,
 * https://arxiv.org/abs/1803.08494
 *
 * x [batch, channels, ...], weight and bias [channels]; the bias may be left out. One group per channel is instance
 * normalization.
 *
 * @throws RangeError when channels are not a multiple of groups; ShapeError when weight or bias is not [channels].
 */
export function groupNorm(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  { groups, eps = 1e-5 }: GroupNormOptions,
): Tensor {
  return groupNormOp([x, weight, bias], { groups, eps });
}

const groupNormOp = /* @__PURE__ */ defineOp({
  name: 'groupNorm',
  inputs: ['x', 'weight', 'bias'],
  shape([x, weight, bias]: readonly [Shape, Shape, Shape | null], { groups }: Required<GroupNormOptions>) {
    const channels = expectChannels('groupNorm', x);
    if (!(Number.isInteger(groups) && groups > 0 && channels % groups === 0)) {
      throw new RangeError(`groupNorm: channels must be a multiple of groups, got ${channels} channels and ${groups}`);
    }
    expectShape('groupNorm', { weight, bias }, [channels]);
    return x;
  },
  forward([x, weight, bias]: readonly [x: Tensor, weight: Tensor, bias: Tensor | null], { groups, eps }) {
    const layout = channelLayout(x.shape, groups, true);
    const { stats } = statisticsOf(x, layout, eps);
    return { y: normalized(x, weight, bias, stats, layout), saved: { x, weight, stats } };
  },
  backward(dy, { x, weight, stats }, { groups }, needs) {
    const layout = channelLayout(x.shape, groups, true);
    return channelGradients({ x, weight, stats, dy, layout, training: true }, needs);
  },
});

export function groupNormReference(
  [x, weight, bias]: readonly [Nd, Nd, Nd | null],
  { groups, eps }: Required<GroupNormOptions>,
): Nd {
  const positions = sizeOf(x.shape.slice(2));
  const channels = x.shape[1]!;
  const count = (channels / groups) * positions;
  let [mean, rstd] = [0, 0];
  return nd(x.shape, (i) => {
    if (i % count === 0) {
      const group = x.data.subarray(i, i + count);
      mean = group.reduce((sum, value) => sum + value, 0) / count;
      rstd = 1 / Math.sqrt(group.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count + eps);
    }
    const channel = Math.floor(i / positions) % channels;
    return (x.data[i]! - mean) * rstd * weight.data[channel]! + (bias?.data[channel] ?? 0);
  });
}
