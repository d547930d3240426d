import type { Module } from '../nn/module.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * Turns what is asked for, a clip or a sentence, into a point on the unit sphere, such that a clip and a sentence about it lie
 * close together. A separator sees nothing else of its query.
 */
export interface QueryEmbedder extends Module {
  /** Size of the embeddings. */
  readonly embedding: number;
  /** Hz, of the clips it takes. */
  readonly sampleRate: number;
  /** Least length of a clip, in samples. */
  readonly leastSamples: number;
  /** clip: [batch, samples] → [batch, embedding], unit length. */
  embedAudio(clip: Tensor): Tensor;
  /** → [texts, embedding], unit length. */
  embedText(texts: readonly string[]): Tensor;
}
