import { cosineOfTurns, power, sineOfTurns } from './exactMath.ts';
import type { Hz } from './filter.ts';
import type { Take } from './take.ts';

const HIGHEST = 0.46; // of the sample rate

/**
 * Σ amplitudes[k - 1] · sin(k · phase) with a phase that runs at `hz`, summed by Clenshaw's recurrence. Partials above the band are left
 * out, and the last one fades as the pitch moves it across the edge: nothing folds back.
 *
 * @param turns phase at the start
 */
export function harmonics(take: Take, hz: Hz, amplitudes: ArrayLike<number>, turns = 0): Float64Array {
  const { sampleRate, length } = take;
  const out = new Float64Array(length);
  const phases = new Float64Array(4);
  let phase = turns;
  for (let start = 0; start < length; start += 4) {
    let highest = 1;
    for (let i = 0; i < 4; i++) {
      const frequency = typeof hz === 'number' ? hz : hz[Math.min(start + i, length - 1)]!;
      phases[i] = phase;
      phase += frequency / sampleRate;
      phase -= Math.floor(phase);
      if (frequency > highest) highest = frequency;
    }
    addPartials(out, start, phases, amplitudes, (HIGHEST * sampleRate) / highest);
  }
  return out;
}

/** Four samples at once: each step of the recurrence waits for the one before, but the samples do not wait for each other. */
function addPartials(
  out: Float64Array,
  start: number,
  phases: Float64Array,
  amplitudes: ArrayLike<number>,
  room: number,
): void {
  const count = Math.min(amplitudes.length, Math.floor(room));
  const d0 = double(phases[0]!);
  const d1 = double(phases[1]!);
  const d2 = double(phases[2]!);
  const d3 = double(phases[3]!);
  // b[k + 1] and b[k + 2] of the four
  let here0 = 0;
  let here1 = 0;
  let here2 = 0;
  let here3 = 0;
  let above0 = 0;
  let above1 = 0;
  let above2 = 0;
  let above3 = 0;
  for (let k = count; k >= 1; k--) {
    const amplitude = amplitudes[k - 1]! * (k + 1 > room ? room - k : 1);
    const b0 = amplitude - above0 + d0 * here0;
    const b1 = amplitude - above1 + d1 * here1;
    const b2 = amplitude - above2 + d2 * here2;
    const b3 = amplitude - above3 + d3 * here3;
    above0 = here0;
    above1 = here1;
    above2 = here2;
    above3 = here3;
    here0 = b0;
    here1 = b1;
    here2 = b2;
    here3 = b3;
  }
  // Past the end of the signal a typed array ignores the write.
  out[start] = here0 * sineOfTurns(phases[0]!);
  out[start + 1] = here1 * sineOfTurns(phases[1]!);
  out[start + 2] = here2 * sineOfTurns(phases[2]!);
  out[start + 3] = here3 * sineOfTurns(phases[3]!);
}

function double(turns: number): number {
  return 2 * cosineOfTurns(turns);
}

/** Amplitudes k^-steepness: 1 is a sawtooth, 2 dull. */
export function falling(count: number, steepness: number): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => power(k + 1, -steepness));
}

/** Odd partials only: a square wave, a clarinet, a cheap buzzer. */
export function oddFalling(count: number, steepness: number): Float64Array {
  return falling(count, steepness).map((amplitude, k) => (k % 2 === 0 ? amplitude : 0));
}
