import { describe, expect, test } from 'vitest';
import { Convolver } from '../../../../../src/audio/scene/mixture/convolution/convolver.ts';
import { SimdFft } from '../../../../../src/audio/scene/mixture/convolution/simdFft.ts';
import { RandomStream } from '../../../../../src/audio/scene/random.ts';
import { convolveResponse } from '../../../../../src/audio/scene/room/convolveResponse.ts';

function noise(length: number, stream: number): Float32Array {
  const random = new RandomStream(1, stream);
  return new Float32Array(length).map(() => random.normal());
}

const largest = (signal: ArrayLike<number>) =>
  Array.from(signal).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe('a transform', () => {
  test.each([16, 32, 64, 128, 256, 512])('of %d values is the sum that defines it', (size) => {
    const fft = new SimdFft(size, 1);
    const signal = fft.buffer();
    const [re, im] = [noise(size, 1), noise(size, 2)];
    signal.re.set(re);
    signal.im.set(im);
    fft.forward(signal);
    for (let k = 0; k < size; k++) {
      let [sumRe, sumIm] = [0, 0];
      for (let n = 0; n < size; n++) {
        const angle = (-2 * Math.PI * ((k * n) % size)) / size;
        sumRe += re[n]! * Math.cos(angle) - im[n]! * Math.sin(angle);
        sumIm += re[n]! * Math.sin(angle) + im[n]! * Math.cos(angle);
      }
      expect(Math.hypot(signal.re[k]! - sumRe, signal.im[k]! - sumIm)).toBeLessThan(3e-7 * size);
    }
  });

  test.each([16, 1024, 32_768])('of %d values comes back, times the size', (size) => {
    const fft = new SimdFft(size, 2);
    fft.buffer();
    const signal = fft.buffer();
    signal.re.set(noise(size, 1));
    fft.forward(signal);
    fft.inverse(signal);
    const error = noise(size, 1).map((value, n) => value - signal.re[n]! / size);
    expect(largest(error)).toBeLessThan(3e-6);
    expect(largest(signal.im) / size).toBeLessThan(3e-6);
  });

  test('of a size that is no power of two is refused', () => {
    expect(() => new SimdFft(24, 1)).toThrow('size must be a power of two from 16 to 2^22, got 24');
  });
});

describe('a convolution', () => {
  test.each([
    [1, 1, 1],
    [5000, 1, 3],
    [5000, 300, 4],
    [5000, 513, 5],
    [777, 3000, 2],
    [40_000, 2048, 5],
  ])('of %d samples with %d of %d channels is that of float64', (samples, length, channels) => {
    const signal = noise(samples, 1);
    const response = Array.from({ length: channels }, (_, c) => noise(length, 2 + c));
    const convolver = new Convolver();
    convolver.convolve(noise(9, 9), response); // leaves its traces in the memory
    const heard = convolver.convolve(signal, response);
    for (const [c, expected] of convolveResponse(signal, response).entries()) {
      expect(heard[c]!.length).toBe(expected.length);
      const error = expected.map((value, n) => value - heard[c]![n]!);
      expect(largest(error)).toBeLessThan(2e-6 * largest(expected));
    }
  });

  test('of silence is silence', () => {
    const heard = new Convolver().convolve(new Float32Array(3000), [noise(700, 1), noise(700, 2)]);
    expect(heard.map(largest)).toEqual([0, 0]);
  });

  test('with channels of different lengths is refused', () => {
    expect(() => new Convolver().convolve(noise(9, 1), [noise(3, 1), noise(4, 1)])).toThrow('equal lengths');
  });
});
