import { batchNorm } from '../kernels/norm/batchNorm.ts';
import { ones, zeros } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { oneParameter, zeroParameter } from './initialize.ts';
import { Module } from './module.ts';
import { buffer } from './parameter.ts';

/**
 * Normalization of each channel over batch and positions: by batch statistics in training, by running ones in eval.
 * The state dict has PyTorch's `running_mean` and `running_var`. Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167
 */
export class BatchNorm extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly running_mean: Tensor;
  readonly running_var: Tensor;
  readonly eps: number;
  readonly momentum: number;

  constructor(
    channels: number,
    { eps = 1e-5, momentum = 0.1 }: { readonly eps?: number; readonly momentum?: number } = {},
  ) {
    super();
    this.weight = oneParameter([channels]);
    this.bias = zeroParameter([channels]);
    this.running_mean = buffer(zeros([channels]));
    this.running_var = buffer(ones([channels]));
    this.eps = eps;
    this.momentum = momentum;
  }

  // x: [batch, channels, ...] → the same shape
  forward(x: Tensor): Tensor {
    const { weight, bias, running_mean, running_var, training, eps, momentum } = this;
    return batchNorm(x, weight, bias, running_mean, running_var, { training, eps, momentum });
  }
}
