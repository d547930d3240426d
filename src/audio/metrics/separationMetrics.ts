import { siSdr as siSdrOp } from '../../kernels/loss/siSdr.ts';
import { snr as snrOp } from '../../kernels/loss/snr.ts';
import { ShapeError } from '../../tensor/engine/errors.ts';
import { isTensor } from '../../tensor/engine/scope.ts';
import { formatShape, sameShape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { bssEvalSdrOf } from './bssEvalSdr.ts';
import { siSdrOf } from './siSdr.ts';
import { snrOf } from './snr.ts';

type Signal = ArrayLike<number>;

/**
 * Scale-invariant signal-to-distortion ratio in dB. Le Roux et al. 2018, https://arxiv.org/abs/1811.02508
 *
 * Of tensors [..., samples] a tensor [...], differentiable, in f32; of plain arrays a number, in float64.
 */
export function siSdr(
  estimate: Tensor,
  target: Tensor,
  options?: { readonly zeroMean?: boolean; readonly eps?: number },
): Tensor;
export function siSdr(estimate: Signal, target: Signal, options?: { readonly zeroMean?: boolean }): number;
export function siSdr(
  estimate: Tensor | Signal,
  target: Tensor | Signal,
  options: { readonly zeroMean?: boolean } = {},
): Tensor | number {
  if (isTensor(estimate) && isTensor(target)) return siSdrOp(estimate, target, options);
  return siSdrOf(estimate as Signal, target as Signal, options);
}

/**
 * Signal-to-noise ratio in dB, the error being estimate − target. Of tensors [..., samples] a tensor [...],
 * differentiable, in f32; of plain arrays a number, in float64.
 */
export function snr(estimate: Tensor, target: Tensor, options?: { readonly eps?: number }): Tensor;
export function snr(estimate: Signal, target: Signal): number;
export function snr(
  estimate: Tensor | Signal,
  target: Tensor | Signal,
  options: { readonly eps?: number } = {},
): Tensor | number {
  if (isTensor(estimate) && isTensor(target)) return snrOp(estimate, target, options);
  return snrOf(estimate as Signal, target as Signal);
}

/**
 * BSS-eval signal-to-distortion ratio in dB: the target may be filtered by `filterLength` taps before the comparison.
 * Vincent et al. 2006, https://doi.org/10.1109/TSA.2005.858005. Computed on the host in float64.
 *
 * Of tensors [..., samples] a promise of one number per signal, row-major; of plain arrays a number.
 *
 * @throws ShapeError when the tensors' shapes differ.
 */
export function bssEvalSdr(
  estimate: Tensor,
  target: Tensor,
  options?: { readonly filterLength?: number },
): Promise<Float64Array>;
export function bssEvalSdr(estimate: Signal, target: Signal, options?: { readonly filterLength?: number }): number;
export function bssEvalSdr(
  estimate: Tensor | Signal,
  target: Tensor | Signal,
  options: { readonly filterLength?: number } = {},
): Promise<Float64Array> | number {
  if (isTensor(estimate) && isTensor(target)) return bssEvalOfTensors(estimate, target, options);
  return bssEvalSdrOf(estimate as Signal, target as Signal, options);
}

async function bssEvalOfTensors(
  estimate: Tensor,
  target: Tensor,
  options: { readonly filterLength?: number },
): Promise<Float64Array> {
  if (!sameShape(estimate.shape, target.shape) || estimate.ndim === 0) {
    throw new ShapeError(
      `bssEvalSdr: estimate and target must be [..., samples] of one shape, got ${formatShape(estimate.shape)} and ${formatShape(target.shape)}`,
    );
  }
  const samples = estimate.shape[estimate.ndim - 1]!;
  const [estimates, targets] = await Promise.all([estimate.data(), target.data()]);
  const row = (values: typeof estimates, i: number) => values.subarray(i * samples, (i + 1) * samples);
  return Float64Array.from({ length: samples === 0 ? 0 : estimate.size / samples }, (_, i) =>
    bssEvalSdrOf(row(estimates, i), row(targets, i), options),
  );
}
