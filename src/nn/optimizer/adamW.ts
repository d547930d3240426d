import { type AdamWSettings, adamWHyper, adamWStep } from '../../kernels/optimizer/adamW.ts';
import type { Slot } from '../../kernels/optimizer/slots.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { Optimizer } from './optimizer.ts';

/** Adam with decoupled weight decay; defaults and arithmetic as in PyTorch. Loshchilov and Hutter 2017, https://arxiv.org/abs/1711.05101 */
export class AdamW extends Optimizer {
  constructor(
    parameters: Iterable<Tensor>,
    { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 1e-2 }: Partial<AdamWSettings> = {},
  ) {
    super('AdamW', parameters, adamWHyper({ lr, betas, eps, weightDecay }), 2);
  }

  protected override update(slots: readonly Slot[]): void {
    adamWStep(slots, this.state, this.hyper);
  }
}
