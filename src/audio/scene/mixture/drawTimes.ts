import type { RandomStream } from '../random.ts';
import type { Range } from './jsonFields.ts';

const STEP = 0.1; // seconds
const ATTEMPTS = 100;

/** A stretch of the mixture. */
export interface Stretch {
  readonly eventTime: number;
  readonly duration: number;
}

export interface OnsetOptions {
  readonly seconds: number;
  readonly duration: number;
  readonly maxOverlap: number;
  readonly others: readonly Stretch[];
  /** In Hz: onsets are whole samples. */
  readonly sampleRate: number;
}

/**
 * A time at which a sound may begin so that never more than `maxOverlap` are heard at once, looked at every 0.1 s: drawn anew until
 * it fits, or else the first of those steps that does.
 *
 * @returns undefined if there is none.
 */
export function drawOnset(random: RandomStream, options: OnsetOptions): number | undefined {
  const { seconds, duration, sampleRate } = options;
  const latest = Math.max(0, Math.round((seconds - duration) * sampleRate));
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const eventTime = random.integer(latest + 1) / sampleRate;
    if (fits({ eventTime, duration }, options)) return eventTime;
  }
  for (let step = 0; step * STEP * sampleRate <= latest; step++) {
    const eventTime = Math.round(step * STEP * sampleRate) / sampleRate;
    if (fits({ eventTime, duration }, options)) return eventTime;
  }
  return undefined;
}

function fits(stretch: Stretch, { others, maxOverlap, seconds }: OnsetOptions): boolean {
  return mostOverlap([...others, stretch], seconds) <= maxOverlap;
}

/** How many are heard at once at most, at multiples of 0.1 s. */
export function mostOverlap(stretches: readonly Stretch[], seconds: number): number {
  let most = 0;
  for (let step = 0; step * STEP < seconds; step++) {
    const heard = stretches.filter(({ eventTime, duration }) => {
      return eventTime < (step + 1) * STEP && eventTime + duration > step * STEP;
    });
    most = Math.max(most, heard.length);
  }
  return most;
}

/** A whole number from low to high. */
export function drawCount(random: RandomStream, [low, high]: Range): number {
  return low + random.integer(high - low + 1);
}
