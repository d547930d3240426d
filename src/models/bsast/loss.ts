import { l1Loss } from '../../kernels/loss/l1Loss.ts';
import { siSdr } from '../../kernels/loss/siSdr.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/**
 * The paper's loss: mean over the batch of −SI-SDR in dB, plus `lambda` times the mean absolute error of the waveform.
 * The second term fixes the gain, which SI-SDR cannot see. estimate, target: [batch, samples] → scalar.
 */
export function separationLoss(
  estimate: Tensor,
  target: Tensor,
  { lambda = 100 }: { readonly lambda?: number } = {},
): Tensor {
  return l1Loss(estimate, target).mul(lambda).sub(siSdr(estimate, target).mean());
}
