import type { RandomStream } from '../../src/audio/scene/random.ts';

/** What the recipes share. A clip is a ring: played from any start on and around again it has no click. */

export const SAMPLE_RATE = 8000; // Hz
export const SAMPLES = 16_000; // 2 s

/** A kind of sound with its variations, which differ in pitch, rate and timbre. */
export interface ClipSound {
  readonly label: string;
  readonly variations: readonly ((random: RandomStream) => Float64Array)[];
}

export function ring(value: (n: number) => number): Float64Array {
  return Float64Array.from({ length: SAMPLES }, (_, n) => value(n));
}

/** Phase in radians of a frequency that changes, stretched a little so that the clip holds a whole number of turns. */
export function wholeTurns(hz: Float64Array, multipleOf = 1): Float64Array {
  const turns = hz.reduce((sum, value) => sum + value, 0) / SAMPLE_RATE;
  const stretch = (Math.max(1, Math.round(turns / multipleOf)) * multipleOf) / turns;
  let phase = 0;
  return hz.map((value) => {
    const before = phase;
    phase += (2 * Math.PI * stretch * value) / SAMPLE_RATE;
    return before;
  });
}

export function noise(random: RandomStream): Float64Array {
  return ring(() => random.normal());
}

/** Adds an event of so many seconds; what passes the end goes on at the beginning. */
export function addEvent(out: Float64Array, start: number, seconds: number, value: (t: number) => number): void {
  const length = Math.round(seconds * SAMPLE_RATE);
  for (let n = 0; n < length; n++) out[(start + n) % SAMPLES]! += value(n / SAMPLE_RATE);
}

/** Two-pole resonator (band-pass of the audio EQ cookbook), run twice around the ring so that it has no beginning. */
export function resonate(signal: Float64Array, hz: number, width: number): Float64Array {
  const w = (2 * Math.PI * hz) / SAMPLE_RATE;
  const alpha = (Math.sin(w) * width) / (2 * hz);
  const [b0, a0, a1, a2] = [alpha, 1 + alpha, -2 * Math.cos(w), 1 - alpha];
  const out = new Float64Array(SAMPLES);
  let [y1, y2] = [0, 0];
  for (let n = 0; n < 2 * SAMPLES; n++) {
    const i = n % SAMPLES;
    const y = (b0 * (signal[i]! - signal[(i + SAMPLES - 2) % SAMPLES]!) - a1 * y1 - a2 * y2) / a0;
    [y1, y2] = [y, y1];
    out[i] = y;
  }
  return out;
}

export function unitRms(signal: Float64Array): Float64Array {
  const power = signal.reduce((sum, value) => sum + value * value, 0) / signal.length;
  return signal.map((value) => value / Math.sqrt(power));
}
