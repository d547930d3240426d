import { describe, expect, test } from 'vitest';
import { type AmbisonicFormat, ambiX, convertAmbisonics, fuMa } from '../../src/audio/ambisonicFormat.ts';

const n3d: AmbisonicFormat = { order: 'acn', norm: 'n3d' };

/** SN3D harmonics up to the third order at a unit vector, in ACN. Written out as polynomials, apart from the source's tables. */
function harmonics(x: number, y: number, z: number): number[] {
  const [r3, r5, r15] = [Math.sqrt(3), Math.sqrt(5 / 8), Math.sqrt(15)];
  return [
    ...[1, y, z, x],
    ...[r3 * x * y, r3 * y * z, (3 * z * z - 1) / 2, r3 * x * z, (r3 / 2) * (x * x - y * y)],
    ...[r5 * y * (3 * x * x - y * y), r15 * x * y * z, Math.sqrt(3 / 8) * y * (5 * z * z - 1)],
    ...[(z * (5 * z * z - 3)) / 2, Math.sqrt(3 / 8) * x * (5 * z * z - 1)],
    ...[(r15 / 2) * z * (x * x - y * y), r5 * x * (x * x - 3 * y * y)],
  ];
}

const heights = 181;
const turns = 360;

/** Over points of the sphere that lie on the axes, between them, and a degree apart. */
function overSphere(visit: (values: number[], area: number) => void): void {
  for (let h = 0; h < heights; h++) {
    const elevation = (h / (heights - 1) - 0.5) * Math.PI;
    for (let t = 0; t < turns; t++) {
      const azimuth = (2 * Math.PI * t) / turns;
      const flat = Math.cos(elevation);
      const at = [flat * Math.cos(azimuth), flat * Math.sin(azimuth), Math.sin(elevation)] as const;
      visit(harmonics(...at), (flat * (Math.PI / 2)) / (heights - 1) / turns);
    }
  }
}

const asChannels = (values: readonly number[]) => values.map((value) => Float32Array.of(value));
const converted = (values: readonly number[], from: AmbisonicFormat, to: AmbisonicFormat) =>
  convertAmbisonics(asChannels(values), from, to).map(([value]) => value!);

describe('convertAmbisonics', () => {
  test('N3D has all channels up to the third order at equal power in a diffuse field', () => {
    const power = new Float64Array(16);
    overSphere((values, area) => {
      for (const [c, value] of converted(values, ambiX, n3d).entries()) power[c]! += value ** 2 * area;
    });
    for (const value of power) expect(value).toBeCloseTo(1, 3);
  });

  test('FuMa has 1 as the largest value of each channel but W', () => {
    const largest = new Float64Array(16);
    overSphere((values) => {
      for (const [c, value] of converted(values, ambiX, fuMa).entries()) {
        largest[c] = Math.max(largest[c]!, Math.abs(value));
      }
    });
    expect(largest[0]).toBeCloseTo(Math.SQRT1_2, 6);
    for (const value of largest.subarray(1)) expect(value).toBeCloseTo(1, 3);
  });

  test('FuMa orders the channels by letters: W XYZ RSTUV KLMNOPQ', () => {
    const [x, y, z] = [0.48, 0.6, 0.64];
    const shares = [0, x, y, z, z * z - 1 / 3, x * z, y * z, x * x - y * y, x * y].slice(1);
    const thirds = [z * (5 * z * z - 3), x * (5 * z * z - 1), y * (5 * z * z - 1), z * (x * x - y * y), x * y * z];
    const outer = [x * (x * x - 3 * y * y), y * (3 * x * x - y * y)];
    const letters = converted(harmonics(x, y, z), ambiX, fuMa);
    const gains = [1, 1, 1, 1.5, 2, 2, 1, 2, 1 / 2, Math.sqrt(135 / 256), Math.sqrt(135 / 256)];
    const last = [Math.sqrt(27) / 2, Math.sqrt(27), 1, 1];
    for (const [n, share] of [...shares, ...thirds, ...outer].entries()) {
      expect(letters[n + 1]).toBeCloseTo(share * [...gains, ...last][n]!, 6);
    }
  });

  test('order and weights are independent of each other', () => {
    const [w, x, y, z] = converted([1, 2, 3, 4], ambiX, { order: 'fuma', norm: 'sn3d' });
    expect([w, x, y, z]).toEqual([1, 4, 2, 3]);
    expect(converted([1, 2, 3, 4], ambiX, { order: 'acn', norm: 'fuma' })).toEqual([
      Math.fround(Math.SQRT1_2),
      2,
      3,
      4,
    ]);
  });

  test('there and back again is where it began, for every pair of formats', () => {
    const formats = (['acn', 'fuma'] as const).flatMap((order) =>
      (['sn3d', 'n3d', 'fuma'] as const).map((norm) => ({ order, norm })),
    );
    const values = Array.from({ length: 16 }, (_, n) => n + 1);
    for (const a of formats) {
      for (const b of formats) {
        for (const [n, value] of converted(converted(values, a, b), b, a).entries()) {
          expect(Math.abs(value / values[n]! - 1)).toBeLessThan(3e-7);
        }
      }
    }
  });

  test('ACN goes to any order, FuMa to the third', () => {
    const many = Array.from({ length: 36 }, () => 1);
    expect(converted(many, ambiX, n3d)[35]).toBeCloseTo(Math.sqrt(11), 6);
    expect(() => converted(many, ambiX, fuMa)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: convertAmbisonics: FuMa has at most 16 channels, got 36]`,
    );
    expect(() => converted([1, 2], ambiX, n3d)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: convertAmbisonics: channels must number 1, 4, 9, 16 and so on, got 2]`,
    );
  });
});
