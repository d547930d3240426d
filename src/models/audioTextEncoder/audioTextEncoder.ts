import { infoNce } from '../../kernels/loss/infoNce.ts';
import { Module } from '../../nn/module.ts';
import { parameter } from '../../nn/parameter.ts';
import { full, tensor } from '../../tensor/create.ts';
import { tidy } from '../../tensor/engine/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { QueryEmbedder } from '../queryEmbedder.ts';
import { AudioTower } from './audioTower.ts';
import { subwordBag } from './subwords.ts';
import { TextTower } from './textTower.ts';

export interface AudioTextEncoderConfig {
  /** Hz */
  readonly sampleRate: number;
  /** Length of the STFT frame in samples. */
  readonly nFft: number;
  /** Samples between frames. */
  readonly hopLength: number;
  readonly mels: number;
  /** Rows of the table that words and their pieces are hashed into. */
  readonly buckets: number;
  readonly hidden: number;
  /** Size of the embedding. */
  readonly embedding: number;
}

const START_SCALE = Math.log(1 / 0.07); // Radford et al. 2021, section 2.5

/**
 * Clips and sentences in one space, small enough to train on a processor in minutes: the query embedder of the shipped
 * model. Trained as CLAP is, by telling the pairs of a batch apart; the towers are this library's own.
 */
export class AudioTextEncoder extends Module implements QueryEmbedder {
  readonly config: AudioTextEncoderConfig;
  readonly audio: AudioTower;
  readonly text: TextTower;
  /** [1], the logarithm of how sharply pairs are told apart. */
  readonly logScale: Tensor;

  /** @throws RangeError when a field is not a positive integer. */
  constructor(config: AudioTextEncoderConfig) {
    super();
    checkEncoderConfig(config);
    this.config = config;
    this.audio = new AudioTower(config);
    this.text = new TextTower(config);
    this.logScale = parameter(full([1], START_SCALE));
  }

  get embedding(): number {
    return this.config.embedding;
  }

  get sampleRate(): number {
    return this.config.sampleRate;
  }

  get leastSamples(): number {
    return this.config.nFft / 2 + 1;
  }

  embedAudio(clip: Tensor): Tensor {
    return tidy(() => unitLength(this.audio.forward(clip)));
  }

  embedText(texts: readonly string[]): Tensor {
    return tidy(() => this.embedBags(tensor(this.bagsOf(texts), { shape: [texts.length, this.config.buckets] })));
  }

  /** The words of `texts` as the text tower takes them, [texts, buckets], for programs that write them into a tensor. */
  bagsOf(texts: readonly string[]): Float32Array {
    const { buckets } = this.config;
    const bags = new Float32Array(texts.length * buckets);
    for (const [i, text] of texts.entries()) bags.set(subwordBag(text, buckets), i * buckets);
    return bags;
  }

  /** bags: [texts, buckets] → [texts, embedding], unit length. */
  embedBags(bags: Tensor): Tensor {
    return tidy(() => unitLength(this.text.forward(bags)));
  }

  // The contrastive loss of a batch of pairs. clip: [batch, samples], bags: [batch, buckets] → scalar
  forward(clip: Tensor, bags: Tensor): Tensor {
    return infoNce(this.embedAudio(clip), this.embedBags(bags), this.logScale);
  }
}

/** @throws RangeError naming the field that is not a positive integer. */
export function checkEncoderConfig(config: AudioTextEncoderConfig): void {
  const { sampleRate, nFft, hopLength, mels, buckets, hidden, embedding } = config;
  for (const [name, value] of Object.entries({ sampleRate, nFft, hopLength, mels, buckets, hidden, embedding })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`AudioTextEncoder: ${name} must be a positive integer, got ${value}`);
    }
  }
}

function unitLength(x: Tensor): Tensor {
  return x.mul(x.mul(x).sum(-1, { keepdim: true }).add(1e-12).rsqrt());
}
