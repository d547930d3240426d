import { melSpectrogram } from '../kernels/fourier/melSpectrogram.ts';
import { powerToDb } from '../kernels/fourier/powerToDb.ts';
import { Linear } from '../nn/linear.ts';
import { Module } from '../nn/module.ts';
import type { Tensor } from '../tensor/tensor.ts';

export interface ClipEncoderConfig {
  /** Hz */
  readonly sampleRate: number;
  readonly nFft: number;
  readonly hopLength: number;
  readonly mels: number;
  readonly hidden: number;
  /** Size of the embedding. */
  readonly embedding: number;
}

/**
 * A small audio encoder that is trained together with a separator: what a clip sounds like, without when or how loud.
 * Log-mel frames pass a two-layer net each; mean over time, one more layer, unit length.
 */
export class ClipEncoder extends Module {
  readonly config: ClipEncoderConfig;
  readonly frame: Linear;
  readonly hidden: Linear;
  readonly out: Linear;

  constructor(config: ClipEncoderConfig) {
    super();
    this.config = config;
    this.frame = new Linear(config.mels, config.hidden, { activation: 'gelu' });
    this.hidden = new Linear(config.hidden, config.hidden, { activation: 'gelu' });
    this.out = new Linear(config.hidden, config.embedding);
  }

  // clip: [batch, samples] → [batch, embedding], unit length
  forward(clip: Tensor): Tensor {
    const { sampleRate, nFft, hopLength, mels } = this.config;
    const power = melSpectrogram(unitPower(clip), { sampleRate, nFft, hopLength, nMels: mels });
    const frames = powerToDb(power, { amin: 1e-5 }).mul(1 / 20); // about −2.5 … 2: a net's natural range
    const pooled = this.hidden.forward(this.frame.forward(frames)).mean(1);
    return unitLength(this.out.forward(pooled));
  }
}

/** Mean square 1, so that loudness is no clue. Silence stays silence. */
function unitPower(clip: Tensor): Tensor {
  const power = clip.mul(clip).mean(-1, { keepdim: true });
  return clip.mul(power.add(1e-10).rsqrt());
}

function unitLength(x: Tensor): Tensor {
  return x.mul(x.mul(x).sum(-1, { keepdim: true }).add(1e-12).rsqrt());
}
