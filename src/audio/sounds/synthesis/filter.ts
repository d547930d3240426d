import { cosineOfTurns, sineOfTurns } from './exactMath.ts';

/** A frequency in Hz: one for all time, or one for each sample. */
export type Hz = number | Float64Array;

/**
 * Filters of second order whose frequency may move at any speed without a click: the state-variable filter with
 * trapezoidal integrators. Zavalishin 2018, "The Art of VA Filter Design", chapter 4.
 */
type Output = 'low' | 'band' | 'high';

/** All that a filter has to know of a sound, in Hz. */
interface Sampled {
  readonly sampleRate: number;
}

export function lowPass(x: Float64Array, take: Sampled, hz: Hz, q = Math.SQRT1_2): Float64Array {
  return stateVariable(x, take, hz, q, 'low');
}

export function highPass(x: Float64Array, take: Sampled, hz: Hz, q = Math.SQRT1_2): Float64Array {
  return stateVariable(x, take, hz, q, 'high');
}

/** Gain 1 at the center, hz / q wide; nothing where the center lies above what the sample rate can hold. */
export function bandPass(x: Float64Array, take: Sampled, hz: Hz, q: number): Float64Array {
  return stateVariable(x, take, hz, q, 'band');
}

/** One resonance of a body, a throat or a pipe. */
export interface Formant {
  readonly hz: Hz;
  readonly q: number;
  readonly gain: number;
}

/** The sum of band-passes. */
export function formants(x: Float64Array, take: Sampled, list: readonly Formant[]): Float64Array {
  const out = new Float64Array(x.length);
  for (const { hz, q, gain } of list) {
    const band = bandPass(x, take, hz, q);
    for (let n = 0; n < out.length; n++) out[n]! += gain * band[n]!;
  }
  return out;
}

const HIGHEST = 0.48; // of the sample rate: the tangent goes to infinity at 0.5

function stateVariable(x: Float64Array, { sampleRate }: Sampled, hz: Hz, q: number, output: Output): Float64Array {
  const out = new Float64Array(x.length);
  const damping = 1 / q;
  const fixed = typeof hz === 'number';
  const every = fixed ? x.length : 16; // samples between two looks at a moving frequency
  let s1 = 0;
  let s2 = 0;
  for (let start = 0; start < x.length; start += every) {
    const ratio = (fixed ? hz : hz[start]!) / sampleRate;
    const turns = Math.min(ratio, HIGHEST) / 2;
    const g = sineOfTurns(turns) / cosineOfTurns(turns);
    const a1 = 1 / (1 + g * (g + damping));
    const [low, band, high] = weights(output, damping, ratio);
    const end = Math.min(start + every, x.length);
    for (let n = start; n < end; n++) {
      const v3 = x[n]! - s2;
      const v1 = a1 * (s1 + g * v3);
      const v2 = s2 + g * v1;
      s1 = 2 * v1 - s1;
      s2 = 2 * v2 - s2;
      out[n] = low * v2 + band * v1 + high * (x[n]! - damping * v1 - v2);
    }
  }
  return out;
}

function weights(output: Output, damping: number, ratio: number): readonly [low: number, band: number, high: number] {
  if (output === 'low') return [1, 0, 0];
  if (output === 'high') return [0, 0, 1];
  // Fades out over the last hundredth of the range, for a center that moves across its end.
  return [0, damping * Math.min(1, Math.max(0, (HIGHEST - ratio) * 100)), 0];
}
