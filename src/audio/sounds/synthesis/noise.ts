import type { RandomStream } from '../../scene/random.ts';
import { smoothStep, type Take } from './take.ts';

/** Xorshift with one word of state. Marsaglia 2003, "Xorshift RNGs". Five times as fast as the counter-based stream that seeds it. */
function xorshift(random: RandomStream): () => number {
  let state = random.integer(2 ** 32 - 1) + 1; // never 0
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state | 0;
  };
}

/**
 * White noise: RMS 1 at 16 kHz and the same power per Hz at every rate, so that what passes a filter is as loud at all rates.
 */
export function whiteNoise({ random, sampleRate, length }: Take): Float64Array {
  const gain = Math.sqrt((3 * sampleRate) / 16_000) * 2 ** -31;
  const next = xorshift(random);
  const out = new Float64Array(length);
  for (let n = 0; n < length; n++) out[n] = gain * next();
  return out;
}

/** A smooth random function of the time in seconds with values in [-1, 1], which turns about `perSecond` times a second. */
export function drift({ random, seconds }: Take, perSecond: number): (t: number) => number {
  const next = xorshift(random);
  const knots = Float64Array.from({ length: Math.ceil(seconds * perSecond) + 3 }, () => next() * 2 ** -31);
  return (t) => {
    const position = t * perSecond;
    const knot = Math.floor(position);
    const from = knots[knot]!;
    return from + (knots[knot + 1]! - from) * smoothStep(position - knot);
  };
}
