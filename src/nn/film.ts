import { film } from '../kernels/norm/film.ts';
import { copyInto } from '../tensor/engine/copyInto.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { zeroParameter } from './initialize.ts';
import { Linear } from './linear.ts';
import { Module } from './module.ts';

export interface FilmOptions {
  /** Size of the condition. */
  readonly embedding: number;
  readonly hidden: number;
  /** Channels that are scaled and shifted. */
  readonly dim: number;
  /** `literal`: gamma · x + beta. `onePlus`: (1 + gamma) · x + beta, with the last layer starting at zero: no effect at first. */
  readonly gain: 'literal' | 'onePlus';
}

/**
 * Feature-wise linear modulation by a condition vector, through Linear, ReLU, Linear. Perez et al. 2017,
 * https://arxiv.org/abs/1709.07871
 */
export class Film extends Module {
  readonly in: Linear;
  readonly out: Linear;
  readonly dim: number;
  readonly gain: 'literal' | 'onePlus';

  constructor({ embedding, hidden, dim, gain }: FilmOptions) {
    super();
    this.in = new Linear(embedding, hidden, { activation: 'relu' });
    this.out = new Linear(hidden, 2 * dim);
    this.dim = dim;
    this.gain = gain;
    if (gain === 'onePlus') startAtZero(this.out);
  }

  // x: [batch, ..., dim], condition: [batch, embedding] → the shape of x
  forward(x: Tensor, condition: Tensor): Tensor {
    const both = this.out.forward(this.in.forward(condition));
    const gamma = both.slice(-1, 0, this.dim);
    const beta = both.slice(-1, this.dim);
    return film(x, this.gain === 'onePlus' ? gamma.add(1) : gamma, beta);
  }
}

function startAtZero({ weight, bias }: Linear): void {
  for (const tensor of [weight, bias!]) {
    const zeros = zeroParameter(tensor.shape);
    copyInto(tensor, zeros);
    zeros.dispose();
  }
}
