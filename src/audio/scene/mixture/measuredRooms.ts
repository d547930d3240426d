import { asFileError } from '../../../tensor/files/fileError.ts';
import { absolutePath, nodeModules } from '../../../tensor/files/nodeFile.ts';
import type { AmbisonicFormat } from '../../ambisonicFormat.ts';
import type { MeasuredResponse, SourcePosition } from '../../impulseResponses/measuredRoom.ts';
import { readResponseFolder } from '../../impulseResponses/responseFolder.ts';
import { openSofa } from '../../impulseResponses/sofa.ts';
import { resampleSignal } from '../../resample/resampleSignal.ts';
import { BoundedCache } from './boundedCache.ts';
import type { OfKind, RecordedRoom } from './recordedRoom.ts';

type Measured = OfKind<RecordedRoom, 'measured'>;

/** What a plan needs to know of a room. */
export interface RoomSurvey {
  readonly channelCount: number;
  /** Of each response; undefined where the file does not tell. */
  readonly positions: readonly (SourcePosition | undefined)[];
}

interface KeptFolder extends RoomSurvey {
  readonly sampleRate: number;
  readonly responses: readonly MeasuredResponse[];
}

/** Rooms on the disk. Of SOFA files only the positions are kept; folders of WAV files are read as a whole. */
export class MeasuredRooms {
  readonly #lists = new Map<string, Promise<readonly string[]>>();
  readonly #surveys = new Map<string, RoomSurvey>();
  readonly #folders: BoundedCache<KeptFolder>;

  constructor(mostBytes: number) {
    this.#folders = new BoundedCache(mostBytes);
  }

  /**
   * The rooms that paths stand for: a folder with SOFA files is a room for each, sorted by their names.
   *
   * @throws FileError for a path that is not there.
   */
  list(paths: readonly string[]): Promise<readonly string[]> {
    const key = JSON.stringify(paths);
    const known = this.#lists.get(key);
    if (known) return known;
    const list = Promise.all(paths.map(roomsAt)).then((rooms) => rooms.flat());
    list.catch(() => this.#lists.delete(key)); // the next attempt looks again
    this.#lists.set(key, list);
    return list;
  }

  /** @throws ResponseFileError for files that cannot be understood; FileError for those that cannot be read. */
  async survey(room: Measured): Promise<RoomSurvey> {
    const key = JSON.stringify(room);
    const known = this.#surveys.get(key);
    if (known) return known;
    const { channelCount, positions } = isSofa(room.path)
      ? await withSofa(room, async (reader) => reader)
      : await this.#folder(room);
    this.#surveys.set(key, { channelCount, positions });
    return { channelCount, positions };
  }

  /** The channels of one response at another sample rate. @throws RangeError for a number the room does not have. */
  async read(room: Measured, response: number, sampleRate: number): Promise<Float32Array[]> {
    const { channels, rate } = isSofa(room.path)
      ? await withSofa(room, async (reader) => ({ ...(await reader.read(response)), rate: reader.sampleRate }))
      : await this.#fromFolder(room, response);
    return channels.map((channel) => resampleSignal(channel, rate, sampleRate));
  }

  async #fromFolder(room: Measured, response: number) {
    const { responses, sampleRate } = await this.#folder(room);
    const found = responses[response];
    if (found) return { channels: found.channels, rate: sampleRate };
    throw new RangeError(`mixture: ${room.path} has ${responses.length} responses, got number ${response}`);
  }

  async #folder(room: Measured): Promise<KeptFolder> {
    const key = JSON.stringify(room);
    const known = this.#folders.get(key);
    if (known) return known;
    const { responses, sampleRate } = await readResponseFolder(room.path, formatOf(room));
    const positions = responses.map(({ position }) => position);
    const kept = { responses, sampleRate, positions, channelCount: responses[0]!.channels.length };
    const samples = responses.reduce((sum, { channels }) => sum + channels.length * channels[0]!.length, 0);
    this.#folders.set(key, kept, 4 * samples);
    return kept;
  }
}

const isSofa = (path: string) => path.toLowerCase().endsWith('.sofa');

function formatOf({ ambisonics }: { readonly ambisonics?: AmbisonicFormat }) {
  return ambisonics ? { ambisonics } : {};
}

async function withSofa<T>(
  room: Measured,
  use: (reader: Awaited<ReturnType<typeof openSofa>>) => Promise<T>,
): Promise<T> {
  const reader = await openSofa(room.path, formatOf(room));
  try {
    return await use(reader);
  } finally {
    await reader.close();
  }
}

async function roomsAt(path: string): Promise<string[]> {
  if (isSofa(path)) return [path];
  const { fs, path: names } = nodeModules('read', path);
  const files = await asFileError('read', path, () => fs.readdir(absolutePath('read', path)));
  const sofas = files.filter(isSofa).sort();
  return sofas.length > 0 ? sofas.map((file) => names.join(path, file)) : [path];
}
