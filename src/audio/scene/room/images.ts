import type { Vector3, Wall } from './absorption.ts';

/**
 * Mirror images of a source in the walls of a box. Allen & Berkley 1979, "Image method for efficiently simulating small-room
 * acoustics". Along each axis they are numbered by whole numbers i: |i| is how often their sound has met the axis's two walls,
 * and odd ones are mirrored.
 */
export interface ImageSource {
  readonly position: Vector3;
  /** From the receiver, in meters. */
  readonly distance: number;
  /** How many reflections. */
  readonly order: number;
  readonly index: Vector3;
}

export interface ImageLimits {
  /** Most reflections. Default: as many as the distance allows. */
  readonly maxOrder?: number;
  /** From the receiver, in meters. Default: as far as the order allows. */
  readonly maxDistance?: number;
}

/** Position on one axis of image number `index` of a source at `source` between walls at 0 and `size`. */
export function imageCoordinate(index: number, source: number, size: number): number {
  return isOdd(index) ? (index + 1) * size - source : index * size + source;
}

/** How often image number `index` has met the walls at 0 and at the far end of its axis. */
export function wallHits(index: number): readonly [near: number, far: number] {
  const far = Math.abs(Math.ceil(index / 2));
  return [Math.abs(index) - far, far];
}

/** The walls that bound each axis, the one at 0 first. */
export const axisWalls: readonly (readonly [Wall, Wall])[] = [
  ['back', 'front'],
  ['right', 'left'],
  ['floor', 'ceiling'],
];

export function isOdd(index: number): boolean {
  return index % 2 !== 0;
}

/**
 * Every image within the limits, in no order of time. `visit` gets the numbers along the axes and the way from receiver to image.
 * Without limit on distance, of order n there are 4 n² + 2.
 *
 * @throws RangeError without any limit.
 */
export function forEachImage(
  size: Vector3,
  source: Vector3,
  receiver: Vector3,
  { maxOrder = Number.POSITIVE_INFINITY, maxDistance = Number.POSITIVE_INFINITY }: ImageLimits,
  visit: (index: Vector3, way: Vector3, distance: number) => void,
): void {
  if (maxOrder === Number.POSITIVE_INFINITY && maxDistance === Number.POSITIVE_INFINITY) {
    throw new RangeError('imageSources: maxOrder or maxDistance must be finite, got neither');
  }
  const [alongX, alongY, alongZ] = [0, 1, 2].map((axis) => {
    // Image i lies between i and i + 1 lengths from 0: two rooms more than the distance cannot be in reach.
    const most = Math.min(maxOrder, Math.ceil(maxDistance / size[axis]!) + 1);
    return Array.from({ length: 2 * most + 1 }, (_, n) => ({
      index: n - most,
      way: imageCoordinate(n - most, source[axis]!, size[axis]!) - receiver[axis]!,
    })).filter(({ way }) => Math.abs(way) <= maxDistance);
  });
  const farthest = maxDistance ** 2;
  for (const x of alongX!) {
    for (const y of alongY!) {
      const flat = x.way * x.way + y.way * y.way;
      const left = maxOrder - Math.abs(x.index) - Math.abs(y.index);
      if (flat > farthest || left < 0) continue;
      for (const z of alongZ!) {
        const squared = flat + z.way * z.way;
        if (squared > farthest || Math.abs(z.index) > left) continue;
        visit([x.index, y.index, z.index], [x.way, y.way, z.way], Math.sqrt(squared));
      }
    }
  }
}

/** All images within the limits, nearest first. Lengths and places in meters. */
export function imageSources(size: Vector3, source: Vector3, receiver: Vector3, limits: ImageLimits): ImageSource[] {
  const images: ImageSource[] = [];
  forEachImage(size, source, receiver, limits, (index, way, distance) => {
    images.push({
      position: [receiver[0] + way[0], receiver[1] + way[1], receiver[2] + way[2]],
      distance,
      order: Math.abs(index[0]) + Math.abs(index[1]) + Math.abs(index[2]),
      index,
    });
  });
  return images.sort((a, b) => a.distance - b.distance);
}
