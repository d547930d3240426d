import { MixtureError } from './mixtureError.ts';

export type ChannelOrder = 'acn' | 'fuma';
export type ChannelNorm = 'sn3d' | 'n3d' | 'fuma';

/** What the channels of a recording are. */
export interface MixtureFormat {
  /** Of ambisonics: 'acn' (default) begins W, Y, Z, X, 'fuma' W, X, Y, Z. */
  readonly order?: ChannelOrder;
  /** Gains of ambisonics. 'fuma' has W 3 dB lower. Default: 'sn3d', with order 'fuma' 'fuma'. */
  readonly norm?: ChannelNorm;
  /** The channels to take, counted from 1. Default: all. */
  readonly channels?: readonly number[];
}

/** How a recording becomes what a model takes. */
export interface ChannelMap {
  /** Turns a block of the recording, an array per channel, into one of the model's channels. */
  readonly apply: (block: readonly Float32Array[]) => Float32Array[];
  /** What the user should know about it; undefined where nothing is lost. */
  readonly warning: string | undefined;
}

/** One channel of the model as a weighted sum of the recording's. */
type Sum = readonly { readonly channel: number; readonly gain: number }[];

/**
 * Fits a recording of `given` channels to a model of `wanted`:
 *
 * - (n + 1)² channels, 4, 9, 16, …, are ambisonics; the first order of it goes to a model of four channels, W to one of one.
 * - One channel is W. Of two, stereo, the mean is W. The directions that a model of four channels then lacks are zeros: it
 *   works by what sounds are like alone, and a model of one channel is the better choice.
 * - A model of any other number of channels takes just that many, as they are.
 *
 * @throws MixtureError for channels that cannot be fitted; RangeError for a format that does not exist.
 */
export function mapChannels(source: string, given: number, wanted: number, format: MixtureFormat = {}): ChannelMap {
  const { order = 'acn', norm = order === 'fuma' ? 'fuma' : 'sn3d' } = format;
  if (order !== 'acn' && order !== 'fuma') throw new RangeError(`order must be acn or fuma, got ${String(order)}`);
  if (!(norm in W_GAIN)) throw new RangeError(`norm must be sn3d, n3d or fuma, got ${String(norm)}`);
  const taken = takenChannels(source, given, format.channels);
  const unfit = () => new MixtureError(source, unfitMessage(given, taken.length, wanted));
  if (wanted !== 1 && wanted !== 4) {
    if (taken.length !== wanted) throw unfit();
    return mapOf(taken.map((channel) => [{ channel, gain: 1 }]));
  }
  if (taken.length <= 2) {
    const w = taken.map((channel) => ({ channel, gain: 1 / taken.length }));
    if (wanted === 1) return mapOf([w]);
    return mapOf(
      [w, [], [], []],
      `${source} is ${taken.length === 1 ? 'mono' : 'stereo'}: it is taken as W, without the directions that the model was trained with`,
    );
  }
  if (!Number.isInteger(Math.sqrt(taken.length))) throw unfit();
  const [w = 0, y = 0, z = 0, x = 0] = (order === 'fuma' ? [0, 2, 3, 1] : [0, 1, 2, 3]).map((at) => taken[at]!);
  const first = norm === 'n3d' ? Math.sqrt(1 / 3) : 1;
  const sums: Sum[] = [[{ channel: w, gain: W_GAIN[norm] }], ...[y, z, x].map((channel) => [{ channel, gain: first }])];
  return mapOf(sums.slice(0, wanted));
}

const W_GAIN: Readonly<Record<ChannelNorm, number>> = { sn3d: 1, n3d: 1, fuma: Math.SQRT2 };

function mapOf(sums: readonly Sum[], warning?: string): ChannelMap {
  return { warning, apply: (block) => sums.map((sum) => weighted(block, sum)) };
}

function weighted(block: readonly Float32Array[], sum: Sum): Float32Array {
  const total = new Float32Array(block[0]!.length);
  for (const { channel, gain } of sum) {
    for (const [n, sample] of block[channel]!.entries()) total[n]! += gain * sample;
  }
  return total;
}

function takenChannels(source: string, given: number, channels: readonly number[] | undefined): number[] {
  if (channels === undefined) return Array.from({ length: given }, (_, c) => c);
  const wrong = channels.find((channel) => !Number.isInteger(channel) || channel < 1 || channel > given);
  if (wrong !== undefined) {
    throw new MixtureError(source, `channels must be numbers from 1 to ${given}, which it has, got ${wrong}`);
  }
  if (channels.length === 0) throw new MixtureError(source, 'channels must name at least one');
  return channels.map((channel) => channel - 1);
}

function unfitMessage(given: number, taken: number, wanted: number): string {
  const count = taken === given ? `has ${given} channels` : `has ${given} channels, of which ${taken} are taken`;
  const takes =
    wanted === 1 || wanted === 4
      ? 'the model takes mono, stereo, or ambisonics of 4, 9, 16, … channels'
      : `the model takes ${wanted}`;
  return `${count}: ${takes}; choose some with channels, counted from 1`;
}
