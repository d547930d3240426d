import { expectSignalPair } from './signalPair.ts';

/**
 * Scale-invariant signal-to-distortion ratio in dB, in float64. Le Roux et al. 2019, https://arxiv.org/abs/1811.02508
 *
 *   α = (Σ ŝ s + ε) / (Σ s² + ε)
 *   10 log10((Σ (α s)² + ε) / (Σ (α s - ŝ)² + ε))      ε = 2⁻⁵²
 *
 * With `zeroMean` each signal's mean is removed first: SI-SNR.
 *
 * @throws RangeError for signals of different length or without samples.
 */
export function siSdrOf(
  estimate: ArrayLike<number>,
  target: ArrayLike<number>,
  { zeroMean = false }: { zeroMean?: boolean } = {},
): number {
  expectSignalPair('siSdr', estimate, target);
  const estimateMean = zeroMean ? meanOf(estimate) : 0;
  const targetMean = zeroMean ? meanOf(target) : 0;

  let cross = 0;
  let energy = 0;
  for (let n = 0; n < target.length; n++) {
    const s = target[n]! - targetMean;
    cross += (estimate[n]! - estimateMean) * s;
    energy += s * s;
  }
  const alpha = (cross + Number.EPSILON) / (energy + Number.EPSILON);

  // A second pass: Σ ŝ² - α² Σ s² has no digits left when the estimate is nearly perfect.
  let signal = 0;
  let distortion = 0;
  for (let n = 0; n < target.length; n++) {
    const scaled = alpha * (target[n]! - targetMean);
    const error = scaled - (estimate[n]! - estimateMean);
    signal += scaled * scaled;
    distortion += error * error;
  }
  return 10 * Math.log10((signal + Number.EPSILON) / (distortion + Number.EPSILON));
}

function meanOf(signal: ArrayLike<number>): number {
  let sum = 0;
  for (let n = 0; n < signal.length; n++) sum += signal[n]!;
  return sum / signal.length;
}
