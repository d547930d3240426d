import type { Direction } from '../../ambisonics.ts';
import { type Rotation, rotationMatrix, turnedVector } from '../../soundFieldRotation.ts';
import type { Vector3 } from './absorption.ts';
import { type FirstOrderGain, firstOrderGain, type PolarPattern } from './pattern.ts';

export interface Microphone {
  /** From the receiver's position, in meters, before it turns. Default: at it. */
  readonly offset?: Vector3;
  /** Default omni. */
  readonly pattern?: PolarPattern;
  /** Of its axis, before the receiver turns. Default: the front. */
  readonly direction?: Direction;
}

/** Where a receiver stands. */
export interface Placement {
  /** In meters from the room's corner at the back, right and floor. */
  readonly position: Vector3;
  /** How it is turned from facing along x. */
  readonly rotation?: Rotation;
}

/** Microphones that turn together; each gives a channel. */
export interface Receiver extends Placement {
  readonly microphones: readonly Microphone[];
}

/** Its four channels are AmbiX: W, Y, Z, X with SN3D gains. */
export interface AmbisonicReceiver extends Receiver {
  readonly format: 'ambisonics';
}

/** First-order ambisonics at a point: an ideal pressure microphone and three of its gradient. */
export function ambisonicReceiver(placement: Placement): AmbisonicReceiver {
  const along = (azimuth: number, elevation: number): Microphone => ({
    pattern: 'figure8',
    direction: { azimuth, elevation },
  });
  return { ...placement, format: 'ambisonics', microphones: [{}, along(90, 0), along(0, 90), along(0, 0)] };
}

export interface PairOptions {
  /** Between the microphones, in meters. */
  readonly spacing?: number;
  /** Between their axes, in degrees. */
  readonly angle?: number;
  readonly pattern?: PolarPattern;
}

/** Left and right as the French broadcaster has it: cardioids 17 cm and 110 degrees apart. */
export function ortfPair(placement: Placement, options: PairOptions = {}): Receiver {
  return pair(placement, { spacing: 0.17, angle: 110, pattern: 'cardioid', ...options });
}

/** Left and right in one place: cardioids 90 degrees apart. */
export function xyPair(placement: Placement, options: Omit<PairOptions, 'spacing'> = {}): Receiver {
  return pair(placement, { angle: 90, pattern: 'cardioid', ...options, spacing: 0 });
}

/** Left and right side by side: omnis half a meter apart. */
export function abPair(placement: Placement, options: PairOptions = {}): Receiver {
  return pair(placement, { spacing: 0.5, angle: 0, pattern: 'omni', ...options });
}

function pair(placement: Placement, { spacing, angle, pattern }: Required<PairOptions>): Receiver {
  const at = (side: 1 | -1): Microphone => ({
    offset: [0, (side * spacing) / 2, 0],
    pattern,
    direction: { azimuth: (side * angle) / 2, elevation: 0 },
  });
  return { ...placement, microphones: [at(1), at(-1)] };
}

/** A microphone where it stands in the room, turned with its receiver. */
export interface PlacedMicrophone extends FirstOrderGain {
  readonly position: Vector3;
}

/** @throws RangeError for no microphones or a bad pattern. */
export function placeMicrophones({ position, rotation = {}, microphones }: Receiver): PlacedMicrophone[] {
  if (microphones.length === 0)
    throw new RangeError('simulateRoom: receiver must have at least one microphone, got none');
  const front = { azimuth: 0, elevation: 0 };
  const turn = rotationMatrix(rotation);
  return microphones.map(({ offset = [0, 0, 0], pattern = 'omni', direction = front }) => {
    const { pressure, gradient } = firstOrderGain(pattern, direction);
    const [dx, dy, dz] = turnedVector(turn, offset);
    return {
      position: [position[0] + dx, position[1] + dy, position[2] + dz],
      pressure,
      gradient: turnedVector(turn, gradient),
    };
  });
}
