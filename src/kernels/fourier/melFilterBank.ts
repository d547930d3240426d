/** 'slaney': linear below 1 kHz, logarithmic above (Auditory Toolbox, librosa). 'htk': 2595 log10(1 + f / 700). */
export type MelScale = 'slaney' | 'htk';

export interface MelOptions {
  /** Hz */
  readonly sampleRate: number;
  readonly nFft: number;
  readonly nMels: number;
  /** Lower edge of the first band, in Hz. Default 0. */
  readonly fMin?: number;
  /** Upper edge of the last band, in Hz. Default sampleRate / 2. */
  readonly fMax?: number;
  /** Default 'slaney'. */
  readonly melScale?: MelScale;
  /** 'slaney' (default) divides each triangle by half its width in Hz: equal areas. null: peaks of 1. */
  readonly norm?: 'slaney' | null;
}

export type ResolvedMel = Required<MelOptions>;

/**
 * Triangular filters on the mel scale: row m is [bins] = [floor(nFft / 2) + 1] weights that rise from one mel point to the
 * next and fall to the one after; nMels + 2 points lie evenly in mels from fMin to fMax. Computed in float64.
 *
 * @throws RangeError for sizes that are not positive integers, frequencies outside 0 <= fMin < fMax <= sampleRate / 2, or
 *   an unknown scale or norm.
 */
export function melFilterBankMatrix(options: MelOptions): Float32Array {
  const { sampleRate, nFft, nMels, fMin, fMax, melScale, norm } = resolveMel('melFilterBank', options);
  const { toMel, toHz } = SCALES[melScale];
  const [low, high] = [toMel(fMin), toMel(fMax)];
  const points = Array.from({ length: nMels + 2 }, (_, i) => toHz(low + ((high - low) * i) / (nMels + 1)));
  const bins = Math.floor(nFft / 2) + 1;
  const matrix = new Float32Array(nMels * bins);
  for (let m = 0; m < nMels; m++) {
    const [left, center, right] = points.slice(m, m + 3) as [number, number, number];
    const height = norm === 'slaney' ? 2 / (right - left) : 1;
    for (let k = 0; k < bins; k++) {
      const hz = (k * sampleRate) / nFft;
      const slope = Math.min((hz - left) / (center - left), (right - hz) / (right - center));
      matrix[m * bins + k] = Math.max(0, slope) * height;
    }
  }
  return matrix;
}

export function resolveMel(op: string, options: MelOptions): ResolvedMel {
  const { sampleRate, nFft, nMels, fMin = 0, fMax = sampleRate / 2, melScale = 'slaney', norm = 'slaney' } = options;
  for (const [name, value] of Object.entries({ nFft, nMels })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`${op}: ${name} must be a positive integer, got ${value}`);
    }
  }
  if (!(sampleRate > 0) || !Number.isFinite(sampleRate)) {
    throw new RangeError(`${op}: sampleRate must be a positive number of Hz, got ${sampleRate}`);
  }
  if (!(fMin >= 0 && fMin < fMax && fMax <= sampleRate / 2)) {
    throw new RangeError(
      `${op}: fMin and fMax must satisfy 0 <= fMin < fMax <= sampleRate / 2 = ${sampleRate / 2}, got ${fMin} and ${fMax}`,
    );
  }
  if (!(melScale in SCALES)) throw new RangeError(`${op}: melScale must be slaney or htk, got ${String(melScale)}`);
  if (norm !== null && norm !== 'slaney')
    throw new RangeError(`${op}: norm must be slaney or null, got ${String(norm)}`);
  return { sampleRate, nFft, nMels, fMin, fMax, melScale, norm };
}

const LINEAR = 200 / 3; // Hz per mel below the knee
const KNEE = 1000 / LINEAR; // 1 kHz in mels
const LOG_STEP = Math.log(6.4) / 27; // 27 mels from 1 to 6.4 kHz

const SCALES: Readonly<Record<MelScale, { toMel(hz: number): number; toHz(mel: number): number }>> = {
  slaney: {
    toMel: (hz) => (hz < 1000 ? hz / LINEAR : KNEE + Math.log(hz / 1000) / LOG_STEP),
    toHz: (mel) => (mel < KNEE ? mel * LINEAR : 1000 * Math.exp((mel - KNEE) * LOG_STEP)),
  },
  htk: {
    toMel: (hz) => 2595 * Math.log10(1 + hz / 700),
    toHz: (mel) => 700 * (10 ** (mel / 2595) - 1),
  },
};
