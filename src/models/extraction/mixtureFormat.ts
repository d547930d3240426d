import { type AmbisonicFormat, convertAmbisonics } from '../../audio/ambisonicFormat.ts';
import { MixtureError } from './mixtureError.ts';

/** What the channels of a recording are. Ambisonics are in ACN order with SN3D gains where nothing else is said. */
export interface MixtureFormat {
  readonly order?: AmbisonicFormat['order'];
  /** Default: 'sn3d', with order 'fuma' 'fuma'. */
  readonly norm?: AmbisonicFormat['norm'];
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
  if (!['sn3d', 'n3d', 'fuma'].includes(norm)) {
    throw new RangeError(`norm must be sn3d, n3d or fuma, got ${String(norm)}`);
  }
  const taken = takenChannels(source, given, format.channels);
  const pick = (block: readonly Float32Array[]) => taken.map((channel) => block[channel]!);
  if (wanted !== 1 && wanted !== 4) {
    if (taken.length !== wanted) throw unfit(source, given, taken.length, wanted);
    return { apply: pick, warning: undefined };
  }
  if (taken.length <= 2) {
    const apply = (block: readonly Float32Array[]) => withoutDirections(pick(block), wanted);
    const kind = taken.length === 1 ? 'mono' : 'stereo';
    const lost = `${source} is ${kind}: it is taken as W, without the directions that the model was trained with`;
    return { apply, warning: wanted === 1 ? undefined : lost };
  }
  if (!Number.isInteger(Math.sqrt(taken.length))) throw unfit(source, given, taken.length, wanted);
  const apply = (block: readonly Float32Array[]) =>
    convertAmbisonics(pick(block).slice(0, 4), { order, norm }).slice(0, wanted);
  return { apply, warning: undefined };
}

/** W as the mean of the channels, and zeros for the others. */
function withoutDirections(channels: readonly Float32Array[], wanted: number): Float32Array[] {
  const w = new Float32Array(channels[0]!.length);
  for (const channel of channels) for (const [n, sample] of channel.entries()) w[n]! += sample / channels.length;
  return [w, ...Array.from({ length: wanted - 1 }, () => new Float32Array(w.length))];
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

function unfit(source: string, given: number, taken: number, wanted: number): MixtureError {
  const count = taken === given ? `has ${given} channels` : `has ${given} channels, of which ${taken} are taken`;
  const takes =
    wanted === 1 || wanted === 4
      ? 'the model takes mono, stereo, or ambisonics of 4, 9, 16, … channels'
      : `the model takes ${wanted}`;
  return new MixtureError(source, `${count}: ${takes}; choose some with channels, counted from 1`);
}
