import { Fft64 } from './fft64.ts';
import { expectSignalPair } from './signalPair.ts';
import { solveToeplitz } from './toeplitz.ts';

/**
 * Signal-to-distortion ratio of BSS-eval in dB, in float64: the target may pass through any FIR filter of `filterLength` taps
 * before it is compared. Vincent et al. 2006, https://doi.org/10.1109/TSA.2005.858005; computed as in Scheibler 2021,
 * https://arxiv.org/abs/2110.06440, eq. 12 to 14, without loading of the diagonal:
 *
 *   h = Toeplitz(r)⁻¹ b      r = autocorrelation of s, b = cross-correlation of s and ŝ, both of unit norm
 *   c = bᵀ h                 10 log10(c / (1 - c))
 *
 * c is kept 2⁻⁵² away from 0 and 1: a silent target or estimate gives -156.5 dB, a perfect estimate at most 156.5 dB.
 *
 * @throws RangeError for signals of different length or without samples, or a filterLength below 1.
 */
export function bssEvalSdrOf(
  estimate: ArrayLike<number>,
  target: ArrayLike<number>,
  { filterLength = 512 }: { filterLength?: number } = {},
): number {
  expectSignalPair('bssEvalSdr', estimate, target);
  if (!Number.isInteger(filterLength) || filterLength < 1) {
    throw new RangeError(`bssEvalSdr: filterLength must be a whole number of taps from 1, got ${filterLength}`);
  }
  const { r, b } = correlations(unitNorm(estimate), unitNorm(target), filterLength);
  const h = solveToeplitz(r, b, filterLength * Number.EPSILON);
  let coherence = 0;
  for (let k = 0; k < filterLength; k++) coherence += b[k]! * h[k]!;
  const explained = Math.min(Math.max(coherence, Number.EPSILON), 1 - Number.EPSILON);
  return 10 * Math.log10(explained / (1 - explained));
}

function unitNorm(signal: ArrayLike<number>): Float64Array {
  let energy = 0;
  for (let n = 0; n < signal.length; n++) energy += signal[n]! * signal[n]!;
  const norm = Math.max(Math.sqrt(energy), 1e-6);
  return Float64Array.from(signal, (value) => value / norm);
}

/** Lags 0 to `lags` - 1 of Σ s[n] s[n + lag] and Σ s[n] ŝ[n + lag]. */
function correlations(estimate: Float64Array, target: Float64Array, lags: number) {
  // Long enough that no lag asked for is reached by one that wraps around.
  const size = 2 ** Math.ceil(Math.log2(target.length + lags - 1));
  const fft = new Fft64(size);
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  re.set(target);
  im.set(estimate);
  fft.forward(re, im);

  // Both real signals share one transform Z = S + iE. From it |S|² and conj(S) E, which share the way back.
  const half = size / 2;
  for (let k = 0; k <= half; k++) {
    const mirror = (size - k) % size;
    const sRe = (re[k]! + re[mirror]!) / 2;
    const sIm = (im[k]! - im[mirror]!) / 2;
    const eRe = (im[k]! + im[mirror]!) / 2;
    const eIm = (re[mirror]! - re[k]!) / 2;
    const power = sRe * sRe + sIm * sIm;
    const crossRe = sRe * eRe + sIm * eIm;
    const crossIm = sRe * eIm - sIm * eRe;
    re[k] = power - crossIm;
    im[k] = crossRe;
    re[mirror] = power + crossIm;
    im[mirror] = crossRe;
  }
  fft.inverse(re, im);
  return { r: re.slice(0, lags), b: im.slice(0, lags) };
}
