import { rmsNorm } from '../kernels/norm/rmsNorm.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { oneParameter } from './initialize.ts';
import { Module } from './module.ts';

export interface RmsNormOptions {
  /** Default 1e-5 for `mean`, 1e-12 for `l2`. */
  readonly eps?: number;
  /** `mean`: x / sqrt(mean(x²) + eps). `l2`: x · sqrt(dim) / max(‖x‖₂, eps), as BS-RoFormer has it. Default mean. */
  readonly form?: 'mean' | 'l2';
}

/** Root-mean-square normalization over the last axis, scaled by `weight`. Zhang and Sennrich 2019, https://arxiv.org/abs/1910.07467 */
export class RmsNorm extends Module {
  readonly weight: Tensor;
  readonly eps: number;
  readonly form: 'mean' | 'l2';

  constructor(dim: number, { form = 'mean', eps = form === 'l2' ? 1e-12 : 1e-5 }: RmsNormOptions = {}) {
    super();
    this.weight = oneParameter([dim]);
    this.form = form;
    this.eps = eps;
  }

  // x: [..., dim] → the same shape
  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.weight, { eps: this.eps, form: this.form });
  }
}
