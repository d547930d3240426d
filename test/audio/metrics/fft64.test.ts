import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fft64 } from '../../../src/audio/metrics/fft64.ts';
import { formulaValues } from '../../fixtures/formula.ts';

function dft(re: Float64Array, im: Float64Array): [Float64Array, Float64Array] {
  const size = re.length;
  const outRe = new Float64Array(size);
  const outIm = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    for (let n = 0; n < size; n++) {
      // k n is reduced first: the cosine of a large angle has lost digits.
      const angle = (-2 * Math.PI * ((k * n) % size)) / size;
      outRe[k]! += re[n]! * Math.cos(angle) - im[n]! * Math.sin(angle);
      outIm[k]! += re[n]! * Math.sin(angle) + im[n]! * Math.cos(angle);
    }
  }
  return [outRe, outIm];
}

const largest = (a: Float64Array, b: Float64Array) =>
  a.reduce((max, value, i) => Math.max(max, Math.abs(value - b[i]!)), 0);

describe('Fft64', () => {
  test.each([1, 2, 4, 8, 64, 512])('forward of %i points is the Fourier sum', (size) => {
    const re = formulaValues('re', size);
    const im = formulaValues('im', size);
    const [expectedRe, expectedIm] = dft(re, im);
    new Fft64(size).forward(re, im);
    // The reference itself adds `size` terms of about 1 with an error of 2^-53 each.
    expect(largest(re, expectedRe)).toBeLessThan(size * 2e-15);
    expect(largest(im, expectedIm)).toBeLessThan(size * 2e-15);
  });

  test('inverse undoes forward at 2^17 points', () => {
    const size = 2 ** 17;
    const re = formulaValues('re', size);
    const im = formulaValues('im', size);
    const fft = new Fft64(size);
    const [wasRe, wasIm] = [re.slice(), im.slice()];
    fft.forward(re, im);
    fft.inverse(re, im);
    expect(largest(re, wasRe)).toBeLessThan(2e-15);
    expect(largest(im, wasIm)).toBeLessThan(2e-15);
  });

  test('energy is kept: Σ |x|² = Σ |X|² / size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 }), fc.string(), (log2, name) => {
        const size = 2 ** log2;
        const re = formulaValues(`${name}.re`, size);
        const im = formulaValues(`${name}.im`, size);
        const energy = () => re.reduce((sum, x, i) => sum + x * x + im[i]! * im[i]!, 0);
        const before = energy();
        new Fft64(size).forward(re, im);
        expect(energy() / size / before).toBeCloseTo(1, 13);
      }),
    );
  });

  test('sizes other than powers of two and parts of another length are refused', () => {
    for (const size of [0, 3, 1.5, -2, Number.NaN, 2 ** 31]) expect(() => new Fft64(size)).toThrow(RangeError);
    expect(() => new Fft64(4).forward(new Float64Array(4), new Float64Array(3))).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: Fft64: both parts must have 4 values, got 4 and 3]`,
    );
  });
});
