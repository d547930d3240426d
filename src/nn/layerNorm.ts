import { layerNorm } from '../kernels/norm/layerNorm.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { oneParameter, zeroParameter } from './initialize.ts';
import { Module } from './module.ts';

/** Layer normalization over the last axis, scaled and shifted. Ba et al. 2016, https://arxiv.org/abs/1607.06450 */
export class LayerNorm extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly eps: number;

  constructor(dim: number, { eps = 1e-5 }: { readonly eps?: number } = {}) {
    super();
    this.weight = oneParameter([dim]);
    this.bias = zeroParameter([dim]);
    this.eps = eps;
  }

  // x: [..., dim] → the same shape
  forward(x: Tensor): Tensor {
    return layerNorm(x, this.weight, this.bias, { eps: this.eps });
  }
}
