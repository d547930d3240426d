import { directionVector } from '../../ambisonics.ts';
import { placeMicrophones } from '../room/receiver.ts';
import { simulateRoom } from '../room/simulateRoom.ts';
import { splitEarly } from '../room/splitEarly.ts';
import { layoutReceiver } from './channelLayout.ts';
import type { MixtureRecord, RecordedPlace, RecordedRoom } from './mixtureRecord.ts';

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

/** @throws RangeError for places outside the room and rooms that cannot be. */
export function heardResponse(setting: Setting, place: RecordedPlace): HeardResponse {
  const { room } = setting;
  if (place.kind === 'freeField') return freeFieldResponse(setting, place);
  if (room.kind === 'simulated') return simulatedResponse(setting, room, place);
  throw new RangeError(`mixture record: a place in a ${place.kind} room was given for a ${room.kind} one`);
}

function simulatedResponse(
  { channels: layout, sampleRate, referenceChannel, earlyWindow }: Setting,
  { size, decayTime, receiver }: RecordedRoom & { kind: 'simulated' },
  { position, seed }: RecordedPlace & { kind: 'simulated' },
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
  place: RecordedPlace & { kind: 'freeField' },
): HeardResponse {
  const [x, y, z] = directionVector(place);
  const microphones = placeMicrophones(layoutReceiver(layout, { position: [0, 0, 0] }));
  const channels = microphones.map(({ pressure, gradient }) => {
    return Float32Array.of(pressure + gradient[0] * x + gradient[1] * y + gradient[2] * z);
  });
  return { channels, early: channels[referenceChannel]! };
}
