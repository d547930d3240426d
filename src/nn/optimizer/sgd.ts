import { sgdStep } from '../../kernels/optimizer/sgd.ts';
import type { Slot } from '../../kernels/optimizer/slots.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { expectSettings, Optimizer } from './optimizer.ts';

export interface SgdSettings {
  readonly lr: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
}

/** Stochastic gradient descent with momentum; arithmetic as in PyTorch. */
export class SGD extends Optimizer {
  /** @throws RangeError for a negative setting, or nesterov without momentum; TypeError as for every `Optimizer`. */
  constructor(
    parameters: Iterable<Tensor>,
    { lr = 1e-3, momentum = 0, weightDecay = 0, nesterov = false }: Partial<SgdSettings> = {},
  ) {
    expectSettings('SGD', { lr, momentum, weightDecay });
    if (nesterov && momentum === 0) throw new RangeError('SGD: nesterov needs a momentum over 0, got 0');
    super('SGD', parameters, [lr, momentum, weightDecay, nesterov ? 1 : 0], 1);
  }

  protected override update(slots: readonly Slot[]): void {
    sgdStep(slots, this.state, this.hyper);
  }
}
