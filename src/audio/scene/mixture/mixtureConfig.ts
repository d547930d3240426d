import { type ChannelLayout, channelCount, isCoincident, readLayout } from './channelLayout.ts';
import { JsonFields, type Range } from './jsonFields.ts';
import { type NoiseConfig, readNoiseConfig } from './noiseConfig.ts';
import { type RoomConfig, readRoomConfig } from './roomConfig.ts';

/**
 * How mixtures are drawn. The defaults are those of DCASE 2025 task 4 (`resunetk.yaml` of its baseline; Nguyen et al. 2025,
 * "Baseline systems and evaluation metrics for spatial semantic segmentation of sound scenes") in simulated rooms.
 */
export interface MixtureConfig {
  /** In Hz. Default 32000. */
  readonly sampleRate: number;
  /** Length of a mixture. Default 10. */
  readonly seconds: number;
  /** Default `foa`. */
  readonly channels: ChannelLayout;
  /** Sounds that can be asked for. Default 1 to 3. */
  readonly eventCount: Range;
  /** Their level over `referenceDb`. Default 5 to 20 dB. */
  readonly eventSnr: Range;
  /** The longest part taken of a clip, in seconds. Default: the mixture's length. */
  readonly eventSeconds: Range;
  /** Labels that events are drawn from. Default: all. */
  readonly eventLabels?: readonly string[];
  /** Sounds that cannot be asked for. Default 1 to 2. */
  readonly interfererCount: Range;
  /** Default 0 to 15 dB. */
  readonly interfererSnr: Range;
  /** Labels that interferers are drawn from. Default: all. */
  readonly interfererLabels?: readonly string[];
  /** Whether two sounds of one mixture may have the same label. Default false. */
  readonly repeatLabels: boolean;
  /** Most events, and most interferers, at any time, looked at every 0.1 s. Default 3. */
  readonly maxOverlap: number;
  /** Events fill the mixture from start to end: clips too short are repeated. Default false. */
  readonly fullLength: boolean;
  /** Mean power of the noise, over all samples and channels, to which SNRs refer. Default -50 dB. */
  readonly referenceDb: number;
  /** The channel in which targets are heard. Default 0: W of ambisonics. */
  readonly referenceChannel: number;
  /** Seconds before and after the direct sound that belong to a target. Default 6 ms and 50 ms. */
  readonly earlyWindow: { readonly before: number; readonly after: number };
  /** Between any two sounds as the receiver sees them, in degrees. Default 0. */
  readonly leastAngle: number;
  readonly room: RoomConfig;
  readonly noise: NoiseConfig;
  readonly query: QueryConfig;
  /** How often the query asks for what is not there; the target is silence then. Default 0. */
  readonly absentProbability: number;
  /** Turns the whole ambisonic mixture at random: about the vertical, or about all axes. Default `none`. */
  readonly rotation: 'none' | 'yaw' | 'full';
}

export interface QueryConfig {
  /** Another part of the clip in the mixture, or another clip of its label. Default `sameClip`. */
  readonly kind: 'sameClip' | 'anotherClip';
  /** Default: the mixture's length. */
  readonly seconds: number;
  /** Played faster or slower by up to this part, as in CLAPSep's training: 0.1 is ±10 %. Default 0. */
  readonly speed: number;
}

/**
 * A configuration from JSON, what is left out as by default.
 *
 * @throws RangeError naming the field that does not fit.
 */
export function mixtureConfig(json: unknown = {}): MixtureConfig {
  const fields = new JsonFields(json, 'mixture config');
  const seconds = fields.number('seconds', { least: 0.1, most: 600 }, 10);
  const config: MixtureConfig = {
    sampleRate: fields.number('sampleRate', { least: 8000, most: 192_000, whole: true }, 32_000),
    seconds,
    channels: readLayout(fields, 'channels', 'foa'),
    eventCount: fields.range('eventCount', { least: 1, most: 20, whole: true }, [1, 3]),
    eventSnr: fields.range('eventSnr', DECIBELS, [5, 20]),
    eventSeconds: fields.range('eventSeconds', { least: 0.01, most: 600 }, [seconds, seconds]),
    ...(fields.has('eventLabels') && { eventLabels: fields.texts('eventLabels') }),
    interfererCount: fields.range('interfererCount', { least: 0, most: 20, whole: true }, [1, 2]),
    interfererSnr: fields.range('interfererSnr', DECIBELS, [0, 15]),
    ...(fields.has('interfererLabels') && { interfererLabels: fields.texts('interfererLabels') }),
    repeatLabels: fields.flag('repeatLabels', false),
    maxOverlap: fields.number('maxOverlap', { least: 1, most: 40, whole: true }, 3),
    fullLength: fields.flag('fullLength', false),
    referenceDb: fields.number('referenceDb', { least: -120, most: 0 }, -50),
    referenceChannel: fields.number('referenceChannel', { least: 0, most: 100, whole: true }, 0),
    earlyWindow: readEarlyWindow(fields.fields('earlyWindow', {})),
    leastAngle: fields.number('leastAngle', { least: 0, most: 90 }, 0),
    room: readRoomConfig(fields.fields('room', {})),
    noise: readNoiseConfig(fields.fields('noise', {})),
    query: readQuery(fields.fields('query', {}), seconds),
    absentProbability: fields.number('absentProbability', { least: 0, most: 1 }, 0),
    rotation: fields.choice('rotation', ['none', 'yaw', 'full'], 'none'),
  };
  fields.end();
  expectTogether(config);
  return config;
}

const DECIBELS = { least: -100, most: 100 };

export function readEarlyWindow(fields: JsonFields): MixtureConfig['earlyWindow'] {
  const before = fields.number('before', { least: 0, most: 10 }, 0.006);
  const after = fields.number('after', { least: 0, most: 10 }, 0.05);
  fields.end();
  return { before, after };
}

function readQuery(fields: JsonFields, mixtureSeconds: number): QueryConfig {
  const kind = fields.choice('kind', ['sameClip', 'anotherClip'], 'sameClip');
  const seconds = fields.number('seconds', { least: 0.01, most: 600 }, mixtureSeconds);
  const speed = fields.number('speed', { least: 0, most: 0.5 }, 0);
  fields.end();
  return { kind, seconds, speed };
}

function expectTogether({ channels, referenceChannel, rotation, room, eventCount, interfererCount }: MixtureConfig) {
  const count = channelCount(channels);
  if (referenceChannel >= count) {
    throw new RangeError(
      `mixture config: referenceChannel: must be below the ${count} channels, got ${referenceChannel}`,
    );
  }
  if (rotation !== 'none' && channels !== 'foa') {
    throw new RangeError(`mixture config: rotation: ${rotation} needs channels 'foa'`);
  }
  if (room.kind === 'freeField' && !isCoincident(channels)) {
    throw new RangeError(
      'mixture config: room: a free field needs channels foa, w or xy: all microphones in one place',
    );
  }
  const most = eventCount[1] + interfererCount[1];
  if (room.kind === 'simulated' && room.bank && room.bank.places < most) {
    throw new RangeError(
      `mixture config: room: bank: places: must be at least the ${most} sounds of a mixture, got ${room.bank.places}`,
    );
  }
}
