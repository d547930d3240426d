import type { Rotation } from '../../ambisonics.ts';
import { type ChannelLayout, channelCount, readLayout } from './channelLayout.ts';
import { JsonFields } from './jsonFields.ts';
import { readEarlyWindow } from './mixtureConfig.ts';
import { type RecordedNoise, readRecordedNoise } from './noiseConfig.ts';
import { type RecordedPlace, type RecordedRoom, readRecordedPlace, readRecordedRoom, SEED } from './recordedRoom.ts';

/**
 * All that makes one mixture, as JSON: with the same library it gives the same bits again. Times are in seconds, and whole
 * multiples of a sample. After SpAudSyn's metadata (DCASE 2026 task 4).
 */
export interface MixtureRecord {
  readonly version: 1;
  /** What it was drawn from. */
  readonly seed: number;
  readonly index: number;
  readonly sampleRate: number;
  readonly seconds: number;
  readonly channels: ChannelLayout;
  readonly referenceDb: number;
  readonly referenceChannel: number;
  readonly earlyWindow: { readonly before: number; readonly after: number };
  readonly room: RecordedRoom;
  /** First those that can be asked for, then the interferers. */
  readonly events: readonly RecordedEvent[];
  readonly noise: RecordedNoise;
  /** Of the whole mixture; null if it is not turned. */
  readonly rotation: Required<Rotation> | null;
  readonly query: RecordedQuery;
  /** Which of the events is asked for; null if the query asks for what is not there. */
  readonly target: number | null;
}

export interface RecordedEvent {
  readonly role: 'event' | 'interferer';
  readonly label: string;
  /** The clip's id in the library. */
  readonly clip: string;
  readonly caption: string;
  /** Where the part that is heard begins in the clip. */
  readonly sourceTime: number;
  /** Where it begins in the mixture, before its way through the room. */
  readonly eventTime: number;
  readonly duration: number;
  /** Whether the clip begins again at its end. */
  readonly repeated: boolean;
  readonly place: RecordedPlace;
  /** Mean power of what all channels hear, over `referenceDb`. */
  readonly snr: number;
}

export interface RecordedQuery {
  readonly label: string;
  readonly clip: string;
  /** The same question in words: a caption of the sound that is asked for. */
  readonly caption: string;
  readonly sourceTime: number;
  readonly seconds: number;
  /** 1.1 is faster and higher by a tenth. */
  readonly speed: number;
}

const TIME = { least: 0, most: 1e6 };

/**
 * A record from JSON that may hold anything.
 *
 * @throws RangeError naming the field that does not fit.
 */
export function mixtureRecord(json: unknown): MixtureRecord {
  const fields = new JsonFields(json, 'mixture record');
  const version = fields.number('version', { least: 1, most: 1 }) as 1;
  const events = fields
    .list('events')
    .map((event, at) => readEvent(new JsonFields(event, `mixture record: events[${at}]`)));
  const asked = events.filter(({ role }) => role === 'event').length;
  const target =
    fields.value('target') === null ? null : fields.number('target', { least: 0, most: asked - 1, whole: true });
  const record: MixtureRecord = {
    version,
    seed: fields.number('seed', SEED),
    index: fields.number('index', SEED),
    sampleRate: fields.number('sampleRate', { least: 8000, most: 192_000, whole: true }),
    seconds: fields.number('seconds', { least: 0.01, most: 600 }),
    channels: readLayout(fields, 'channels'),
    referenceDb: fields.number('referenceDb', { least: -120, most: 0 }),
    referenceChannel: fields.number('referenceChannel', { least: 0, most: 100, whole: true }),
    earlyWindow: readEarlyWindow(fields.fields('earlyWindow')),
    room: readRecordedRoom(fields.fields('room')),
    events,
    noise: readRecordedNoise(fields.fields('noise')),
    rotation: fields.value('rotation') === null ? null : readRotation(fields.fields('rotation')),
    query: readQuery(fields.fields('query')),
    target,
  };
  fields.end();
  expectTogether(record);
  return record;
}

function readEvent(fields: JsonFields): RecordedEvent {
  const event: RecordedEvent = {
    role: fields.choice('role', ['event', 'interferer']),
    label: fields.text('label'),
    clip: fields.text('clip'),
    caption: fields.text('caption'),
    sourceTime: fields.number('sourceTime', TIME),
    eventTime: fields.number('eventTime', TIME),
    duration: fields.number('duration', TIME),
    repeated: fields.flag('repeated'),
    place: readRecordedPlace(fields.fields('place')),
    snr: fields.number('snr', { least: -200, most: 200 }),
  };
  fields.end();
  return event;
}

function readRotation(fields: JsonFields): Required<Rotation> {
  const [yaw, pitch, roll] = ['yaw', 'pitch', 'roll'].map((name) => fields.number(name, { least: -360, most: 360 }));
  fields.end();
  return { yaw: yaw!, pitch: pitch!, roll: roll! };
}

function readQuery(fields: JsonFields): RecordedQuery {
  const query: RecordedQuery = {
    label: fields.text('label'),
    clip: fields.text('clip'),
    caption: fields.text('caption'),
    sourceTime: fields.number('sourceTime', TIME),
    seconds: fields.number('seconds', { least: 0.001, most: 600 }),
    speed: fields.number('speed', { least: 0.1, most: 10 }),
  };
  fields.end();
  return query;
}

function expectTogether({ channels, referenceChannel, rotation, events, room, seconds }: MixtureRecord): void {
  const count = channelCount(channels);
  if (referenceChannel >= count) {
    throw new RangeError(
      `mixture record: referenceChannel: must be below the ${count} channels, got ${referenceChannel}`,
    );
  }
  if (rotation !== null && channels !== 'foa') {
    throw new RangeError("mixture record: rotation: must be null unless channels are 'foa'");
  }
  for (const [at, { place, eventTime, duration, role }] of events.entries()) {
    const where = `mixture record: events[${at}]`;
    if (place.kind !== room.kind) {
      throw new RangeError(`${where}: place: kind: must be that of the room, ${room.kind}, got ${place.kind}`);
    }
    if (eventTime >= seconds) {
      throw new RangeError(`${where}: eventTime: must be before the mixture's end at ${seconds} s, got ${eventTime}`);
    }
    if (duration > seconds) throw new RangeError(`${where}: duration: must be at most ${seconds} s, got ${duration}`);
    if (role === 'event' && events[at - 1]?.role === 'interferer') {
      throw new RangeError(`${where}: role: events must come before interferers`);
    }
  }
}
