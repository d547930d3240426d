import { asFileError } from '../../tensor/files/fileError.ts';
import { absolutePath, nodeModules } from '../../tensor/files/nodeFile.ts';
import { type AmbisonicFormat, convertAmbisonics } from '../ambisonicFormat.ts';
import { readWav } from '../wav/readWav.ts';
import { directSoundDirection } from './directSoundDirection.ts';
import type { MeasuredResponse, MeasuredRoom, SourcePosition } from './measuredRoom.ts';
import { ResponseFileError } from './responseFileError.ts';

export interface ResponseFolderOptions {
  /** Says that the channels are ambisonics, and how they stand in the files; they come out as AmbiX. Default: no ambisonics. */
  readonly ambisonics?: AmbisonicFormat;
  /**
   * A JSON file with an object from a file's name to its source's `azimuth`, `elevation` (degrees) and, perhaps, `distance`
   * (meters). Default: `positions.json` in the folder, if it is there.
   */
  readonly positions?: string | URL;
}

/**
 * Reads a folder of impulse responses: each WAV file in it one place of the source, each channel one of the receiver. Files come in
 * the order of their names' letters. Where no position is written down, that of first-order ambisonics is found from the sound:
 * see `directSoundDirection`.
 *
 * @throws ResponseFileError for a folder without WAV files, files of different rates or counts of channels, and bad positions;
 *   WavError for a damaged file; FileError when something cannot be read; RangeError for an ambisonic format that does not fit.
 */
export async function readResponseFolder(
  folder: string | URL,
  options: ResponseFolderOptions = {},
): Promise<MeasuredRoom> {
  const name = String(folder);
  const { fs, path } = nodeModules('read', name);
  const directory = absolutePath('read', folder);
  const files = (await asFileError('read', name, () => fs.readdir(directory)))
    .filter((file) => file.toLowerCase().endsWith('.wav'))
    .sort();
  if (files.length === 0) throw new ResponseFileError(name, 'files', 'must be WAV files, at least one, got none');
  const positions = await readPositions(options.positions, path.join(directory, 'positions.json'));
  const responses: MeasuredResponse[] = [];
  let [sampleRate, channelCount] = [0, 0];
  for (const file of files) {
    const wav = await readWav(path.join(directory, file));
    if (responses.length === 0) [sampleRate, channelCount] = [wav.sampleRate, wav.channels.length];
    if (wav.sampleRate !== sampleRate || wav.channels.length !== channelCount) {
      const expected = `${channelCount} channels at ${sampleRate} Hz as in ${files[0]}`;
      throw new ResponseFileError(
        path.join(name, file),
        'format',
        `must have ${expected}, got ${wav.channels.length} at ${wav.sampleRate} Hz`,
      );
    }
    responses.push(toResponse(wav.channels, sampleRate, positions?.get(file), options.ambisonics));
  }
  return { sampleRate, responses };
}

function toResponse(
  stored: readonly Float32Array[],
  sampleRate: number,
  known: SourcePosition | undefined,
  format: AmbisonicFormat | undefined,
): MeasuredResponse {
  const channels = format ? convertAmbisonics(stored, format) : stored;
  const [w, y, z, x] = channels;
  const heard = format && w && y && z && x ? directSoundDirection([w, y, z, x], sampleRate) : undefined;
  const position = known ?? heard;
  return { channels, ...(position && { position }) };
}

/** undefined where there is no such file and none was named. */
async function readPositions(
  given: string | URL | undefined,
  usual: string,
): Promise<Map<string, SourcePosition> | undefined> {
  const name = String(given ?? usual);
  const { fs } = nodeModules('read', name);
  const path = absolutePath('read', given ?? usual);
  if (given === undefined && !(await fs.stat(path).catch(() => undefined))) return undefined;
  const text = await asFileError('read', name, () => fs.readFile(path, 'utf8'));
  const entries = Object.entries(parseObject(text, name));
  return new Map(entries.map(([file, value]) => [file, positionOf(value, name, file)]));
}

function parseObject(text: string, name: string): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new ResponseFileError(name, 'positions', 'must be JSON', { cause: error });
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new ResponseFileError(name, 'positions', 'must be an object from file names to positions');
}

function positionOf(value: unknown, name: string, file: string): SourcePosition {
  const { azimuth, elevation, distance } = (value ?? {}) as Record<string, unknown>;
  const finite = (each: unknown): each is number => typeof each === 'number' && Number.isFinite(each);
  if (finite(azimuth) && finite(elevation) && (distance === undefined || (finite(distance) && distance > 0))) {
    return { azimuth, elevation, ...(distance !== undefined && { distance }) };
  }
  const expected = 'must have a finite azimuth and elevation, and a positive distance or none';
  throw new ResponseFileError(name, `position of ${file}`, `${expected}, got ${JSON.stringify(value)}`);
}
