import { embedding } from '../kernels/indexing/embedding.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { normal } from './initialize.ts';
import { Module } from './module.ts';
import { parameter } from './parameter.ts';

/** A vector per id. weight: [count, dim], standard normal at first, as in PyTorch. */
export class Embedding extends Module {
  readonly weight: Tensor;

  constructor(count: number, dim: number) {
    super();
    this.weight = parameter(normal([count, dim], 1));
  }

  // ids: [...] of i32 → [..., dim]
  forward(ids: Tensor): Tensor {
    return embedding(this.weight, ids);
  }
}
