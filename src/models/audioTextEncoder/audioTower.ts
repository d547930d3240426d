import { gelu } from '../../kernels/activation/gelu.ts';
import { melSpectrogram } from '../../kernels/fourier/melSpectrogram.ts';
import { powerToDb } from '../../kernels/fourier/powerToDb.ts';
import { concat } from '../../kernels/indexing/concat.ts';
import { Conv1d } from '../../nn/conv.ts';
import { Linear } from '../../nn/linear.ts';
import { Module } from '../../nn/module.ts';
import { ShapeError } from '../../tensor/engine/errors.ts';
import { formatShape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { AudioTextEncoderConfig } from './audioTextEncoder.ts';

/**
 * What a clip sounds like, without when or how loud: log-mel frames, two convolutions over time, mean and maximum over
 * what is left of it, two layers.
 */
export class AudioTower extends Module {
  readonly config: AudioTextEncoderConfig;
  readonly frame: Conv1d;
  readonly context: Conv1d;
  readonly hidden: Linear;
  readonly out: Linear;

  constructor(config: AudioTextEncoderConfig) {
    super();
    const { mels, hidden, embedding } = config;
    this.config = config;
    this.frame = new Conv1d(mels, hidden, 3, { padding: 1 });
    this.context = new Conv1d(hidden, hidden, 5, { stride: 2, padding: 2 });
    this.hidden = new Linear(2 * hidden, hidden, { activation: 'gelu' });
    this.out = new Linear(hidden, embedding);
  }

  // clip: [batch, samples] → [batch, embedding], any length
  forward(clip: Tensor): Tensor {
    const { sampleRate, nFft, hopLength, mels } = this.config;
    if (clip.ndim !== 2 || clip.shape[1]! <= nFft / 2) {
      throw new ShapeError(
        `AudioTextEncoder: clip must be [batch, samples] with more than nFft / 2 = ${nFft / 2} samples, got ${formatShape(clip.shape)}`,
      );
    }
    const power = melSpectrogram(unitPower(clip), { sampleRate, nFft, hopLength, nMels: mels }); // [batch, frames, mels]
    const frames = powerToDb(power, { amin: 1e-5 }).mul(1 / 20); // about −2.5 … 2: a net's natural range
    const local = gelu(this.frame.forward(frames.permute([0, 2, 1])));
    const context = gelu(this.context.forward(local)); // [batch, hidden, frames / 2]
    return this.out.forward(this.hidden.forward(concat([context.mean(-1), context.max(-1)], { dim: -1 })));
  }
}

/** Mean square 1, so that loudness is no clue. Silence stays silence. */
function unitPower(clip: Tensor): Tensor {
  const power = clip.mul(clip).mean(-1, { keepdim: true });
  return clip.mul(power.add(1e-10).rsqrt());
}
