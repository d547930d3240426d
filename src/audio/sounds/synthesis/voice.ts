import { type Formant, formants } from './filter.ts';
import { falling, harmonics } from './harmonics.ts';
import { drift, whiteNoise } from './noise.ts';
import { curve, type Take } from './take.ts';

export interface Voice {
  /** Pitch at a time in seconds. */
  readonly hz: (t: number) => number;
  /** Of the partials of the vocal folds: 0.5 pressed, 1.2 soft. */
  readonly steepness: number;
  /** Noise of the air beside the folds. */
  readonly breath: number;
  /** How much the folds stumble, 0 to 1. */
  readonly roughness: number;
  readonly formants: readonly Formant[];
}

const HIGHEST_PARTIAL = 5500; // Hz; above it breath is all there is

/** Folds and breath through the resonances of a throat. Fant 1960, "Acoustic Theory of Speech Production". */
export function voice(take: Take, { hz, steepness, breath, roughness, formants: throat }: Voice): Float64Array {
  const stumble = drift(take, 70);
  const slow = drift(take, 8);
  const pitch = curve(take, (t) => hz(t) * (1 + 0.04 * roughness * stumble(t) + 0.008 * slow(t)));
  const lowest = pitch.reduce((least, value) => Math.min(least, value), Infinity);
  const partials = Math.max(1, Math.min(60, Math.ceil(HIGHEST_PARTIAL / Math.max(lowest, 60))));
  const source = harmonics(take, pitch, falling(partials, steepness));
  const air = whiteNoise(take);
  const uneven = curve(take, (t) => 1 + 0.6 * roughness * stumble(t));
  for (let n = 0; n < source.length; n++) source[n] = source[n]! * uneven[n]! + breath * air[n]!;
  return formants(source, take, throat);
}
