import { cosineOfTurns, power } from './exactMath.ts';
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
  const pitch = typeof hz === 'number' ? new Float64Array(length).fill(hz) : hz;
  const partials = Float64Array.from(amplitudes); // one kind of array for the loops below: mixed ones run at half the speed
  const block: Block = {
    phase: new Float64Array(BLOCK + 1),
    double: new Float64Array(BLOCK),
    sine: new Float64Array(BLOCK),
    sum: new Float64Array(BLOCK),
  };
  block.phase[BLOCK] = turns;
  for (let start = 0; start < length; start += BLOCK) {
    const highest = advance(block, pitch, start, 1 / sampleRate);
    sumPartials(block, partials, (HIGHEST * sampleRate) / highest);
    const count = Math.min(BLOCK, length - start);
    for (let i = 0; i < count; i++) out[start + i] = block.sum[i]!;
  }
  return out;
}

/** Phases of the samples from `start` on, from where the block before stopped. Returns the highest pitch. */
function advance({ phase }: Block, pitch: Float64Array, start: number, period: number): number {
  let now = phase[BLOCK]!;
  let highest = 1;
  const last = pitch.length - 1;
  for (let i = 0; i < BLOCK; i++) {
    const hz = pitch[Math.min(start + i, last)]!;
    phase[i] = now;
    now += hz * period;
    now -= Math.floor(now);
    highest = Math.max(highest, hz);
  }
  phase[BLOCK] = now;
  return highest;
}

const BLOCK = 32;

interface Block {
  /** In turns; the last one is the first of the next block. */
  readonly phase: Float64Array;
  /** 2 cos(phase) */
  readonly double: Float64Array;
  readonly sine: Float64Array;
  readonly sum: Float64Array;
}

/** Two samples at once: each step of the recurrence waits for the one before, but the samples do not wait for each other. */
function sumPartials({ phase, double, sine, sum }: Block, amplitudes: Float64Array, room: number): void {
  // One call in each loop: only then is it inlined, and its result no object.
  for (let i = 0; i < BLOCK; i++) double[i] = 2 * cosineOfTurns(phase[i]!);
  for (let i = 0; i < BLOCK; i++) sine[i] = cosineOfTurns(phase[i]! - 0.25);
  const count = Math.min(amplitudes.length, Math.floor(room));
  for (let i = 0; i < BLOCK; i += 2) {
    const d0 = double[i]!;
    const d1 = double[i + 1]!;
    // b[k + 1] and b[k + 2] of the two
    let here0 = 0;
    let here1 = 0;
    let above0 = 0;
    let above1 = 0;
    for (let k = count; k >= 1; k--) {
      const amplitude = amplitudes[k - 1]! * (k + 1 > room ? room - k : 1);
      const b0 = amplitude - above0 + d0 * here0;
      const b1 = amplitude - above1 + d1 * here1;
      above0 = here0;
      above1 = here1;
      here0 = b0;
      here1 = b1;
    }
    sum[i] = here0 * sine[i]!;
    sum[i + 1] = here1 * sine[i + 1]!;
  }
}

/**
 * Amplitudes k^-steepness: 1 is a sawtooth, 2 dull. The last ones go down to nothing, so that the spectrum has no edge.
 */
export function falling(count: number, steepness: number): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => power(k + 1, -steepness) * (1 - (k / count) * (k / count)));
}

/** Odd partials only: a square wave, a clarinet, a cheap buzzer. */
export function oddFalling(count: number, steepness: number): Float64Array {
  return falling(count, steepness).map((amplitude, k) => (k % 2 === 0 ? amplitude : 0));
}
