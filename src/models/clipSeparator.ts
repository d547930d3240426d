import { Module } from '../nn/module.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Bsast } from './bsast/bsast.ts';
import type { BsastConfig } from './bsast/config.ts';
import { ClipEncoder, type ClipEncoderConfig } from './clipEncoder.ts';

export interface ClipSeparatorConfig {
  readonly separator: BsastConfig;
  readonly encoder: ClipEncoderConfig;
}

/** BSAST asked by example: extracts from a mixture the source that sounds like the clip. */
export class ClipSeparator extends Module {
  readonly config: ClipSeparatorConfig;
  readonly encoder: ClipEncoder;
  readonly separator: Bsast;

  /** @throws RangeError when encoder and separator do not fit together. */
  constructor(config: ClipSeparatorConfig) {
    super();
    const { encoder, separator } = config;
    if (encoder.embedding !== separator.embedding || encoder.sampleRate !== separator.sampleRate) {
      throw new RangeError(
        `ClipSeparator: encoder and separator must share embedding and sampleRate, got ${encoder.embedding} at ${encoder.sampleRate} Hz and ${separator.embedding} at ${separator.sampleRate} Hz`,
      );
    }
    this.config = config;
    this.encoder = new ClipEncoder(encoder);
    this.separator = new Bsast(separator);
  }

  /**
   * mixture: [batch, channels, samples], clip: [batch, any samples] → [batch, samples]. The mixture is divided by the
   * RMS of its first channel, W, and the estimate multiplied by it: the level of a recording does not matter.
   */
  forward(mixture: Tensor, clip: Tensor): Tensor {
    const w = mixture.slice(1, 0, 1);
    const power = w.mul(w).mean(-1, { keepdim: true }).add(1e-12); // [batch, 1, 1]
    const query = this.encoder.forward(clip).mul(Math.sqrt(this.config.encoder.embedding)); // elements near 1, as FiLM's first layer is initialized for
    const estimate = this.separator.forward(mixture.mul(power.rsqrt()), query);
    return estimate.mul(power.sqrt().reshape([-1, 1]));
  }
}
