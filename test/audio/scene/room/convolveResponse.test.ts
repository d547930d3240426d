import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../../../src/audio/scene/random.ts';
import { convolveResponse } from '../../../../src/audio/scene/room/convolveResponse.ts';

function noise(samples: number, seed: number): Float32Array {
  const random = new RandomStream(seed);
  return new Float32Array(samples).map(() => random.normal());
}

describe('convolveResponse', () => {
  test.each([
    [1, 1],
    [1, 7],
    [5, 3],
    [64, 64],
    [65, 63],
    [300, 33],
    [33, 300],
  ])('%i samples with %i are their sum of products', (length, taps) => {
    const signal = noise(length, 1);
    const response = [noise(taps, 2), noise(taps, 3)];
    const heard = convolveResponse(signal, response);
    for (const [c, channel] of heard.entries()) {
      expect(channel).toHaveLength(length + taps - 1);
      for (const [n, value] of channel.entries()) {
        let sum = 0;
        for (let k = Math.max(0, n - length + 1); k <= Math.min(n, taps - 1); k++)
          sum += response[c]![k]! * signal[n - k]!;
        expect(value).toBeCloseTo(sum, 4); // f32 output of up to a dozen: 5e-7 each, and two blocks add up
      }
    }
  });

  test('a response and a signal of several blocks keep every part in its place', () => {
    const signal = noise(30_000, 4);
    const response = new Float32Array(20_000);
    for (const [at, gain] of [
      [0, 1],
      [8191, -0.5],
      [8192, 0.25],
      [19_999, 2],
    ] as const)
      response[at] = gain;
    const [heard] = convolveResponse(signal, [response]);
    const at = (n: number) => signal[n] ?? 0;
    for (let n = 0; n < heard!.length; n += 61) {
      expect(heard![n]).toBeCloseTo(at(n) - 0.5 * at(n - 8191) + 0.25 * at(n - 8192) + 2 * at(n - 19_999), 4);
    }
  });

  test('nothing convolved gives nothing', () => {
    expect(convolveResponse(new Float32Array(0), [noise(3, 1)])).toEqual([new Float32Array(0)]);
    expect(convolveResponse(noise(3, 1), [])).toEqual([]);
  });

  test('channels must be alike in length', () => {
    expect(() => convolveResponse(noise(3, 1), [noise(3, 1), noise(4, 1)])).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: convolveResponse: channels of the response must have equal lengths, got 3, 4 samples]`,
    );
  });
});
