import { powerOfTwo, RealFft } from '../fourier/realFft.ts';
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
  const fft = new RealFft(powerOfTwo(target.length + lags - 1));
  const [sRe, sIm, eRe, eIm] = [fft.bins, fft.bins, fft.bins, fft.bins].map((bins) => new Float64Array(bins));
  fft.forward(target, sRe!, sIm!);
  fft.forward(estimate, eRe!, eIm!);
  for (let k = 0; k < fft.bins; k++) {
    const [a, b, c, d] = [sRe![k]!, sIm![k]!, eRe![k]!, eIm![k]!];
    eRe![k] = a * c + b * d; // conj(S) E
    eIm![k] = a * d - b * c;
    sRe![k] = a * a + b * b;
    sIm![k] = 0;
  }
  const lag = new Float64Array(fft.size);
  fft.inverse(sRe!, sIm!, lag);
  const r = lag.slice(0, lags);
  fft.inverse(eRe!, eIm!, lag);
  return { r, b: lag.slice(0, lags) };
}
