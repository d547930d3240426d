import { zeroParameter } from '../../nn/initialize.ts';
import { Linear } from '../../nn/linear.ts';
import { Module } from '../../nn/module.ts';
import { parameter } from '../../nn/parameter.ts';
import { tensor } from '../../tensor/create.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/**
 * Channels to one, with the same real weights for real and imaginary parts and no bias. It starts as the first channel
 * alone: (1, 0, 0, 0). With `hidden`, channels → hidden → 1 with a gelu between, added to that start.
 * Reference page, section 2, item 5.
 */
export class ChannelMerge extends Module {
  readonly weight: Tensor;
  readonly in: Linear | null;
  readonly out: Tensor | null;

  constructor(channels: number, hidden = 0) {
    super();
    this.weight = parameter(tensor([Array.from({ length: channels }, (_, c) => (c === 0 ? 1 : 0))]));
    this.in = hidden > 0 ? new Linear(channels, hidden, { bias: false, activation: 'gelu' }) : null;
    this.out = hidden > 0 ? zeroParameter([1, hidden]) : null;
  }

  // spectrum: [batch, channels, frames, bins, 2] → [batch, frames, bins, 2]
  forward(spectrum: Tensor): Tensor {
    const [batch = 0, channels = 0, frames = 0, bins = 0] = spectrum.shape;
    const flat = spectrum.reshape([batch, channels, frames * bins * 2]);
    let merged = this.weight.matmul(flat);
    if (this.in && this.out) {
      const hidden = this.in.forward(flat.transpose(1, 2)); // [batch, values, hidden]
      merged = merged.add(this.out.matmul(hidden.transpose(1, 2)));
    }
    return merged.reshape([batch, frames, bins, 2]);
  }
}
