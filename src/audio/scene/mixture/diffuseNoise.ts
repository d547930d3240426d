import { speedOfSound } from '../room/air.ts';
import { diffuseTail } from '../room/diffuseTail.ts';
import { powerOfTwo, RealFft } from '../room/realFft.ts';
import { placeMicrophones } from '../room/receiver.ts';
import { type ChannelLayout, layoutReceiver } from './channelLayout.ts';

export interface DiffuseNoiseOptions {
  readonly channels: ChannelLayout;
  readonly kind: 'white' | 'pink';
  readonly sampleRate: number;
  /** A power of two. */
  readonly samples: number;
  readonly seed: number;
}

/** The length of a noise recording from which parts of so many samples are taken. */
export function noiseLength(samples: number): number {
  return powerOfTwo(2 * samples);
}

/**
 * Gaussian noise from everywhere alike, as the microphones hear it. It is periodic: its end runs on into its start. White, or
 * pink: 3 dB less power each octave up, flat below 20 Hz.
 *
 * @throws RangeError for a length that is not a power of two.
 */
export function diffuseNoise({ channels, kind, sampleRate, samples, seed }: DiffuseNoiseOptions): Float32Array[] {
  if (samples !== powerOfTwo(samples)) {
    throw new RangeError(`diffuseNoise: samples must be a power of two, got ${samples}`);
  }
  const microphones = placeMicrophones(layoutReceiver(channels, { position: [0, 0, 0] }));
  const noise = diffuseTail({
    microphones,
    centers: [sampleRate / 4], // a single band: all of it
    decays: [{ level: 1, rate: 0 }],
    samples,
    sampleRate,
    speedOfSound: speedOfSound(),
    seed,
  });
  if (kind === 'pink') for (const channel of noise) makePink(channel, sampleRate);
  return noise.map((channel) => Float32Array.from(channel));
}

const PINK_FROM = 20; // Hz

function makePink(noise: Float64Array, sampleRate: number): void {
  const fft = new RealFft(noise.length);
  const re = new Float64Array(fft.bins);
  const im = new Float64Array(fft.bins);
  fft.forward(noise, re, im);
  for (let bin = 0; bin < fft.bins; bin++) {
    const gain = Math.sqrt(PINK_FROM / Math.max(PINK_FROM, (bin * sampleRate) / fft.size));
    re[bin]! *= gain;
    im[bin]! *= gain;
  }
  fft.inverse(re, im, noise);
}
