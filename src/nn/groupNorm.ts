import { groupNorm } from '../kernels/norm/groupNorm.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { oneParameter, zeroParameter } from './initialize.ts';
import { Module } from './module.ts';

/** Normalization over groups of channels and all positions. Wu and He 2018, https://arxiv.org/abs/1803.08494 */
export class GroupNorm extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly groups: number;
  readonly eps: number;

  constructor(groups: number, channels: number, { eps = 1e-5 }: { readonly eps?: number } = {}) {
    super();
    if (channels % groups !== 0) {
      throw new RangeError(`GroupNorm: channels must be a multiple of groups, got ${channels} and ${groups}`);
    }
    this.weight = oneParameter([channels]);
    this.bias = zeroParameter([channels]);
    this.groups = groups;
    this.eps = eps;
  }

  // x: [batch, channels, ...] → the same shape
  forward(x: Tensor): Tensor {
    return groupNorm(x, this.weight, this.bias, { groups: this.groups, eps: this.eps });
  }
}
