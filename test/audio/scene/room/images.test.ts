import { describe, expect, test } from 'vitest';
import type { Vector3 } from '../../../../src/audio/scene/room/absorption.ts';
import { imageSources, wallHits } from '../../../../src/audio/scene/room/images.ts';

const size: Vector3 = [5.1, 4.3, 2.7];
const source: Vector3 = [1.2, 3.1, 1.6];
const receiver: Vector3 = [3.7, 0.9, 1.1];

interface Mirrored {
  readonly position: readonly number[];
  readonly order: number;
  readonly hits: readonly number[];
}

/** The source mirrored at one wall after the other, each place kept with the fewest mirrorings that lead there. */
function mirrored(maxOrder: number): Mirrored[] {
  const name = (position: readonly number[]) => position.map((value) => value.toFixed(6)).join();
  const known = new Map<string, Mirrored>();
  let latest: Mirrored[] = [{ position: source, order: 0, hits: [0, 0, 0, 0, 0, 0] }];
  while (latest.length > 0) {
    for (const image of latest) known.set(name(image.position), image);
    if (latest[0]!.order === maxOrder) break;
    const next = new Map<string, Mirrored>();
    for (const { position, order, hits } of latest) {
      for (let wall = 0; wall < 6; wall++) {
        const axis = wall >> 1;
        const plane = wall % 2 === 0 ? 0 : size[axis]!;
        const there = position.map((value, a) => (a === axis ? 2 * plane - value : value));
        if (known.has(name(there))) continue;
        next.set(name(there), {
          position: there,
          order: order + 1,
          hits: hits.map((count, w) => count + (w === wall ? 1 : 0)),
        });
      }
    }
    latest = [...next.values()];
  }
  return [...known.values()];
}

describe('imageSources', () => {
  test.each([0, 1, 2, 3, 7])('order %i has 4 n² + 2 images, the source itself being the one of order 0', (order) => {
    const images = imageSources(size, source, receiver, { maxOrder: order });
    expect(images.filter((image) => image.order === order)).toHaveLength(order === 0 ? 1 : 4 * order ** 2 + 2);
    expect(images).toHaveLength(((2 * order + 1) * (2 * order ** 2 + 2 * order + 3)) / 3);
  });

  test('has the places, orders, distances and wall hits of mirroring wall by wall', () => {
    const expected = mirrored(5)
      .map((image) => ({
        ...image,
        distance: Math.hypot(...image.position.map((value, axis) => value - receiver[axis]!)),
      }))
      .sort((a, b) => a.distance - b.distance);
    const images = imageSources(size, source, receiver, { maxOrder: 5 });
    expect(images.map(({ order }) => order)).toEqual(expected.map(({ order }) => order));
    for (const [n, image] of images.entries()) {
      expect(image.distance).toBeCloseTo(expected[n]!.distance, 9);
      for (let axis = 0; axis < 3; axis++) {
        expect(image.position[axis]).toBeCloseTo(expected[n]!.position[axis]!, 9);
      }
      expect(image.index.flatMap(wallHits)).toEqual(expected[n]!.hits);
    }
  });

  test('within a distance, has all images of a far higher order that lie in it', () => {
    const near = imageSources(size, source, receiver, { maxDistance: 17 });
    const all = imageSources(size, source, receiver, { maxOrder: 16 }).filter(({ distance }) => distance <= 17);
    expect(near).toEqual(all);
    const volume = size[0] * size[1] * size[2];
    expect((near.length * volume) / ((4 / 3) * Math.PI * 17 ** 3)).toBeCloseTo(1, 1);
  });

  test('needs a limit', () => {
    expect(() => imageSources(size, source, receiver, {})).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: imageSources: maxOrder or maxDistance must be finite, got neither]`,
    );
  });
});
