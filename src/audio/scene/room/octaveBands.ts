/** Centers of the octave bands in which walls absorb and rooms decay, in Hz. */
export const octaveBands: readonly number[] = [125, 250, 500, 1000, 2000, 4000, 8000];

/** The bands that reach below half the sample rate. The filter of the highest one goes up to there. */
export function bandsBelow(sampleRate: number): readonly number[] {
  return octaveBands.filter((center) => center < sampleRate);
}

/**
 * What each band takes of each bin of a real Fourier transform. All add up to 1, so that equal gains in all bands leave a signal
 * as it is, without delay; the lowest band goes down to 0 Hz. From one band to the next it goes along a raised cosine over
 * `transition` octaves around their common edge: at 1, a filter is a smooth curve through its gains at the centers; at less,
 * bands are better apart and ring longer.
 *
 * @returns for each band, size / 2 + 1 gains.
 */
export function octaveFilters(
  centers: readonly number[],
  size: number,
  sampleRate: number,
  transition: number,
): Float64Array[] {
  const bins = size / 2 + 1;
  const above = centers.map((center, band) => {
    if (band === 0) return new Float64Array(bins).fill(1);
    const edge = center * Math.SQRT1_2;
    return new Float64Array(bins).map((_, bin) => {
      const octaves = Math.log2((bin * sampleRate) / size / edge); // -Infinity at 0 Hz
      const step = Math.min(1, Math.max(0, octaves / transition + 0.5));
      return Math.sin((Math.PI / 2) * step) ** 2;
    });
  });
  return above.map((gains, band) => {
    const next = above[band + 1];
    return next ? gains.map((gain, bin) => gain - next[bin]!) : gains;
  });
}
