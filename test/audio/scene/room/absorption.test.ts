import { describe, expect, test } from 'vitest';
import {
  absorptionForTime,
  eyringTime,
  type Vector3,
  wallAbsorption,
} from '../../../../src/audio/scene/room/absorption.ts';
import { octaveBands } from '../../../../src/audio/scene/room/octaveBands.ts';

const size: Vector3 = [6, 5, 3];
const noAir = octaveBands.map(() => 0);
const c = 343.2;

describe('eyringTime', () => {
  test('is 55.3 V / (-c S ln(1 - a)) for walls alike', () => {
    const [time] = eyringTime(size, wallAbsorption(0.3), noAir, c);
    expect(time).toBeCloseTo((24 * Math.LN10 * 90) / (c * 126 * -Math.log(0.7)), 12);
  });

  test('weights walls by area', () => {
    const rugs = wallAbsorption({ back: 0.1, front: 0.1, right: 0.1, left: 0.1, floor: 0.5, ceiling: 0.3 });
    const mean = (0.1 * 66 + 0.5 * 30 + 0.3 * 30) / 126;
    expect(eyringTime(size, rugs, noAir, c)[0]).toBeCloseTo(eyringTime(size, wallAbsorption(mean), noAir, c)[0]!, 12);
  });

  test('is 0 without walls and without bound where nothing is lost', () => {
    expect(eyringTime(size, wallAbsorption(1), noAir, c)[0]).toBe(0);
    expect(eyringTime(size, wallAbsorption(0), noAir, c)[0]).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('absorptionForTime', () => {
  test('gives the time back, air included', () => {
    const air = [0.0004, 0.001, 0.002, 0.004, 0.009, 0.03, 0.1];
    const times = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3];
    const back = eyringTime(size, absorptionForTime(size, times, air, c), air, c);
    for (const [band, time] of back.entries()) expect(time).toBeCloseTo(times[band]!, 12);
  });

  test('leaves high bands to the air where that is faster than the one time asked for', () => {
    const air = [0, 0, 0, 0, 0, 0, 0.1];
    const times = eyringTime(size, absorptionForTime(size, 3, air, c), air, c);
    expect(times[5]).toBeCloseTo(3, 9);
    expect(times[6]).toBeCloseTo((6 * Math.LN10) / (c * 0.01 * Math.LN10), 9);
  });

  test('refuses what no walls could give', () => {
    expect(() => absorptionForTime(size, 0.01, noAir, c)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: simulateRoom: t60 at 125 Hz must be from 0.0125 to Infinity s in a room of 6 x 5 x 3 m, got 0.01: change the size]`,
    );
    expect(() =>
      absorptionForTime(size, [1, 1, 1, 1, 1, 1, 3], [0, 0, 0, 0, 0, 0, 0.1], c),
    ).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: simulateRoom: t60 at 8000 Hz must be from 0.0124 to 1.75 s in a room of 6 x 5 x 3 m, got 3: change the size or the air ('none' takes nothing)]`,
    );
    expect(() => absorptionForTime(size, 0, noAir, c)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: simulateRoom: t60 must be more than 0 and at most 1000 s, got 0 at 125 Hz]`,
    );
    expect(() => absorptionForTime(size, [1, 2], noAir, c)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: simulateRoom: t60 must be one number or 7, for octaves from 125 to 8000 Hz, got 2]`,
    );
  });
});

test('absorption beyond 1 is an error that names wall and band', () => {
  const curtain = [0.1, 0.2, 0.4, 1.2, 0.7, 0.6, 0.6];
  const walls = { back: 0.1, front: 0.1, right: 0.1, left: curtain, floor: 0.1, ceiling: 0.1 };
  expect(() => wallAbsorption(walls)).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: simulateRoom: absorption of left must be from 0 to 1, got 1.2 at 1000 Hz]`,
  );
});
