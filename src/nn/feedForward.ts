import type { Tensor } from '../tensor/tensor.ts';
import { Linear } from './linear.ts';
import { Module } from './module.ts';
import { RmsNorm } from './rmsNorm.ts';

/** Pre-normalized two-layer net: out(gelu(in(norm(x)))), `expansion` · dim wide inside. The residual is the caller's. */
export class FeedForward extends Module {
  readonly norm: RmsNorm;
  readonly in: Linear;
  readonly out: Linear;

  constructor(dim: number, { expansion = 4 }: { readonly expansion?: number } = {}) {
    super();
    this.norm = new RmsNorm(dim, { form: 'l2' });
    this.in = new Linear(dim, expansion * dim, { activation: 'gelu' });
    this.out = new Linear(expansion * dim, dim);
  }

  // x: [..., dim] → the same shape
  forward(x: Tensor): Tensor {
    return this.out.forward(this.in.forward(this.norm.forward(x)));
  }
}
