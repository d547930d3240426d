import type { Direction } from '../../ambisonics.ts';
import type { Absorption, Vector3, Wall } from './absorption.ts';
import type { Air } from './air.ts';
import type { PolarPattern } from './pattern.ts';
import type { PlacedMicrophone, Receiver } from './receiver.ts';

export interface RoomSource {
  /** In meters from the room's corner at the back, right and floor. */
  readonly position: Vector3;
  /** Of its axis. Default: the front, along x. */
  readonly direction?: Direction;
  /** One, or one for each of `octaveBands`: voices and loudspeakers beam the more the higher they sound. Default omni. */
  readonly pattern?: PolarPattern | readonly PolarPattern[];
}

interface RoomGeometry {
  /** Along x (back to front), y (right to left) and z (floor to ceiling), in meters. */
  readonly size: Vector3;
  /** In Hz, from 1000 to 384000. */
  readonly sampleRate: number;
  readonly source: RoomSource;
  readonly receiver: Receiver;
  /** Most reflections an image stands for. Default: as many as fit before the diffuse tail. 0: the direct path and a tail. */
  readonly maxOrder?: number;
  /** Length of the response. Default: until the slowest band has fallen by 60 dB. */
  readonly seconds?: number;
  /** What comes after the images. `none`: images go on to the end. Default `diffuse`. */
  readonly lateTail?: 'diffuse' | 'none';
  /**
   * From the direct sound to where half of the power is the tail's, in seconds. Default 50.1 ms and 11.7 ms for each 1000 m³: after
   * it, 95 % of listeners hear no difference. Lindau et al. 2012, "Perceptual evaluation of model- and signal-based predictors
   * of the mixing time in binaural room impulse responses", equation 17.
   */
  readonly mixingTime?: number;
  /** Sets the speed of sound, too. Default 20 °C at 50 %. `none`: sound at 343.2 m/s, and nothing lost. */
  readonly air?: Air | 'none';
  /** Of the tail. Whole, from 0 to 2³² - 1; each source of a scene needs its own, or their tails are the same. Default 0. */
  readonly seed?: number;
}

/** Absorption or reverberation time: one of them. */
export type RoomOptions = RoomGeometry &
  (
    | {
        /** Share of energy that the walls absorb, from 0 to 1: of all, or of each. */
        readonly absorption: Absorption | Readonly<Record<Wall, Absorption>>;
        readonly t60?: never;
      }
    | {
        /** Time of a fall by 60 dB in seconds: what all bands aim at, or one for each of `octaveBands`. */
        readonly t60: number | readonly number[];
        readonly absorption?: never;
      }
  );

const CLOSEST = 0.01; // meters: 1 / r has no bound

/** @throws RangeError naming what does not fit. */
export function expectRoom(options: RoomOptions, microphones: readonly PlacedMicrophone[]): void {
  const { size, source, sampleRate, seconds = 1, maxOrder = 0, mixingTime = 0 } = options;
  if (size.length !== 3 || !size.every((length) => length >= 0.1 && length <= 1000)) {
    throw new RangeError(`simulateRoom: size must be three lengths from 0.1 to 1000 m, got [${size.join(', ')}]`);
  }
  if ((options.absorption === undefined) === (options.t60 === undefined)) {
    throw new RangeError('simulateRoom: options must have either absorption or t60');
  }
  expectInside('source', source.position, size);
  for (const [m, { position }] of microphones.entries()) {
    expectInside(microphones.length === 1 ? 'receiver' : `microphone ${m} of receiver`, position, size);
    const distance = Math.hypot(...position.map((at, axis) => at - source.position[axis]!));
    if (!(distance >= CLOSEST)) {
      throw new RangeError(
        `simulateRoom: source must be at least ${CLOSEST} m from each microphone, got ${distance} m to ${m}`,
      );
    }
  }
  expectRange('sampleRate', sampleRate, 1000, 384_000);
  expectRange('seconds', seconds, 1 / sampleRate, 100);
  expectRange('mixingTime', mixingTime, 0, 100);
  if (!Number.isInteger(maxOrder) || maxOrder < 0 || maxOrder > 1000) {
    throw new RangeError(`simulateRoom: maxOrder must be a whole number from 0 to 1000, got ${maxOrder}`);
  }
}

function expectRange(name: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high)) {
    throw new RangeError(`simulateRoom: ${name} must be from ${low} to ${high}, got ${value}`);
  }
}

function expectInside(name: string, position: Vector3, size: Vector3): void {
  if (position.length !== 3 || !position.every((at, axis) => at > 0 && at < size[axis]!)) {
    throw new RangeError(
      `simulateRoom: ${name} must be inside the room of ${size.join(' x ')} m, got [${position.join(', ')}]`,
    );
  }
}
