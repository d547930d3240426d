import { fill } from '../../tensor/engine/copy.ts';
import { classOf } from '../../tensor/engine/device/deviceClass.ts';
import { choose } from '../../tensor/engine/tuner.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { directForward, directInverse } from './directTransform.ts';
import type { Framing } from './framing.ts';
import { fusedBytes, fusedForward, fusedInverse } from './fusedTransform.ts';
import { GROUP_LIMIT, groupForward, groupInverse } from './groupTransform.ts';
import { factor } from './plan.ts';
import { stagedForward, stagedInverse } from './stagedTransform.ts';

/** Factors on the bins of a half spectrum. Edge bins are the first and, for even n, the one at n / 2. */
export interface Scaling {
  /** Bins per frame in memory. Those past n / 2 are read as 0 and written as 0. */
  readonly bins: number;
  readonly inner: number;
  readonly edge: number;
}

const VARIANTS = {
  direct: { forward: directForward, inverse: directInverse },
  group: { forward: groupForward, inverse: groupInverse },
  fused: { forward: fusedForward, inverse: fusedInverse },
  staged: { forward: stagedForward, inverse: stagedInverse },
};

/**
 * Half spectra [count, bins, 2] of windowed frames. The imaginary parts of edge bins are exactly 0.
 *
 *   X[k] = scale(k) Σ window[i] x[i] exp(-2πi k i / n)
 */
export function forwardFrames(x: Tensor, window: Tensor | null, framing: Framing, n: number, scaling: Scaling): Tensor {
  const spec = x.derive([framing.rows * framing.frames, scaling.bins, 2]);
  if (spec.size === 0) return spec;
  if (scaling.bins > Math.floor(n / 2) + 1) fill(spec, 0);
  VARIANTS[variant(x, n)].forward(x, window, framing, n, scaling, spec);
  return spec;
}

/**
 * Frames [count, n] from half spectra [count, bins, 2], summed over the whole spectrum, whose upper half mirrors the
 * lower. The imaginary parts of edge bins do not count.
 *
 *   x[i] = Σ over edges of scale(k) Re X[k] exp(2πi k i / n) + 2 Re Σ over inner bins of scale(k) X[k] exp(2πi k i / n)
 */
export function inverseFrames(spec: Tensor, count: number, n: number, scaling: Scaling): Tensor {
  const frames = spec.derive([count, n]);
  if (frames.size > 0) VARIANTS[variant(spec, n)].inverse(spec, n, scaling, frames);
  return frames;
}

/** Odd sizes and those with prime factors over 7 are summed directly, in time n² / 2 instead of n log n. */
function variant(like: Tensor, n: number): keyof typeof VARIANTS {
  if (n % 2 !== 0 || n < 4 || factor(n / 2) === null) return 'direct';
  if (n / 2 > GROUP_LIMIT) return 'staged';
  const of = classOf(like.device);
  if (of === 'softgpu' && fusedBytes(n / 2) <= like.device.gpu.limits.maxComputeWorkgroupStorageSize) {
    return choose(like.device, 'fourier/transform', ['group', 'staged', 'fused'], 'fused');
  }
  return choose(like.device, 'fourier/transform', ['group', 'staged'], of === 'gpu' ? 'group' : 'staged');
}
