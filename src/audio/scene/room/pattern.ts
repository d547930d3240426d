import { type Direction, directionVector } from '../../ambisonics.ts';
import type { Vector3 } from './absorption.ts';

/** The part of pressure in each pattern, the rest being its gradient. Eargle 2004, "The Microphone Book", chapter 5. */
const pressureParts = {
  omni: 1,
  subcardioid: 0.7,
  cardioid: 0.5,
  supercardioid: (Math.sqrt(3) - 1) / 2,
  hypercardioid: 0.25,
  figure8: 0,
} as const;

/**
 * How a microphone hears or a source sounds to its sides: p + (1 - p) cos(angle), by name or as p from 0 to 1. On its axis the
 * gain is 1. Lobes behind figure-of-eight, hyper- and supercardioid have the opposite sign.
 */
export type PolarPattern = keyof typeof pressureParts | number;

/** Gain towards a unit vector u: pressure + gradient · u. */
export interface FirstOrderGain {
  readonly pressure: number;
  readonly gradient: Vector3;
}

/** @throws RangeError for a pattern that is not a known name or in [0, 1]. */
export function firstOrderGain(pattern: PolarPattern, direction: Direction): FirstOrderGain {
  const pressure = typeof pattern === 'number' ? pattern : pressureParts[pattern];
  if (!(pressure >= 0 && pressure <= 1)) {
    const names = Object.keys(pressureParts).join(', ');
    throw new RangeError(`simulateRoom: pattern must be a number from 0 to 1 or one of ${names}, got ${pattern}`);
  }
  if (!Number.isFinite(direction.azimuth) || !Number.isFinite(direction.elevation)) {
    throw new RangeError(
      `simulateRoom: direction must have a finite azimuth and elevation, got ${direction.azimuth} and ${direction.elevation}`,
    );
  }
  const [x, y, z] = directionVector(direction);
  const share = 1 - pressure;
  return { pressure, gradient: [share * x, share * y, share * z] };
}

/** Of the gain over all directions, squared. */
export function meanPower({ pressure, gradient: [x, y, z] }: FirstOrderGain): number {
  return pressure ** 2 + (x * x + y * y + z * z) / 3;
}
