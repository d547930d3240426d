import { describe, expect, test } from 'vitest';
import { decayTime, energyDecay } from '../../../../src/audio/scene/room/decayTime.ts';

describe('decayTime', () => {
  test('of an exponential is its own', () => {
    const response = Float64Array.from({ length: 16000 }, (_, n) => 10 ** ((-3 * n) / 16000 / 0.4));
    expect(decayTime(response, 16000)).toBeCloseTo(0.4, 6);
    expect(decayTime(response, 16000, { from: 0, to: -10 })).toBeCloseTo(0.4, 6);
  });

  test('needs a response that falls', () => {
    expect(() => decayTime(new Float32Array(8), 16000)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: decayTime: response must fall from -5 to -35 dB over at least three samples, got 8 samples that do not]`,
    );
    expect(() => decayTime([1, 0], 16000, { from: -5, to: -5 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: decayTime: from must be at most 0 dB and above to, got from -5 and to -5]`,
    );
  });
});

test('energyDecay is what is left from each sample on', () => {
  expect([...energyDecay([3, 0, 1])]).toEqual([0, -10, -10]);
  expect([...energyDecay([0, 0])]).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
});
