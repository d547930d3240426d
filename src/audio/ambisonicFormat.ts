/** How a file orders and weights the channels of ambisonics. */
export interface AmbisonicFormat {
  /** `acn`: W, Y, Z, X, and on by degree. `fuma`: W, X, Y, Z, and on by Furse and Malham's letters. */
  readonly order: 'acn' | 'fuma';
  /**
   * `sn3d`: the first order up to 1, as W. `n3d`: all of equal power in a diffuse field, √(2l + 1) over SN3D. `fuma`: the maximum of
   * each is 1, but that of W is √½.
   */
  readonly norm: 'sn3d' | 'n3d' | 'fuma';
}

/** What everything here has inside. Nachbar et al. 2011, "AmbiX: a suggested ambisonics format". */
export const ambiX: AmbisonicFormat = { order: 'acn', norm: 'sn3d' };

/** As the first ambisonic recordings and B-format microphones have it. Malham 2003, "Higher order ambisonic systems". */
export const fuMa: AmbisonicFormat = { order: 'fuma', norm: 'fuma' };

/** For each FuMa channel W, XYZ, RSTUV, KLMNOPQ, its number in ACN. */
const ACN_OF_FUMA = [0, 3, 1, 2, 6, 7, 5, 8, 4, 12, 13, 11, 14, 10, 15, 9];

/** For each ACN channel, FuMa's gain over SN3D: one over the largest value of its harmonic, W apart. */
const FUMA_GAINS = [
  [Math.SQRT1_2],
  [1, 1, 1],
  [2, 2, Math.sqrt(3), 2, 2].map((gain) => gain / Math.sqrt(3)),
  [1.6, 1.8, 45 / 32, 1, 45 / 32, 1.8, 1.6].map(Math.sqrt),
].flat();

/**
 * Ambisonics of any order from one format to another: [channel][sample], (order + 1)² channels.
 *
 * @throws RangeError for a count of channels that no order has, or FuMa beyond its third order.
 */
export function convertAmbisonics(
  channels: readonly Float32Array[],
  from: AmbisonicFormat,
  to: AmbisonicFormat = ambiX,
): Float32Array[] {
  const count = channels.length;
  if (count === 0 || !Number.isInteger(Math.sqrt(count))) {
    throw new RangeError(`convertAmbisonics: channels must number 1, 4, 9, 16 and so on, got ${count}`);
  }
  if (count > 16 && [from, to].some(({ order, norm }) => order === 'fuma' || norm === 'fuma')) {
    throw new RangeError(`convertAmbisonics: FuMa has at most 16 channels, got ${count}`);
  }
  return channels.map((_, channel) => {
    const acn = acnOf(channel, to);
    const source = channels[from.order === 'acn' ? acn : ACN_OF_FUMA.indexOf(acn)]!;
    const gain = gainOf(acn, to) / gainOf(acn, from);
    return gain === 1 ? source.slice() : source.map((value) => gain * value);
  });
}

function acnOf(channel: number, { order }: AmbisonicFormat): number {
  return order === 'acn' ? channel : ACN_OF_FUMA[channel]!;
}

/** Over SN3D. */
function gainOf(acn: number, { norm }: AmbisonicFormat): number {
  if (norm === 'fuma') return FUMA_GAINS[acn]!;
  return norm === 'n3d' ? Math.sqrt(2 * Math.floor(Math.sqrt(acn)) + 1) : 1;
}
