import { describe, expect, test } from 'vitest';
import { airAttenuation, speedOfSound } from '../../../../src/audio/scene/room/air.ts';

describe('airAttenuation', () => {
  // Decibels per kilometer at octaves from 63 Hz: ISO 9613-2:1996, table 2. It is printed to two or three digits.
  test.each([
    [10, 70, [0.1, 0.4, 1.0, 1.9, 3.7, 9.7, 32.8, 117]],
    [20, 70, [0.1, 0.3, 1.1, 2.8, 5.0, 9.0, 22.9, 76.6]],
    [30, 70, [0.1, 0.3, 1.0, 3.1, 7.4, 12.7, 23.1, 59.3]],
    [15, 20, [0.3, 0.6, 1.2, 2.7, 8.2, 28.2, 88.8, 202]],
    [15, 50, [0.1, 0.5, 1.2, 2.2, 4.2, 10.8, 36.2, 129]],
    [15, 80, [0.1, 0.3, 1.1, 2.4, 4.1, 8.3, 23.7, 82.8]],
  ])('at %i °C and %i %% is that of the standard', (temperature, humidity, table) => {
    for (const [n, expected] of table.entries()) {
      const got = 1000 * airAttenuation(1000 * 2 ** (n - 4), { temperature, humidity });
      expect(Math.abs(got - expected)).toBeLessThan(Math.max(0.06, 0.02 * expected));
    }
  });

  test('names what is out of range', () => {
    expect(() => airAttenuation(1000, { humidity: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: airAttenuation: humidity of the air must be from 10 to 100, got 0]`,
    );
  });
});

test('sound goes 343.2 m/s at 20 °C and 331.3 m/s at 0 °C', () => {
  expect(speedOfSound(20)).toBeCloseTo(343.2, 6);
  expect(speedOfSound(0)).toBeCloseTo(331.3, 1);
});
