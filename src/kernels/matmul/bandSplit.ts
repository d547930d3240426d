import type { Tensor } from '../../tensor/tensor.ts';
import { type BandNormOptions, bandNorm } from './bandNorm.ts';
import { raggedLinearIn } from './raggedLinearIn.ts';

export interface BandSplitWeights {
  /** [total]: the weights of the bands' norms, one after the other. */
  readonly norm: Tensor;
  /** [total · dim]: the bands' matrices [dim, width_n], one after the other. */
  readonly weight: Tensor;
  /** [bands, dim] */
  readonly bias: Tensor;
}

export interface SplitBands {
  /** [..., bands, dim] */
  readonly latent: Tensor;
  /** What each band was divided by, [..., bands]. */
  readonly rms: Tensor;
}

/**
 * Band split: cuts the last axis of x [..., total] into bands of the given widths, normalizes each by its own RMS and maps
 * it to `dim` values. Music source separation with band-split RNN, Luo and Yu 2022, https://arxiv.org/abs/2209.15174,
 * section 3.1, with the RMS norm of BS-RoFormer. Widths count elements: twice the bins where re and im lie side by side.
 *
 * @throws ShapeError when a tensor does not fit the widths, RangeError for a width that is no positive integer.
 */
export function bandSplit(x: Tensor, { norm, weight, bias }: BandSplitWeights, options: BandNormOptions): SplitBands {
  const { y, rms } = bandNorm(x, norm, options);
  return { latent: raggedLinearIn(y, weight, bias, options), rms };
}
