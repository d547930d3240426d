import { describe, expect, test } from 'vitest';
import { RealFft } from '../../../src/audio/fourier/realFft.ts';
import { RandomStream } from '../../../src/audio/scene/random.ts';

describe('RealFft', () => {
  test.each([2, 4, 8, 16, 32, 128, 512])('of %i points is the sum it stands for, and goes back', (size) => {
    const random = new RandomStream(size);
    const x = new Float64Array(size).map(() => random.normal());
    const fft = new RealFft(size);
    const [re, im] = [new Float64Array(fft.bins), new Float64Array(fft.bins)];
    fft.forward(x, re, im);
    for (let k = 0; k < fft.bins; k++) {
      const angle = (n: number) => (2 * Math.PI * ((k * n) % size)) / size;
      expect(re[k]).toBeCloseTo(
        x.reduce((sum, value, n) => sum + value * Math.cos(angle(n)), 0),
        11,
      );
      expect(im[k]).toBeCloseTo(-x.reduce((sum, value, n) => sum + value * Math.sin(angle(n)), 0), 11);
    }
    const back = new Float64Array(size);
    fft.inverse(re, im, back);
    for (const [n, value] of back.entries()) expect(value).toBeCloseTo(x[n]!, 13);
  });

  test.each([2 ** 17, 2 ** 18])('of %i points goes back and keeps the energy', (size) => {
    const random = new RandomStream(size);
    const x = new Float64Array(size).map(() => random.normal());
    const fft = new RealFft(size);
    const [re, im, back] = [new Float64Array(fft.bins), new Float64Array(fft.bins), new Float64Array(size)];
    fft.forward(x, re, im);
    const power = re.reduce((sum, value, k) => {
      const twice = k === 0 || k === size / 2 ? 1 : 2; // inner bins stand for their mirror images, too
      return sum + twice * (value ** 2 + im[k]! ** 2);
    }, 0);
    expect(power / size / x.reduce((sum, value) => sum + value ** 2, 0)).toBeCloseTo(1, 13);
    fft.inverse(re, im, back);
    expect(back.reduce((most, value, n) => Math.max(most, Math.abs(value - x[n]!)), 0)).toBeLessThan(1e-14);
  });

  test('adds zeros to a short signal', () => {
    const fft = new RealFft(8);
    const [re, im] = [new Float64Array(5), new Float64Array(5)];
    fft.forward([1, 2, 3], re, im);
    expect(re[0]).toBeCloseTo(6, 14);
    expect(re[4]).toBeCloseTo(2, 14);
    expect(im[2]).toBeCloseTo(-2, 14);
  });

  test('refuses other sizes', () => {
    for (const size of [0, 1, 3, 1.5, -2, Number.NaN, 2 ** 31]) expect(() => new RealFft(size)).toThrow(RangeError);
    expect(() => new RealFft(12)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: RealFft: size must be a power of two from 2 to 2^30, got 12]`,
    );
    expect(() =>
      new RealFft(8).forward([], new Float64Array(4), new Float64Array(5)),
    ).toThrowErrorMatchingInlineSnapshot(`[RangeError: RealFft: both parts must have 5 bins, got 4 and 5]`);
    expect(() =>
      new RealFft(2).forward([1, 2, 3], new Float64Array(2), new Float64Array(2)),
    ).toThrowErrorMatchingInlineSnapshot(`[RangeError: RealFft: signal must have at most 2 samples, got 3]`);
  });
});
