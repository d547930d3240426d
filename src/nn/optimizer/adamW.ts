import { type AdamWSettings, adamWHyper, adamWStep } from '../../kernels/optimizer/adamW.ts';
import type { Slot } from '../../kernels/optimizer/slots.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { expectSettings, Optimizer } from './optimizer.ts';

/** Adam with decoupled weight decay; defaults and arithmetic as in PyTorch. Loshchilov and Hutter 2017, https://arxiv.org/abs/1711.05101 */
export class AdamW extends Optimizer {
  /** @throws RangeError for a negative setting or a beta outside [0, 1); TypeError as for every `Optimizer`. */
  constructor(
    parameters: Iterable<Tensor>,
    { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 1e-2 }: Partial<AdamWSettings> = {},
  ) {
    expectSettings('AdamW', { lr, eps, weightDecay });
    expectSettings('AdamW', { 'betas[0]': betas[0], 'betas[1]': betas[1] }, 1);
    super('AdamW', parameters, adamWHyper({ lr, betas, eps, weightDecay }), 2);
  }

  protected override update(slots: readonly Slot[]): void {
    adamWStep(slots, this.state, this.hyper);
  }
}
