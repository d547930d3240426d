import { gradNorm, scaleGradients } from '../../kernels/optimizer/gradNorm.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { trainedTensor } from '../packedParameter.ts';

/**
 * Scales all gradients together, in place, so that their Euclidean norm is at most `maxNorm`. Returns the norm before, as
 * a tensor [1]: reading it back is the caller's choice. Pascanu et al. 2012, https://arxiv.org/abs/1211.5063
 *
 * @throws RangeError when no parameter has a gradient, or `maxNorm` is negative or no number.
 */
export function clipGradNorm(parameters: Iterable<Tensor>, maxNorm: number): Tensor {
  if (!(maxNorm >= 0)) throw new RangeError(`clipGradNorm: maxNorm must be a number from 0 on, got ${maxNorm}`);
  const grads = [...new Set([...parameters].map(trainedTensor))].flatMap(({ grad }) => (grad ? [grad] : []));
  if (grads.length === 0) throw new RangeError('clipGradNorm: no parameter has a gradient: call backward() first');
  const norm = gradNorm(grads);
  scaleGradients(grads, norm, maxNorm);
  return norm;
}
