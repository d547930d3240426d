import type { AmbisonicFormat } from '../../ambisonicFormat.ts';
import type { JsonFields, Range } from './jsonFields.ts';

export type RoomConfig = SimulatedRoomConfig | MeasuredRoomConfig | FreeFieldConfig;

/** Shoebox rooms; see `simulateRoom`. */
export interface SimulatedRoomConfig {
  readonly kind: 'simulated';
  /** Each in meters. Default 3 to 8, 3 to 6 and 2.4 to 3.5. */
  readonly width: Range;
  readonly depth: Range;
  readonly height: Range;
  /** Time of a fall by 60 dB in seconds. Default 0.15 to 0.6. */
  readonly decayTime: Range;
  /** From source to receiver in meters. Default 0.7 to 3. */
  readonly distance: Range;
  /** Neither sources nor the receiver come closer to a wall, in meters. Default 0.3. */
  readonly wallDistance: number;
  /**
   * So many rooms, the same for all mixtures of a seed, with so many places each: every response is simulated once and used
   * again. Default 64 rooms of 12 places. `null`: each mixture has a room of its own.
   */
  readonly bank: { readonly rooms: number; readonly places: number } | null;
}

/** Rooms whose impulse responses were measured: any mixture is in one of them, its sounds at different places. */
export interface MeasuredRoomConfig {
  readonly kind: 'measured';
  /** Each a SOFA file, a folder of SOFA files, or a folder of WAV files that are one room's responses. */
  readonly paths: readonly string[];
  /** How ambisonics stand in the files. Default: as AmbiX, or no ambisonics. */
  readonly ambisonics?: AmbisonicFormat;
}

/** Plane waves: no walls and no delays. Only for microphones in one place. */
export interface FreeFieldConfig {
  readonly kind: 'freeField';
  /** In degrees above and below the horizon. Default -45 to 45. */
  readonly elevation: Range;
}

const METERS = { least: 0.5, most: 100 };

/** @throws RangeError naming the field that does not fit. */
export function readRoomConfig(fields: JsonFields): RoomConfig {
  const kind = fields.choice('kind', ['simulated', 'measured', 'freeField'], 'simulated');
  const room =
    kind === 'simulated' ? readSimulated(fields) : kind === 'measured' ? readMeasured(fields) : readFree(fields);
  fields.end();
  return room;
}

function readSimulated(fields: JsonFields): SimulatedRoomConfig {
  return {
    kind: 'simulated',
    width: fields.range('width', METERS, [3, 8]),
    depth: fields.range('depth', METERS, [3, 6]),
    height: fields.range('height', METERS, [2.4, 3.5]),
    decayTime: fields.range('decayTime', { least: 0.05, most: 10 }, [0.15, 0.6]),
    distance: fields.range('distance', { least: 0.05, most: 100 }, [0.7, 3]),
    wallDistance: fields.number('wallDistance', { least: 0.05, most: 10 }, 0.3),
    bank: fields.value('bank') === null ? null : readBank(fields.fields('bank', {})),
  };
}

function readBank(fields: JsonFields) {
  const rooms = fields.number('rooms', { least: 1, most: 1e6, whole: true }, 64);
  const places = fields.number('places', { least: 1, most: 1000, whole: true }, 12);
  fields.end();
  return { rooms, places };
}

function readMeasured(fields: JsonFields): MeasuredRoomConfig {
  const paths = fields.texts('paths');
  if (paths.length === 0) throw new RangeError(`${fields.where}: paths: must be at least one, got none`);
  return { kind: 'measured', paths, ...readFormat(fields) };
}

function readFree(fields: JsonFields): FreeFieldConfig {
  return { kind: 'freeField', elevation: fields.range('elevation', { least: -90, most: 90 }, [-45, 45]) };
}

/** The field `ambisonics`, if it is there. */
export function readFormat(parent: JsonFields): { readonly ambisonics?: AmbisonicFormat } {
  if (!parent.has('ambisonics')) return {};
  const fields = parent.fields('ambisonics');
  const order = fields.choice('order', ['acn', 'fuma']);
  const norm = fields.choice('norm', ['sn3d', 'n3d', 'fuma']);
  fields.end();
  return { ambisonics: { order, norm } };
}
