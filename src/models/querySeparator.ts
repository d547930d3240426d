import { Module } from '../nn/module.ts';
import { tidy } from '../tensor/engine/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { AudioTextEncoder, type AudioTextEncoderConfig } from './audioTextEncoder/audioTextEncoder.ts';
import { Bsast } from './bsast/bsast.ts';
import type { BsastConfig } from './bsast/config.ts';

export interface QuerySeparatorConfig {
  readonly separator: BsastConfig;
  readonly embedder: AudioTextEncoderConfig;
}

const QUIETEST = 1e-12; // mean square of W, −120 dB: what lies below is silence, and not amplified

/** BSAST and what turns a clip or a sentence into its query. */
export class QuerySeparator extends Module {
  readonly config: QuerySeparatorConfig;
  readonly embedder: AudioTextEncoder;
  readonly separator: Bsast;

  /** @throws RangeError when embedder and separator do not fit together, or a field of either is out of range. */
  constructor(config: QuerySeparatorConfig) {
    super();
    const { embedder, separator } = config;
    if (embedder.embedding !== separator.embedding || embedder.sampleRate !== separator.sampleRate) {
      throw new RangeError(
        `QuerySeparator: embedder and separator must share embedding and sampleRate, got ${embedder.embedding} at ${embedder.sampleRate} Hz and ${separator.embedding} at ${separator.sampleRate} Hz`,
      );
    }
    this.config = config;
    this.embedder = new AudioTextEncoder(embedder);
    this.separator = new Bsast(separator);
  }

  /** clip: [batch, samples] → [batch, embedding], unit length. */
  embedAudio(clip: Tensor): Tensor {
    return this.embedder.embedAudio(clip);
  }

  /** → [texts, embedding], unit length. */
  embedText(texts: readonly string[]): Tensor {
    return this.embedder.embedText(texts);
  }

  /** mixture: [batch, channels, samples], query: [batch, embedding] of unit length → [batch, samples]. See `extract`. */
  extract(mixture: Tensor, query: Tensor): Tensor {
    return extract(this.separator, mixture, query);
  }

  // mixture: [batch, channels, samples], clip: [batch, any samples] → [batch, samples]
  forward(mixture: Tensor, clip: Tensor): Tensor {
    return this.extract(mixture, this.embedAudio(clip));
  }
}

/**
 * Extracts at any level: the mixture is divided by the RMS of its first channel, W, and the estimate multiplied by it.
 *
 * mixture: [batch, channels, samples], query: [batch, embedding] of unit length → [batch, samples]
 */
export function extract(separator: Bsast, mixture: Tensor, query: Tensor): Tensor {
  return tidy(() => {
    const w = mixture.slice(1, 0, 1);
    const power = w.mul(w).mean(-1, { keepdim: true }).add(QUIETEST); // [batch, 1, 1]
    const elements = query.mul(Math.sqrt(query.shape[1]!)); // near 1, as FiLM's first layer is initialized for
    const estimate = separator.forward(mixture.mul(power.rsqrt()), elements);
    return estimate.mul(power.sqrt().reshape([-1, 1]));
  });
}
