import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  angleBetween,
  directionVector,
  encodeAmbisonics,
  intensityDirection,
  rotateAmbisonics,
} from '../../src/audio/ambisonics.ts';
import {
  axisSwaps,
  directionOf,
  rotationMatrix,
  transposed,
  turnedVector,
} from '../../src/audio/soundFieldRotation.ts';

const angle = fc.double({ min: -180, max: 180, noNaN: true });
const direction = fc.record({ azimuth: angle, elevation: fc.double({ min: -90, max: 90, noNaN: true }) });

describe('rotationMatrix', () => {
  test('turns a vector as rotateAmbisonics turns the sound from there', () => {
    fc.assert(
      fc.property(direction, angle, angle, angle, (from, yaw, pitch, roll) => {
        const rotation = { yaw, pitch, roll };
        const turned = directionOf(turnedVector(rotationMatrix(rotation), directionVector(from)));
        const heard = intensityDirection(rotateAmbisonics(encodeAmbisonics(Float32Array.of(1), from), rotation));
        expect(angleBetween(turned, heard)).toBeLessThan(1e-4);
      }),
    );
  });

  test('is undone by its transpose, and keeps left and right apart', () => {
    fc.assert(
      fc.property(angle, angle, angle, (yaw, pitch, roll) => {
        const matrix = rotationMatrix({ yaw, pitch, roll });
        const [a, b, c] = matrix;
        for (const axis of [
          [1, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
        ] as const) {
          const back = turnedVector(transposed(matrix), turnedVector(matrix, axis));
          for (let n = 0; n < 3; n++) expect(back[n]).toBeCloseTo(axis[n]!, 12);
        }
        const determinant =
          a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
        expect(determinant).toBeCloseTo(1, 12);
      }),
    );
  });
});

describe('axisSwaps', () => {
  const { azimuth, elevation } = { azimuth: 20, elevation: 35 };

  test('move a source to the eight places of the table', () => {
    const places = axisSwaps.map((swap) => {
      const heard = intensityDirection(
        rotateAmbisonics(encodeAmbisonics(Float32Array.of(1), { azimuth, elevation }), swap),
      );
      return [Math.round(heard.azimuth), Math.round(heard.elevation)];
    });
    expect(places).toEqual([
      [20, 35],
      [-20, -35],
      [-160, 35],
      [160, -35],
      [110, -35],
      [70, 35],
      [-70, -35],
      [-110, 35],
    ]);
  });

  test('change no bit of any sample but its sign and channel', () => {
    const field = [[1], [2], [3], [4]].map((values) => Float32Array.from(values));
    const [w, y, z, x] = field;
    for (const swap of axisSwaps) {
      const out = rotateAmbisonics([w!, y!, z!, x!], swap).map(([value]) => value!);
      expect(out[0]).toBe(1);
      expect(Math.abs(out[2]!)).toBe(3);
      expect(out.slice(1).map(Math.abs).sort()).toEqual([2, 3, 4]);
    }
  });

  test('are a group: two after each other are one of them', () => {
    const name = (matrix: readonly (readonly number[])[]) =>
      matrix
        .flat()
        .map((value) => value + 0)
        .join();
    const known = new Set(axisSwaps.map(name));
    expect(known.size).toBe(8);
    for (const a of axisSwaps) {
      for (const b of axisSwaps) {
        const columns = transposed(b).map((column) => turnedVector(a, column));
        expect(known).toContain(name(transposed([columns[0]!, columns[1]!, columns[2]!])));
      }
    }
  });
});
