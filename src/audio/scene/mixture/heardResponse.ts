import { directionVector } from '../../ambisonics.ts';
import { placeMicrophones } from '../room/receiver.ts';
import { simulateRoom } from '../room/simulateRoom.ts';
import { splitEarly } from '../room/splitEarly.ts';
import { channelCount, layoutReceiver } from './channelLayout.ts';
import type { MeasuredRooms } from './measuredRooms.ts';
import type { MixtureRecord } from './mixtureRecord.ts';
import type { OfKind, RecordedPlace, RecordedRoom } from './recordedRoom.ts';

/** The way from one place to the receiver. */
export interface HeardResponse {
  readonly channels: readonly Float32Array[];
  /** Direct path and early reflections in the reference channel: what a target has gone through. */
  readonly early: Float32Array;
}

type Setting = Pick<MixtureRecord, 'room' | 'channels' | 'sampleRate' | 'referenceChannel' | 'earlyWindow'>;

/** What a response depends on, as a key. */
export function responseKey(setting: Setting, place: RecordedPlace): string {
  const { room, channels, sampleRate, referenceChannel, earlyWindow } = setting;
  return JSON.stringify([room, channels, sampleRate, referenceChannel, earlyWindow, place]);
}

/**
 * @throws RangeError for places outside the room, responses that it does not have, and rooms that cannot be; FileError or
 *   ResponseFileError for measured rooms that cannot be read.
 */
export async function heardResponse(
  setting: Setting,
  place: RecordedPlace,
  rooms: MeasuredRooms,
): Promise<HeardResponse> {
  const { room } = setting;
  if (place.kind === 'freeField') return freeFieldResponse(setting, place);
  if (place.kind === 'simulated' && room.kind === 'simulated') return simulatedResponse(setting, room, place);
  if (place.kind === 'measured' && room.kind === 'measured') return measuredResponse(setting, room, place, rooms);
  throw new RangeError(`mixture record: a place in a ${place.kind} room was given for a ${room.kind} one`);
}

/** The direct sound is where the reference channel is loudest. */
async function measuredResponse(
  { channels: layout, sampleRate, referenceChannel, earlyWindow }: Setting,
  room: OfKind<RecordedRoom, 'measured'>,
  { response }: OfKind<RecordedPlace, 'measured'>,
  rooms: MeasuredRooms,
): Promise<HeardResponse> {
  const measured = await rooms.read(room, response, sampleRate);
  const count = channelCount(layout);
  if (measured.length < count) {
    throw new RangeError(`mixture record: channels: ${room.path} has ${measured.length}, ${count} are wanted`);
  }
  const channels = measured.slice(0, count);
  const reference = { channels: [channels[referenceChannel]!], sampleRate };
  return { channels, early: splitEarly(reference, earlyWindow).early[0]! };
}

function simulatedResponse(
  { channels: layout, sampleRate, referenceChannel, earlyWindow }: Setting,
  { size, decayTime, receiver }: OfKind<RecordedRoom, 'simulated'>,
  { position, seed }: OfKind<RecordedPlace, 'simulated'>,
): HeardResponse {
  const { channels, direct } = simulateRoom({
    size,
    t60: decayTime,
    sampleRate,
    source: { position },
    receiver: layoutReceiver(layout, { position: receiver }),
    seed,
  });
  const reference = { channels: [channels[referenceChannel]!], sampleRate, direct };
  return { channels, early: splitEarly(reference, earlyWindow).early[0]! };
}

/** A plane wave in microphones that stand in one place: gains alone. */
function freeFieldResponse(
  { channels: layout, referenceChannel }: Setting,
  place: OfKind<RecordedPlace, 'freeField'>,
): HeardResponse {
  const [x, y, z] = directionVector(place);
  const microphones = placeMicrophones(layoutReceiver(layout, { position: [0, 0, 0] }));
  const channels = microphones.map(({ pressure, gradient }) => {
    return Float32Array.of(pressure + gradient[0] * x + gradient[1] * y + gradient[2] * z);
  });
  return { channels, early: channels[referenceChannel]! };
}
