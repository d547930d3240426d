import type { Direction } from './ambisonics.ts';

/** Along x to the front, y to the left and z up. */
export type Vector = readonly [x: number, y: number, z: number];

/** Three rows, for columns x, y and z. */
export type Matrix3 = readonly [Vector, Vector, Vector];

/** A rotation of the whole sound field, in degrees. Applied in the order roll, pitch, yaw, about axes that stay. */
export interface Rotation {
  /** About z: a sound at the front moves to the left. */
  readonly yaw?: number;
  /** About y: a sound at the front moves up. */
  readonly pitch?: number;
  /** About x: a sound at the left moves up. */
  readonly roll?: number;
}

const RADIANS = Math.PI / 180; // per degree

export function rotationMatrix({ yaw = 0, pitch = 0, roll = 0 }: Rotation): Matrix3 {
  const [cy, sy] = [Math.cos(yaw * RADIANS), Math.sin(yaw * RADIANS)];
  const [cp, sp] = [Math.cos(pitch * RADIANS), Math.sin(pitch * RADIANS)];
  const [cr, sr] = [Math.cos(roll * RADIANS), Math.sin(roll * RADIANS)];
  return [
    [cy * cp, -sy * cr - cy * sp * sr, sy * sr - cy * sp * cr],
    [sy * cp, cy * cr - sy * sp * sr, -cy * sr - sy * sp * cr],
    [sp, cp * sr, cp * cr],
  ];
}

/** Of a rotation: its inverse. */
export function transposed([[a, b, c], [d, e, f], [g, h, i]]: Matrix3): Matrix3 {
  return [
    [a, d, g],
    [b, e, h],
    [c, f, i],
  ];
}

export function turnedVector(matrix: Matrix3, [x, y, z]: Vector): Vector {
  const [to0, to1, to2] = matrix.map((row) => row[0] * x + row[1] * y + row[2] * z);
  return [to0!, to1!, to2!];
}

/** Where a vector points; the zero vector to the front. */
export function directionOf([x, y, z]: Vector): Direction {
  return { azimuth: Math.atan2(y, x) / RADIANS, elevation: Math.atan2(z, Math.hypot(x, y)) / RADIANS };
}

/**
 * The eight ways to swap the axes and their signs by which data of first-order ambisonics are multiplied: they turn or mirror the
 * azimuth by quarters, and turn the elevation over with every other one. What a source sounds like and W stay as they are. Wang et
 * al. 2021, "A four-stage data augmentation approach to ResNet-Conformer based acoustic modeling for sound event localization and
 * detection", table 1. For `rotateAmbisonics`.
 */
export const axisSwaps: readonly Matrix3[] = [
  swap([1, 0], [0, 1], 1), // azimuth and elevation stay
  swap([1, 0], [0, -1], -1), // -azimuth, -elevation
  swap([-1, 0], [0, -1], 1), // azimuth + 180
  swap([-1, 0], [0, 1], -1), // 180 - azimuth, -elevation
  swap([0, -1], [1, 0], -1), // azimuth + 90, -elevation
  swap([0, 1], [1, 0], 1), // 90 - azimuth
  swap([0, 1], [-1, 0], -1), // azimuth - 90, -elevation
  swap([0, -1], [-1, 0], 1), // -90 - azimuth
];

function swap(x: readonly [number, number], y: readonly [number, number], z: 1 | -1): Matrix3 {
  return [
    [x[0], x[1], 0],
    [y[0], y[1], 0],
    [0, 0, z],
  ];
}
