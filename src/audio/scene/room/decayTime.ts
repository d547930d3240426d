/**
 * Energy left in a response from each sample on, in decibels over the whole: the decay an interrupted noise would show.
 * Schroeder 1965, "New method of measuring reverberation time". Silence gives -Infinity.
 */
export function energyDecay(response: ArrayLike<number>): Float64Array {
  const decay = new Float64Array(response.length);
  let left = 0;
  for (let n = response.length - 1; n >= 0; n--) {
    left += response[n]! ** 2;
    decay[n] = left;
  }
  return decay.map((energy) => (left > 0 ? 10 * Math.log10(energy / left) : Number.NEGATIVE_INFINITY));
}

export interface DecayRange {
  /** Decibels at which the straight line begins, at most 0. Default -5. */
  readonly from?: number;
  /** Decibels at which it ends. Default -35: what ISO 3382-1 calls T30. */
  readonly to?: number;
}

/**
 * Seconds in which a response falls by 60 dB: a straight line through its energy decay by least squares, ISO 3382-1:2009, 5.3.3.
 * For a band's time, filter the response first.
 *
 * @throws RangeError for a response that does not fall that far.
 */
export function decayTime(
  response: ArrayLike<number>,
  sampleRate: number,
  { from = -5, to = -35 }: DecayRange = {},
): number {
  if (!(to < from && from <= 0)) {
    throw new RangeError(`decayTime: from must be at most 0 dB and above to, got from ${from} and to ${to}`);
  }
  const decay = energyDecay(response);
  const first = decay.findIndex((level) => level <= from);
  const last = decay.findIndex((level) => level <= to);
  if (first < 0 || last - first < 2) {
    throw new RangeError(
      `decayTime: response must fall from ${from} to ${to} dB over at least three samples, got ${response.length} samples that do not`,
    );
  }
  const middle = (first + last - 1) / 2;
  let [together, spread] = [0, 0];
  for (let n = first; n < last; n++) {
    together += (n - middle) * decay[n]!;
    spread += (n - middle) ** 2;
  }
  return (-60 * spread) / (together * sampleRate);
}
