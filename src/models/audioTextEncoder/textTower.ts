import { Linear } from '../../nn/linear.ts';
import { Module } from '../../nn/module.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { AudioTextEncoderConfig } from './audioTextEncoder.ts';

/** What a sentence says about a sound, from its words and their pieces alone, whatever their order. */
export class TextTower extends Module {
  readonly words: Linear;
  readonly hidden: Linear;
  readonly out: Linear;

  constructor({ buckets, hidden, embedding }: AudioTextEncoderConfig) {
    super();
    this.words = new Linear(buckets, hidden, { activation: 'gelu' });
    this.hidden = new Linear(hidden, hidden, { activation: 'gelu' });
    this.out = new Linear(hidden, embedding);
  }

  // bags: [texts, buckets] from subwordBag → [texts, embedding]
  forward(bags: Tensor): Tensor {
    return this.out.forward(this.hidden.forward(this.words.forward(bags)));
  }
}
