import { type AmbisonicFormat, ambiX, convertAmbisonics, fuMa } from './ambisonicFormat.ts';
import { directionOf, type Matrix3, type Rotation, rotationMatrix, type Vector } from './soundFieldRotation.ts';

export type { Rotation } from './soundFieldRotation.ts';

/**
 * First-order ambisonics: four channels that hold the sound at one point as its pressure (W) and the gradient of it along
 * the axes (Y, Z, X). Everything here is AmbiX, as in files and data sets: ACN channel order W, Y, Z, X and SN3D gains
 * (Nachbar et al. 2011, "AmbiX: a suggested ambisonics format"), unless a name says otherwise.
 *
 * Axes: x to the front, y to the left, z up. Angles are in degrees.
 */
export type Ambisonics = readonly [w: Float32Array, y: Float32Array, z: Float32Array, x: Float32Array];

/** Where a sound comes from, in degrees. */
export interface Direction {
  /** Counter-clockwise from the front, seen from above: 90 is left, -90 right. */
  readonly azimuth: number;
  /** Up from the horizon: 90 is the zenith. */
  readonly elevation: number;
}

const RADIANS = Math.PI / 180; // per degree

/** The unit vector to a direction. */
export function directionVector({ azimuth, elevation }: Direction): Vector {
  const [theta, phi] = [azimuth * RADIANS, elevation * RADIANS];
  return [Math.cos(theta) * Math.cos(phi), Math.sin(theta) * Math.cos(phi), Math.sin(phi)];
}

/** The angle between two directions, in degrees from 0 to 180. */
export function angleBetween(a: Direction, b: Direction): number {
  const [u, v] = [directionVector(a), directionVector(b)];
  const dot = u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
  const cross = Math.hypot(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]);
  return Math.atan2(cross, dot) / RADIANS; // the arc cosine has no digits left near 0 and 180
}

/** A signal as a plane wave from a direction: W is the signal itself, the rest of it times the unit vector. */
export function encodeAmbisonics(signal: Float32Array, direction: Direction): Ambisonics {
  const [x, y, z] = directionVector(direction);
  return [signal.slice(), scaled(signal, y), scaled(signal, z), scaled(signal, x)];
}

/**
 * Turns the sound field around the listener, by angles or by any matrix: mirroring is one, too (`axisSwaps`). To follow the head,
 * give the opposite of its rotation.
 *
 * @throws RangeError for channels of different lengths.
 */
export function rotateAmbisonics(channels: Ambisonics, rotation: Rotation | Matrix3): Ambisonics {
  expectEqualLengths('rotateAmbisonics', channels);
  const [toX, toY, toZ] = 'length' in rotation ? rotation : rotationMatrix(rotation);
  const [w, y, z, x] = channels;
  const turned = ([fromX, fromY, fromZ]: Vector) => w.map((_, n) => fromX * x[n]! + fromY * y[n]! + fromZ * z[n]!);
  return [w.slice(), turned(toY), turned(toZ), turned(toX)];
}

/** AmbiX to FuMa: order W, X, Y, Z with W lower by 3 dB. Malham 2003, "Higher order ambisonic systems". */
export function toFuma(
  channels: Ambisonics,
): readonly [w: Float32Array, x: Float32Array, y: Float32Array, z: Float32Array] {
  const [w, x, y, z] = convertAmbisonics(channels, ambiX, fuMa);
  return [w!, x!, y!, z!];
}

/** FuMa, in its order W, X, Y, Z, to AmbiX. */
export function fromFuma(channels: ReturnType<typeof toFuma>): Ambisonics {
  return firstOrder(convertAmbisonics(channels, fuMa));
}

/** From SN3D gains to N3D: the first-order channels times √3, so that all four have equal power in a diffuse field. */
export function sn3dToN3d(channels: Ambisonics): Ambisonics {
  return firstOrder(convertAmbisonics(channels, ambiX, n3d));
}

/** From N3D gains to SN3D. */
export function n3dToSn3d(channels: Ambisonics): Ambisonics {
  return firstOrder(convertAmbisonics(channels, n3d));
}

export interface IntensityDirection extends Direction {
  /**
   * From 0 (one plane wave) to 1 (sound from everywhere alike, or silence): 1 - |⟨w v⟩| / ⟨(w² + |v|²) / 2⟩.
   * Pulkki 2007, "Spatial sound reproduction with directional audio coding".
   */
  readonly diffuseness: number;
}

/**
 * Where the sound comes from on average over time: the direction of the active intensity ⟨w · (x, y, z)⟩. For one plane wave
 * that is its own direction; for several, the mean weighted by their powers. Silence points to the front.
 *
 * @throws RangeError for channels of different lengths.
 */
export function intensityDirection(channels: Ambisonics): IntensityDirection {
  expectEqualLengths('intensityDirection', channels);
  const [w, y, z, x] = channels;
  const intensity = [0, 0, 0] as [number, number, number];
  let energy = 0;
  for (let n = 0; n < w.length; n++) {
    const [pressure, vx, vy, vz] = [w[n]!, x[n]!, y[n]!, z[n]!];
    intensity[0] += pressure * vx;
    intensity[1] += pressure * vy;
    intensity[2] += pressure * vz;
    energy += (pressure * pressure + vx * vx + vy * vy + vz * vz) / 2;
  }
  const diffuseness = energy > 0 ? Math.max(0, 1 - Math.hypot(...intensity) / energy) : 1;
  return { ...directionOf(intensity), diffuseness };
}

const n3d: AmbisonicFormat = { order: 'acn', norm: 'n3d' };

function firstOrder([w, y, z, x]: readonly Float32Array[]): Ambisonics {
  return [w!, y!, z!, x!];
}

function scaled(signal: Float32Array, gain: number): Float32Array {
  return signal.map((value) => value * gain);
}

function expectEqualLengths(operation: string, channels: Ambisonics): void {
  const lengths = channels.map(({ length }) => length);
  if (lengths.some((length) => length !== lengths[0])) {
    throw new RangeError(`${operation}: channels must have equal lengths, got ${lengths.join(', ')} samples`);
  }
}
