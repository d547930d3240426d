import { expectSignalPair } from './signalPair.ts';

/**
 * Signal-to-noise ratio in dB, in float64:
 *
 *   10 log10((Σ s² + ε) / (Σ (s - ŝ)² + ε))      ε = 2⁻⁵²
 *
 * This is what AudioSep and DCASE tables call SDR. ε keeps silence and a perfect estimate finite.
 *
 * @throws RangeError for signals of different length or without samples.
 */
export function snrOf(estimate: ArrayLike<number>, target: ArrayLike<number>): number {
  expectSignalPair('snr', estimate, target);
  let signal = 0;
  let noise = 0;
  for (let n = 0; n < target.length; n++) {
    const s = target[n]!;
    const error = s - estimate[n]!;
    signal += s * s;
    noise += error * error;
  }
  return 10 * Math.log10((signal + Number.EPSILON) / (noise + Number.EPSILON));
}
