import type { RandomStream } from '../../scene/random.ts';
import { log2, power } from './exactMath.ts';

/** A stretch of time that is to be filled with sound. */
export interface Take {
  readonly sampleRate: number; // Hz
  readonly seconds: number;
  readonly length: number; // in samples
  readonly random: RandomStream;
}

export function takeOf(random: RandomStream, sampleRate: number, seconds: number): Take {
  return { random, sampleRate, seconds, length: Math.round(seconds * sampleRate) };
}

/** A short take inside another: one bark, one strike. */
export function part({ random, sampleRate }: Take, seconds: number): Take {
  return takeOf(random, sampleRate, seconds);
}

/** Between two positive bounds, every octave equally likely: for pitches, rates and durations. */
export function drawRatio(random: RandomStream, low: number, high: number): number {
  return low * power(high / low, random.uniform());
}

/** Adds a sound from a time on; what lies outside is cut off. */
export function place(out: Float64Array, sound: Float64Array, { sampleRate }: Take, seconds: number, gain = 1): void {
  const start = Math.round(seconds * sampleRate);
  const end = Math.min(sound.length, out.length - start);
  for (let n = Math.max(0, -start); n < end; n++) out[start + n]! += gain * sound[n]!;
}

/** Adds a sound of the same length. */
export function mix(out: Float64Array, sound: Float64Array, gain = 1): Float64Array {
  for (let n = 0; n < out.length; n++) out[n]! += gain * sound[n]!;
  return out;
}

/** Multiplies in place by another signal, such as a `curve`. */
export function shape(sound: Float64Array, gain: Float64Array): Float64Array {
  for (let n = 0; n < sound.length; n++) sound[n]! *= gain[n]!;
  return sound;
}

/** Another signal from the values of one. Several times as fast as the arrays' own `map`. */
export function mapped(signal: Float64Array, value: (x: number) => number): Float64Array {
  const out = new Float64Array(signal.length);
  for (let n = 0; n < out.length; n++) out[n] = value(signal[n]!);
  return out;
}

const CURVE_STEP = 1 / 2000; // seconds

/** A slow function of the time in seconds, for each sample: taken 2000 times a second and joined by straight lines. */
export function curve({ sampleRate, length }: Take, at: (t: number) => number): Float64Array {
  const out = new Float64Array(length);
  const knotsPerSample = 1 / (CURVE_STEP * sampleRate);
  let knot = -1;
  let left = 0;
  let right = 0;
  for (let n = 0; n < length; n++) {
    const position = n * knotsPerSample;
    if (position >= knot + 1 || knot < 0) {
      const next = Math.floor(position);
      left = next === knot + 1 && knot >= 0 ? right : at(next * CURVE_STEP);
      right = at((next + 1) * CURVE_STEP);
      knot = next;
    }
    out[n] = left + (right - left) * (position - knot);
  }
  return out;
}

const LN2 = Math.LN2; // a constant, the same in every engine

/** Times of events that come at a pace, each off by up to `jitter` of the gap. The first comes soon: no clip stays empty. */
export function steadyTimes({ random, seconds }: Take, gap: number, jitter: number): number[] {
  const times: number[] = [];
  let beat = random.uniform(0.01, 0.3) * Math.min(gap, seconds, 0.8);
  for (; beat < seconds; beat += gap) {
    const late = random.uniform(0, jitter) * gap;
    if (beat + late < seconds || times.length === 0) times.push(Math.min(beat + late, 0.5 * (beat + seconds)));
  }
  return times;
}

/** Times of events that know nothing of each other, so many a second. One at least, soon after the start. */
export function randomTimes({ random, seconds }: Take, perSecond: number): number[] {
  const times: number[] = [];
  let time = random.uniform(0, 0.2) * Math.min(seconds, 1 / perSecond);
  while (time < seconds) {
    times.push(time);
    time += (-log2(1 - random.uniform()) * LN2) / perSecond;
  }
  return times;
}

/** From 0 to 1 while x goes from `low` to `high`, with level ends. */
export function smoothStep(x: number, low = 0, high = 1): number {
  const u = Math.min(1, Math.max(0, (x - low) / (high - low)));
  return u * u * (3 - 2 * u);
}

/** An envelope at time t of a sound that lasts `seconds`: rises, holds, falls. */
export function swell(t: number, seconds: number, rise: number, fall: number): number {
  return smoothStep(t, 0, rise) * smoothStep(seconds - t, 0, fall);
}
