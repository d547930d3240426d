import type { Ambisonics } from '../../ambisonics.ts';
import { speedOfSound } from '../room/air.ts';
import { convolveResponse } from '../room/convolveResponse.ts';
import { diffuseTail } from '../room/diffuseTail.ts';
import { type AmbisonicReceiver, placeMicrophones, type Receiver } from '../room/receiver.ts';

export interface SpreadOptions {
  readonly receiver: Receiver;
  /** In Hz. */
  readonly sampleRate: number;
  /** How long a click becomes, in seconds, until it has fallen by 60 dB: longer spreads low tones better. Default 0.2. */
  readonly seconds?: number;
  /** Whole, from 0 to 2³² - 1. Default 0. */
  readonly seed?: number;
}

/**
 * Makes of a mono recording, such as a street or a crowd, a sound that comes from everywhere alike, as long as it was: each
 * microphone hears it through a burst of noise of its own, and the bursts have in common what a diffuse field has. Kendall 1995,
 * "The decorrelation of audio signals and its impact on spatial imagery", with Moorer's decaying noise. An omnidirectional
 * microphone, and so W, hears the power of the recording, on average over tones.
 *
 * @throws RangeError for bad microphones, or seconds that are not from 0.001 to 10.
 */
export function spreadDiffuse(
  recording: Float32Array,
  options: SpreadOptions & { readonly receiver: AmbisonicReceiver },
): Ambisonics;
export function spreadDiffuse(recording: Float32Array, options: SpreadOptions): Float32Array[];
export function spreadDiffuse(recording: Float32Array, options: SpreadOptions): Ambisonics | Float32Array[] {
  const { receiver, sampleRate, seconds = 0.2, seed = 0 } = options;
  if (!(seconds >= 0.001 && seconds <= 10)) {
    throw new RangeError(`spreadDiffuse: seconds must be from 0.001 to 10, got ${seconds}`);
  }
  const samples = Math.ceil(seconds * sampleRate);
  const rate = (3 * Math.LN10) / samples; // 60 dB of power are three decades of amplitude
  const level = Math.sqrt(-Math.expm1(-2 * rate) / -Math.expm1(-2 * rate * samples)); // the squares add up to 1
  const bursts = diffuseTail({
    microphones: placeMicrophones(receiver),
    centers: [1], // one band: all of it
    decays: [{ level, rate }],
    samples,
    sampleRate,
    speedOfSound: speedOfSound(),
    seed,
  }).map((burst) => Float32Array.from(burst));
  return convolveResponse(recording, bursts).map((channel) => channel.slice(0, recording.length));
}
