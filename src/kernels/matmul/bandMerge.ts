import type { Tensor } from '../../tensor/tensor.ts';
import { bandLinear } from './bandLinear.ts';
import { type RaggedGluOptions, raggedGlu } from './raggedGlu.ts';
import { raggedLinearOut } from './raggedLinearOut.ts';

export interface BandMergeWeights {
  /** [bands, hidden, dim] */
  readonly inWeight: Tensor;
  /** [bands, hidden] */
  readonly inBias: Tensor;
  /** [2 · total · hidden]: the bands' matrices [2 · width_n, hidden], one after the other. */
  readonly outWeight: Tensor;
  /** [2 · total] */
  readonly outBias: Tensor;
}

/**
 * The inverse of `bandSplit`: an MLP per band (linear, tanh, linear, GLU) from z [..., bands, dim] to bands of the given
 * widths, one after the other: [..., total]. `scale` multiplies each band; with the `rms` of `bandSplit` the result
 * follows the level of its input. Mask estimation of BS-RoFormer, Lu et al. 2023, https://arxiv.org/abs/2309.02612.
 *
 * @throws ShapeError when a tensor does not fit the widths, RangeError for a width that is no positive integer.
 */
export function bandMerge(z: Tensor, weights: BandMergeWeights, { widths, scale = null }: RaggedGluOptions): Tensor {
  const hidden = bandLinear(z, weights.inWeight, weights.inBias, { activation: 'tanh' });
  const doubled = widths.map((width) => 2 * width); // values and gates
  const gated = raggedLinearOut(hidden, weights.outWeight, weights.outBias, { widths: doubled });
  return raggedGlu(gated, { widths, scale });
}
