import type { Ambisonics } from '../../ambisonics.ts';
import { powerOfTwo, RealFft } from '../../fourier/realFft.ts';
import { RandomStream } from '../random.ts';
import { speedOfSound } from '../room/air.ts';
import { diffuseSpectra } from '../room/diffuseSpectra.ts';
import { type AmbisonicReceiver, placeMicrophones, type Receiver } from '../room/receiver.ts';
import { type NoiseColor, noisePower } from './noiseSpectrum.ts';

export interface DiffuseNoiseOptions {
  readonly receiver: Receiver;
  /** Default white. */
  readonly color?: NoiseColor;
  /** In Hz. */
  readonly sampleRate: number;
  /** Length. */
  readonly samples: number;
  /** Whole, from 0 to 2³² - 1. Default 0. */
  readonly seed?: number;
}

const NOISE_STREAM = 2 ** 32 - 3; // one of the last: none that scenes count up to
const MOST_SAMPLES = 2 ** 26;

/**
 * Gaussian noise that comes from everywhere alike, as a receiver's microphones hear it: what two of them have in common at each
 * frequency follows from their distance and patterns (`diffuseCrossSpectrum`); gradients of ambisonics have a third of the power
 * of W and nothing in common. An omnidirectional microphone, and so W, has RMS 1 on average. Cost grows with samples and with the
 * square of microphones.
 *
 * @throws RangeError for bad microphones, an unknown color, or samples that are no whole number from 1 to 2²⁶.
 */
export function diffuseNoise(options: DiffuseNoiseOptions & { readonly receiver: AmbisonicReceiver }): Ambisonics;
export function diffuseNoise(options: DiffuseNoiseOptions): Float32Array[];
export function diffuseNoise(options: DiffuseNoiseOptions): Ambisonics | Float32Array[] {
  const { receiver, color = 'white', sampleRate, samples, seed = 0 } = options;
  if (!Number.isInteger(samples) || samples < 1 || samples > MOST_SAMPLES) {
    throw new RangeError(`diffuseNoise: samples must be a whole number from 1 to ${MOST_SAMPLES}, got ${samples}`);
  }
  if (!(sampleRate > 0 && sampleRate < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`diffuseNoise: sampleRate must be positive, got ${sampleRate}`);
  }
  const microphones = placeMicrophones(receiver);
  const fft = new RealFft(powerOfTwo(samples));
  const gains = unitPowerGains(fft, sampleRate, color);
  const field = { microphones, sampleRate, speedOfSound: speedOfSound() };
  const time = new Float64Array(fft.size);
  return diffuseSpectra(fft, new RandomStream(seed, NOISE_STREAM), field).map(({ re, im }) => {
    for (let k = 0; k < gains.length; k++) {
      re[k]! *= gains[k]!;
      im[k]! *= gains[k]!;
    }
    fft.inverse(re, im, time);
    return Float32Array.from(time.subarray(0, samples));
  });
}

/** Gains of a color whose squares have the mean 1; none at 0 Hz, where a noise would be an offset. */
function unitPowerGains(fft: RealFft, sampleRate: number, color: NoiseColor): Float64Array {
  const power = noisePower(color);
  const powers = new Float64Array(fft.bins).map((_, bin) => power((bin * sampleRate) / fft.size));
  powers[0] = 0;
  const mean = powers.reduce((sum, value) => sum + value, 0) / fft.bins;
  return powers.map((value) => Math.sqrt(value / mean));
}
