import { AxialAttention } from '../../nn/axialAttention.ts';
import { FeedForward } from '../../nn/feedForward.ts';
import { normal } from '../../nn/initialize.ts';
import { Module } from '../../nn/module.ts';
import { parameter } from '../../nn/parameter.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { BsastConfig } from './config.ts';

const AXIS = { channel: 1, time: 2, freq: 3 } as const; // of [batch, channels, frames, bands, dim]

/** Attention along one axis and, where each axis has its own, a feed-forward net; both with residuals. */
class AxisLayer extends Module {
  readonly attention: AxialAttention;
  readonly feedForward: FeedForward | null;
  readonly axis: number;

  constructor(axis: number, attention: AxialAttention, feedForward: FeedForward | null) {
    super();
    this.attention = attention;
    this.feedForward = feedForward;
    this.axis = axis;
  }

  forward(x: Tensor): Tensor {
    const attended = x.add(this.attention.forward(x, this.axis));
    return this.feedForward ? attended.add(this.feedForward.forward(attended)) : attended;
  }
}

/** Attends along time, then along bands, then along channels. Reference page, section 2, item 3. */
export class TriAxialBlock extends Module {
  readonly time: AxisLayer;
  readonly freq: AxisLayer;
  readonly channel: AxisLayer;
  /** One vector per channel, where positions along channels are learned. */
  readonly channelEmbedding: Tensor | null;
  readonly feedForward: FeedForward | null;

  constructor(config: BsastConfig) {
    super();
    const { dim, heads, headDim = dim / heads, channels, feedForward = 'axis', channelPos = 'rope' } = config;
    const layer = (axis: keyof typeof AXIS) => {
      const rotary = axis !== 'channel' || channelPos === 'rope';
      const attention = new AxialAttention({ dim, heads, headDim, ...(rotary ? {} : { rope: null }) });
      return new AxisLayer(AXIS[axis], attention, feedForward === 'axis' ? new FeedForward(dim) : null);
    };
    this.time = layer('time');
    this.freq = layer('freq');
    this.channelEmbedding = channelPos === 'learned' ? parameter(normal([channels, 1, 1, dim], 0.02)) : null;
    this.channel = layer('channel');
    this.feedForward = feedForward === 'block' ? new FeedForward(dim) : null;
  }

  // x: [batch, channels, frames, bands, dim] → the same shape
  forward(x: Tensor): Tensor {
    x = this.freq.forward(this.time.forward(x));
    if (this.channelEmbedding) x = x.add(this.channelEmbedding);
    x = this.channel.forward(x);
    return this.feedForward ? x.add(this.feedForward.forward(x)) : x;
  }
}
