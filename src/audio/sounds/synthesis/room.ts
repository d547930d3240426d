import { exp } from './exactMath.ts';
import type { Take } from './take.ts';

const COMBS = [0.0297, 0.0371, 0.0411, 0.0437]; // seconds; Schroeder 1962, "Natural sounding artificial reverberation"
const ALL_PASSES = [0.005, 0.0017];

/** Adds the answer of a room: `amount` of a tail that falls by 60 dB in `t60` seconds. */
export function addRoom(
  sound: Float64Array,
  { sampleRate }: Take,
  { t60, amount, size = 1 }: { t60: number; amount: number; size?: number },
): Float64Array {
  let tail = new Float64Array(sound.length);
  for (const seconds of COMBS) {
    const delay = Math.round(size * seconds * sampleRate);
    const back = exp((-6.907755278982137 * size * seconds) / t60); // ln 1000
    const comb = new Float64Array(sound.length);
    let dull = 0;
    for (let n = delay; n < sound.length; n++) {
      dull += 0.6 * (comb[n - delay]! - dull); // walls take the treble first
      comb[n] = sound[n - delay]! + back * dull;
      tail[n]! += 0.25 * comb[n]!;
    }
  }
  for (const seconds of ALL_PASSES) tail = allPass(tail, Math.round(size * seconds * sampleRate));
  for (let n = 0; n < sound.length; n++) sound[n]! += amount * tail[n]!;
  return sound;
}

function allPass(x: Float64Array, delay: number): Float64Array<ArrayBuffer> {
  const y = new Float64Array(x.length);
  for (let n = 0; n < x.length; n++) {
    const [oldX, oldY] = n < delay ? [0, 0] : [x[n - delay]!, y[n - delay]!];
    y[n] = oldX - 0.7 * x[n]! + 0.7 * oldY;
  }
  return y;
}
