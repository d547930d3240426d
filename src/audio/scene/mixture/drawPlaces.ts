import { angleBetween, type Direction, type Rotation } from '../../ambisonics.ts';
import { RandomStream } from '../random.ts';
import type { Vector3 } from '../room/absorption.ts';
import { channelCount } from './channelLayout.ts';
import type { MeasuredRooms } from './measuredRooms.ts';
import type { MixtureConfig } from './mixtureConfig.ts';
import type { OfKind, RecordedPlace, RecordedRoom } from './recordedRoom.ts';
import type { MeasuredRoomConfig, SimulatedRoomConfig } from './roomConfig.ts';

export interface DrawnPlaces {
  readonly room: RecordedRoom;
  /** One for each sound. */
  readonly places: readonly RecordedPlace[];
}

const ATTEMPTS = 1000;
const ROOM_SEED = 0x726f6f6d; // sets the streams of rooms apart from those of mixtures

/**
 * A room and so many places in it, as far apart as the configuration wants.
 *
 * @throws RangeError where none can be found; FileError or ResponseFileError for measured rooms that cannot be read.
 */
export async function drawPlaces(
  random: RandomStream,
  config: MixtureConfig,
  seed: number,
  count: number,
  rooms: MeasuredRooms,
): Promise<DrawnPlaces> {
  const { room, leastAngle } = config;
  if (room.kind === 'freeField') {
    const draw = () => drawDirection(random, room.elevation);
    const places = drawApart(count, leastAngle, (direction) => direction, draw);
    return { room: { kind: 'freeField' }, places: places.map((place) => ({ kind: 'freeField', ...place })) };
  }
  if (room.kind === 'measured') return drawMeasured(random, config, room, count, rooms);
  if (!room.bank) {
    const drawn = drawRoom(random, room);
    const draw = () => drawPlace(random, room, drawn);
    return { room: drawn, places: drawApart(count, leastAngle, (place) => seenFrom(drawn, place), draw) };
  }
  // The rooms of a bank depend on the seed alone, whichever mixture needs them first.
  const own = new RandomStream((seed ^ ROOM_SEED) >>> 0, random.integer(room.bank.rooms));
  const drawn = drawRoom(own, room);
  const all = Array.from({ length: room.bank.places }, () => drawPlace(own, room, drawn));
  return { room: drawn, places: pickApart(random, all, count, leastAngle, (place) => seenFrom(drawn, place)) };
}

/** Places whose direction nothing tells count as far from all others. */
async function drawMeasured(
  random: RandomStream,
  { channels, leastAngle }: MixtureConfig,
  { paths, ambisonics }: MeasuredRoomConfig,
  count: number,
  rooms: MeasuredRooms,
): Promise<DrawnPlaces> {
  const path = random.pick(await rooms.list(paths));
  const room = { kind: 'measured', path, ...(ambisonics && { ambisonics }) } as const;
  const survey = await rooms.survey(room);
  const wanted = channelCount(channels);
  const enough =
    channels === 'foa' || channels === 'w' ? survey.channelCount >= wanted : survey.channelCount === wanted;
  if (!enough) {
    throw new RangeError(`mixture config: channels: ${path} has ${survey.channelCount} channels, ${wanted} are wanted`);
  }
  const all = survey.positions.map((_, response) => ({ kind: 'measured', response }) as const);
  if (all.length < count) {
    throw new RangeError(`mixture config: room: ${path} has ${all.length} responses, a mixture needs ${count}`);
  }
  return { room, places: pickApart(random, all, count, leastAngle, ({ response }) => survey.positions[response]) };
}

type SimulatedRoom = OfKind<RecordedRoom, 'simulated'>;
type SimulatedPlace = OfKind<RecordedPlace, 'simulated'>;

function drawRoom(random: RandomStream, config: SimulatedRoomConfig): SimulatedRoom {
  const size: Vector3 = [
    random.uniform(...config.width),
    random.uniform(...config.depth),
    random.uniform(...config.height),
  ];
  const decayTime = random.uniform(...config.decayTime);
  // Around the middle of the room, so that sources find a place in every direction.
  const receiver = size.map((length) => {
    const free = Math.max(0, Math.min(length / 4, length / 2 - config.wallDistance));
    return length / 2 + random.uniform(-free, free);
  });
  return { kind: 'simulated', size, decayTime, receiver: receiver as unknown as Vector3 };
}

function drawPlace(
  random: RandomStream,
  config: SimulatedRoomConfig,
  { size, receiver }: SimulatedRoom,
): SimulatedPlace {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const distance = random.uniform(...config.distance);
    const { azimuth, elevation } = drawDirection(random, [-90, 90]);
    const [theta, phi] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
    const way = [Math.cos(theta) * Math.cos(phi), Math.sin(theta) * Math.cos(phi), Math.sin(phi)];
    const position = way.map((part, axis) => receiver[axis]! + distance * part) as unknown as Vector3;
    const free = position.every((at, axis) => at >= config.wallDistance && at <= size[axis]! - config.wallDistance);
    if (free) return { kind: 'simulated', position, seed: random.integer(2 ** 32) };
  }
  throw new RangeError(
    `mixture config: room: no place ${config.distance.join(' to ')} m from the receiver was found in a room of ` +
      `${size.map((length) => length.toFixed(2)).join(' x ')} m, ${config.wallDistance} m off its walls`,
  );
}

/** Equally likely all over the sphere between two elevations. */
function drawDirection(random: RandomStream, elevation: readonly [number, number]): Direction {
  const [low, high] = elevation.map((angle) => Math.sin((angle * Math.PI) / 180)) as [number, number];
  const azimuth = random.uniform(-180, 180);
  return { azimuth, elevation: (Math.asin(random.uniform(low, high)) * 180) / Math.PI };
}

function seenFrom({ receiver }: SimulatedRoom, { position }: SimulatedPlace): Direction {
  const [x, y, z] = position.map((at, axis) => at - receiver[axis]!) as [number, number, number];
  const degrees = 180 / Math.PI;
  return { azimuth: Math.atan2(y, x) * degrees, elevation: Math.atan2(z, Math.hypot(x, y)) * degrees };
}

function drawApart<T>(count: number, leastAngle: number, seen: (place: T) => Direction, draw: () => T): T[] {
  const drawn: T[] = [];
  for (let attempt = 0; drawn.length < count; attempt++) {
    if (attempt >= ATTEMPTS) throw tooClose(count, leastAngle);
    const next = draw();
    if (drawn.every((other) => angleBetween(seen(other), seen(next)) >= leastAngle)) drawn.push(next);
  }
  return drawn;
}

/** Some of the places of a bank; the first order of all that leaves enough of them apart. */
function pickApart<T>(
  random: RandomStream,
  places: readonly T[],
  count: number,
  leastAngle: number,
  seen: (place: T) => Direction | undefined,
): T[] {
  const apart = (a: Direction | undefined, b: Direction | undefined) => !a || !b || angleBetween(a, b) >= leastAngle;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const picked: T[] = [];
    for (const next of random.sample(places, places.length)) {
      if (picked.length < count && picked.every((other) => apart(seen(other), seen(next)))) picked.push(next);
    }
    if (picked.length === count) return picked;
  }
  throw tooClose(count, leastAngle);
}

function tooClose(count: number, leastAngle: number): RangeError {
  return new RangeError(
    `mixture config: leastAngle: ${count} places at least ${leastAngle} degrees apart were not found: ask for less, or for more places`,
  );
}

/** Turns with no preferred direction: uniform about the vertical, or over all rotations. */
export function drawRotation(random: RandomStream, kind: MixtureConfig['rotation']): Required<Rotation> | null {
  if (kind === 'none') return null;
  const yaw = random.uniform(-180, 180);
  if (kind === 'yaw') return { yaw, pitch: 0, roll: 0 };
  // Uniform over rotations when the sine of the middle angle is uniform: Shoemake 1992, "Uniform random rotations".
  const pitch = (Math.asin(random.uniform(-1, 1)) * 180) / Math.PI;
  return { yaw, pitch, roll: random.uniform(-180, 180) };
}
