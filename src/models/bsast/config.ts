/** How the estimated values become the spectrum. Reference page, section 2, item 7. */
export type BsastMode = 'spectrum' | 'spectrum-rescaled' | 'mask';

export interface BsastConfig {
  /** Hz */
  readonly sampleRate: number;
  /** Length of the STFT frame in samples; periodic Hann, centered, reflect padding. */
  readonly nFft: number;
  /** Samples between frames. */
  readonly hopLength: number;
  /** Widths of the bands in bins, from DC up; their sum is nFft / 2 + 1. */
  readonly bands: readonly number[];
  /** Channels of the latent grid. */
  readonly dim: number;
  readonly heads: number;
  /** Size of each attention head. Default dim / heads. */
  readonly headDim?: number;
  readonly blocks: number;
  /** Size of the query embedding. */
  readonly embedding: number;
  /** Hidden size of the FiLM net. */
  readonly filmHidden: number;
  /** Channels of the mixture: 4 for first-order ambisonics, 1 for W alone. */
  readonly channels: number;
  /** Default `spectrum-rescaled`, which makes the output follow the input's gain. */
  readonly mode?: BsastMode;
  /** A feed-forward net after each axis (default), or one at the end of each block. */
  readonly feedForward?: 'axis' | 'block';
  /** gamma · Z + beta as written (default), or (1 + gamma) · Z + beta from a last layer of zeros, to start unconditioned. */
  readonly filmGain?: 'literal' | 'onePlus';
  /** Conditions again before each block, with a FiLM net of its own. Default false: once, after the band split. */
  readonly filmPerBlock?: boolean;
  /** Position along the channel axis: rotary (default), a learned vector per channel, or none. */
  readonly channelPos?: 'rope' | 'learned' | 'none';
  /** Hidden channels of the channel merge; 0 (default) makes it one 1 × 1 real convolution. */
  readonly mergeHidden?: number;
  /**
   * Tells each band how loud it is beside the others, which its normalization takes away: a vector per band, times the logarithm of
   * its level. Default false, as in the paper; a small model learns several times as fast with it.
   */
  readonly bandLevels?: boolean;
}

/** Band widths for 1025 bins (nFft 2048): 25 bands each, so parameter count and cost are the same. */
export const bandPresets = {
  /** 25 equal bands of 41 bins. */
  uniform25: Array.from({ length: 25 }, () => 41),
  /** The 24 Bark bands at 32 kHz and one band up to Nyquist. Zwicker 1961. */
  bark25: [6, 7, 6, 7, 7, 7, 9, 10, 10, 12, 14, 15, 18, 20, 25, 29, 35, 45, 57, 71, 83, 115, 160, 224, 33],
  /** All but one a multiple of 8. */
  gpu25: [8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 16, 16, 16, 16, 16, 16, 32, 32, 32, 32, 64, 64, 128, 128, 337],
} as const satisfies Record<string, readonly number[]>;

/** The paper's size: 9,168,746 parameters with a feed-forward net per axis, 7,059,306 with one per block. */
export const bsastBase: BsastConfig = {
  sampleRate: 32_000,
  nFft: 2048,
  hopLength: 1024,
  bands: bandPresets.bark25,
  dim: 128,
  heads: 4,
  blocks: 8,
  embedding: 512,
  filmHidden: 512,
  channels: 4,
};

/**
 * Spreads `bins` over `count` bands whose widths grow like the Bark scale: narrow where hearing, and most sound, is
 * finer. For STFT sizes without a preset.
 */
export function barkBands({ bins, sampleRate, count }: { bins: number; sampleRate: number; count: number }): number[] {
  if (count > bins) throw new RangeError(`barkBands: ${bins} bins cannot make ${count} bands of at least one bin`);
  const nyquist = sampleRate / 2;
  const top = bark(nyquist);
  const widths: number[] = [];
  let edge = 0;
  for (let band = 1; band <= count; band++) {
    const left = count - band; // bands still to come need a bin each
    const wanted = band === count ? bins : Math.round((inverseBark((top * band) / count) / nyquist) * bins);
    const next = Math.min(Math.max(wanted, edge + 1), bins - left);
    widths.push(next - edge);
    edge = next;
  }
  return widths;
}

/** Traunmüller 1990, J. Acoust. Soc. Am. 88(1): frequency in Hz to Bark. */
function bark(hz: number): number {
  return (26.81 * hz) / (1960 + hz) - 0.53;
}

function inverseBark(z: number): number {
  return (1960 * (z + 0.53)) / (26.28 - z);
}

/** Throws RangeError naming the first field that does not fit the others. */
export function checkConfig(config: BsastConfig): void {
  const { nFft, bands, dim, heads, headDim = dim / heads, mergeHidden = 0 } = config;
  for (const field of [
    'sampleRate',
    'nFft',
    'hopLength',
    'dim',
    'heads',
    'blocks',
    'embedding',
    'filmHidden',
    'channels',
  ] as const) {
    if (!(Number.isInteger(config[field]) && config[field] > 0)) {
      throw new RangeError(`Bsast: ${field} must be a positive integer, got ${config[field]}`);
    }
  }
  const sum = bands.reduce((total, width) => total + width, 0);
  if (sum !== nFft / 2 + 1 || bands.some((width) => !Number.isInteger(width) || width < 1)) {
    throw new RangeError(
      `Bsast: bands must be positive widths that sum to nFft / 2 + 1 = ${nFft / 2 + 1}, got ${bands.length} bands summing to ${sum}`,
    );
  }
  if (!Number.isInteger(headDim) || headDim % 2 !== 0) {
    throw new RangeError(
      `Bsast: rotary embedding needs an even head size, got dim ${dim} over ${heads} heads = ${headDim}`,
    );
  }
  if (!Number.isInteger(mergeHidden) || mergeHidden < 0) {
    throw new RangeError(`Bsast: mergeHidden must be 0 or a positive integer, got ${mergeHidden}`);
  }
}
