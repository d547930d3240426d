import { bssEvalSdrOf } from '../../audio/metrics/bssEvalSdr.ts';
import { siSdrOf } from '../../audio/metrics/siSdr.ts';
import { snrOf } from '../../audio/metrics/snr.ts';

/** How close an estimate comes to its target, in dB; improvements are over channel W of the mixture taken as the estimate. */
export interface Scores {
  /** Scale-invariant, means not removed. */
  readonly siSdr: number;
  readonly siSdri: number;
  /** What DCASE and AudioSep call SDR. */
  readonly snr: number;
  readonly snri: number;
  /** BSS-eval: the target may pass a filter. CLAPSep's SDR. */
  readonly sdr: number;
  readonly sdri: number;
}

export type Metric = keyof Scores;

/** As tables print them, in the order in which they do. */
export const metricNames: Readonly<Record<Metric, string>> = {
  siSdr: 'SI-SDR',
  siSdri: 'SI-SDRi',
  snr: 'SNR',
  snri: 'SNRi',
  sdr: 'SDR',
  sdri: 'SDRi',
};

export const metrics = Object.keys(metricNames) as readonly Metric[];

/** The absolute half of the scores. */
export type AbsoluteScores = Pick<Scores, 'siSdr' | 'snr' | 'sdr'>;

/**
 * Signals of one length.
 *
 * @param filterLength of BSS-eval, in taps.
 */
export function absoluteScores(estimate: Float32Array, target: Float32Array, filterLength: number): AbsoluteScores {
  return {
    siSdr: siSdrOf(estimate, target),
    snr: snrOf(estimate, target),
    sdr: bssEvalSdrOf(estimate, target, { filterLength }),
  };
}

export function improvement(after: AbsoluteScores, before: AbsoluteScores): Scores {
  return {
    siSdr: after.siSdr,
    siSdri: after.siSdr - before.siSdr,
    snr: after.snr,
    snri: after.snr - before.snr,
    sdr: after.sdr,
    sdri: after.sdr - before.sdr,
  };
}

/** Level of a signal relative to another, in dB; silence is -120 dB at least. NaN of what is not finite. */
export function relativeLevel(signal: Float32Array, reference: Float32Array): number {
  return 10 * Math.log10((meanSquare(signal) + QUIETEST) / (meanSquare(reference) + QUIETEST));
}

const QUIETEST = 1e-12;

function meanSquare(signal: Float32Array): number {
  let sum = 0;
  for (const value of signal) sum += value * value;
  return sum / signal.length;
}
