import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Ambisonics,
  angleBetween,
  type Direction,
  encodeAmbisonics,
  fromFuma,
  intensityDirection,
  n3dToSn3d,
  rotateAmbisonics,
  sn3dToN3d,
  toFuma,
} from '../../src/audio/ambisonics.ts';
import { formulaValues } from '../fixtures/formula.ts';

const arbitraryDirection = fc.record({
  azimuth: fc.double({ min: -180, max: 180, noNaN: true }),
  elevation: fc.double({ min: -90, max: 90, noNaN: true }),
});
const arbitraryAngle = fc.double({ min: -360, max: 360, noNaN: true });

const signal = (name = 'signal', length = 257) => Float32Array.from(formulaValues(name, length));
const energyOf = (channels: readonly Float32Array[]) =>
  channels.reduce((sum, channel) => sum + channel.reduce((total, value) => total + value * value, 0), 0);

function expectClose(actual: Ambisonics, expected: Ambisonics, tolerance: number): void {
  for (const [c, channel] of actual.entries()) {
    const worst = channel.reduce((most, value, n) => Math.max(most, Math.abs(value - expected[c]![n]!)), 0);
    expect(worst, `channel ${c}`).toBeLessThanOrEqual(tolerance);
  }
}

/** What one sample of amplitude 1 becomes. */
function gainsOf(direction: Direction): number[] {
  return encodeAmbisonics(new Float32Array([1]), direction).map((channel) => channel[0]!);
}

describe('encodeAmbisonics', () => {
  test('orders the channels W, Y, Z, X with SN3D gains', () => {
    const rows: [Direction, number[]][] = [
      [{ azimuth: 0, elevation: 0 }, [1, 0, 0, 1]],
      [{ azimuth: 90, elevation: 0 }, [1, 1, 0, 0]],
      [{ azimuth: -90, elevation: 0 }, [1, -1, 0, 0]],
      [{ azimuth: 180, elevation: 0 }, [1, 0, 0, -1]],
      [{ azimuth: 17, elevation: 90 }, [1, 0, 1, 0]],
      [{ azimuth: 45, elevation: 30 }, [1, Math.sqrt(3 / 8), 0.5, Math.sqrt(3 / 8)]],
    ];
    for (const [direction, gains] of rows) {
      for (const [c, gain] of gainsOf(direction).entries()) expect(gain).toBeCloseTo(gains[c]!, 6);
    }
  });

  test('leaves its argument alone', () => {
    const mono = signal();
    const [w] = encodeAmbisonics(mono, { azimuth: 1, elevation: 2 });
    w.fill(0);
    expect(mono).toEqual(signal());
  });
});

describe('intensityDirection', () => {
  test('points at a source within a hundredth of a degree, and finds nothing diffuse', () => {
    fc.assert(
      fc.property(arbitraryDirection, (direction) => {
        const found = intensityDirection(encodeAmbisonics(signal(), direction));
        expect(angleBetween(found, direction)).toBeLessThan(0.01);
        expect(found.diffuseness).toBeLessThan(1e-6);
      }),
    );
  });

  test('silence is diffuse and points to the front', () => {
    const silence = encodeAmbisonics(new Float32Array(4), { azimuth: 70, elevation: 20 });
    expect(intensityDirection(silence)).toEqual({ azimuth: 0, elevation: 0, diffuseness: 1 });
  });

  test('two equal sources from opposite sides cancel into a diffuse field', () => {
    const left = encodeAmbisonics(new Float32Array([1, 0]), { azimuth: 90, elevation: 0 });
    const right = encodeAmbisonics(new Float32Array([0, 1]), { azimuth: -90, elevation: 0 });
    const both = left.map((channel, c) => channel.map((value, n) => value + right[c]![n]!)) as unknown as Ambisonics;
    expect(intensityDirection(both).diffuseness).toBeCloseTo(1, 6);
  });
});

describe('rotateAmbisonics', () => {
  test('moves a source as the names of the angles say', () => {
    const front = encodeAmbisonics(signal(), { azimuth: 0, elevation: 0 });
    const left = encodeAmbisonics(signal(), { azimuth: 90, elevation: 0 });
    const turned = (channels: Ambisonics, rotation: Parameters<typeof rotateAmbisonics>[1]) =>
      intensityDirection(rotateAmbisonics(channels, rotation));
    expect(angleBetween(turned(front, { yaw: 30 }), { azimuth: 30, elevation: 0 })).toBeLessThan(0.01);
    expect(angleBetween(turned(front, { pitch: 30 }), { azimuth: 0, elevation: 30 })).toBeLessThan(0.01);
    expect(angleBetween(turned(front, { roll: 30 }), { azimuth: 0, elevation: 0 })).toBeLessThan(0.01);
    expect(angleBetween(turned(left, { roll: 30 }), { azimuth: 90, elevation: 30 })).toBeLessThan(0.01);
    expect(angleBetween(turned(left, { roll: 90, pitch: 90, yaw: 7 }), { azimuth: -173, elevation: 0 })).toBeLessThan(
      0.01,
    );
  });

  test('yaw adds to the azimuth of every source', () => {
    fc.assert(
      fc.property(arbitraryDirection, arbitraryAngle, ({ azimuth, elevation }, yaw) => {
        const turned = rotateAmbisonics(encodeAmbisonics(signal(), { azimuth, elevation }), { yaw });
        expectClose(turned, encodeAmbisonics(signal(), { azimuth: azimuth + yaw, elevation }), 4e-7);
      }),
    );
  });

  test('keeps the energy, of all channels and of each sample', () => {
    fc.assert(
      fc.property(arbitraryAngle, arbitraryAngle, arbitraryAngle, (yaw, pitch, roll) => {
        const field = ['w', 'y', 'z', 'x'].map((name) => signal(name)) as unknown as Ambisonics;
        const turned = rotateAmbisonics(field, { yaw, pitch, roll });
        expect(turned[0]).toEqual(field[0]);
        expect(Math.abs(energyOf(turned) / energyOf(field) - 1)).toBeLessThan(1e-6);
      }),
    );
  });

  test('is undone by the opposite angles, one after the other in reverse', () => {
    const field = ['w', 'y', 'z', 'x'].map((name) => signal(name)) as unknown as Ambisonics;
    const turned = rotateAmbisonics(field, { yaw: 20, pitch: -50, roll: 70 });
    const back = rotateAmbisonics(rotateAmbisonics(rotateAmbisonics(turned, { yaw: -20 }), { pitch: 50 }), {
      roll: -70,
    });
    expectClose(back, field, 1e-6);
  });

  test('takes channels of equal lengths only', () => {
    const ragged: Ambisonics = [new Float32Array(3), new Float32Array(3), new Float32Array(2), new Float32Array(3)];
    expect(() => rotateAmbisonics(ragged, { yaw: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: rotateAmbisonics: channels must have equal lengths, got 3, 3, 2, 3 samples]`,
    );
    expect(() => intensityDirection(ragged)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: intensityDirection: channels must have equal lengths, got 3, 3, 2, 3 samples]`,
    );
  });
});

describe('conversions', () => {
  const field = ['w', 'y', 'z', 'x'].map((name) => signal(name)) as unknown as Ambisonics;

  test('FuMa has the order W, X, Y, Z and W at half the power', () => {
    const [w, x, y, z] = toFuma(encodeAmbisonics(new Float32Array([1]), { azimuth: 45, elevation: 30 }));
    expect([w[0], x[0], y[0], z[0]].map((value) => value?.toFixed(6))).toEqual([
      '0.707107',
      '0.612372',
      '0.612372',
      '0.500000',
    ]);
  });

  test('N3D has all channels of a diffuse field at the power of W', () => {
    // The mean over the sphere of the squared SN3D gain of Y, Z, X is 1/3.
    const [w, y, z, x] = sn3dToN3d(encodeAmbisonics(new Float32Array([1]), { azimuth: 45, elevation: 30 }));
    expect(w[0]).toBe(1);
    expect(y[0]! ** 2 + z[0]! ** 2 + x[0]! ** 2).toBeCloseTo(3, 5);
  });

  // One rounding each way: two steps of half an ulp, 2^-23 of values up to 1.
  test('go back to where they came from', () => {
    expectClose(fromFuma(toFuma(field)), field, 2 ** -23);
    expectClose(n3dToSn3d(sn3dToN3d(field)), field, 2 ** -23);
  });
});
