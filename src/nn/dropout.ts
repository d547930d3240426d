import { dropout } from '../kernels/activation/dropout.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Module } from './module.ts';

/** In training, zeroes each element with probability p and scales the others by 1 / (1 − p); else it changes nothing. */
export class Dropout extends Module {
  constructor(readonly p: number) {
    super();
    if (!(p >= 0 && p < 1)) throw new RangeError(`Dropout: p must be in [0, 1), got ${p}`);
  }

  forward(x: Tensor): Tensor {
    return dropout(x, { p: this.p, training: this.training });
  }
}
