import { describe, expect, test } from 'vitest';
import { unaryReferences } from '../../../src/kernels/elementwise/unary.ts';
import { normalOf, normalTable } from '../../../src/kernels/random/normalTable.ts';
import { randomWords } from '../../../src/kernels/random/philox.ts';

const table = normalTable();

/** Φ(z), from the error function in float64. */
function distribution(z: number): number {
  return 0.5 + 0.5 * unaryReferences.erf(z / Math.SQRT2);
}

describe('the table', () => {
  test('falls from 6.34 to 0', () => {
    expect(table[0]! * 2 ** -21).toBeCloseTo(6.338, 3);
    expect(table[table.length - 1]).toBe(0);
    for (let i = 1; i < table.length; i++) expect(table[i]!).toBeLessThan(table[i - 1]!);
  });

  test('has steps that fit 16 bits, as the interpolation in u32 needs', () => {
    for (let i = 1; i < table.length; i++) expect(table[i - 1]! - table[i]!).toBeLessThan(2 ** 16);
  });
});

describe('a normal number', () => {
  test('is off by at most 1.5e-5 from the quantile of its word, as far as float64 can tell', () => {
    let worst = 0;
    for (let i = 0; i < 50_000; i++) {
      const word = Math.floor((i * 2 ** 31) / 50_000);
      const z = normalOf(word, table);
      const p = (word + 0.5) / 2 ** 32;
      const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
      worst = Math.max(worst, Math.abs(1 - distribution(z) - p) / density);
    }
    expect(worst).toBeLessThan(1.5e-5);
  });

  test('of a word and of the word with the other first bit have opposite signs', () => {
    for (const word of [0, 1, 77, 2 ** 20 + 3, 2 ** 31 - 1]) {
      expect(normalOf(word + 2 ** 31, table)).toBe(-normalOf(word, table));
    }
  });

  test('follows the moments, the tails and the distribution of the standard normal', () => {
    const count = 400_000;
    const draws = Float64Array.from(randomWords(count, [1, 0], [0, 0]), (word) => normalOf(word, table)).sort();
    const moment = (k: number) => draws.reduce((total, z) => total + z ** k, 0) / count;
    // Four standard errors of each moment: √(E z^2k - (E z^k)²) / √count.
    const error = 4 / Math.sqrt(count);
    expect(Math.abs(moment(1))).toBeLessThan(error);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(Math.sqrt(2) * error);
    expect(Math.abs(moment(3))).toBeLessThan(Math.sqrt(15) * error);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(Math.sqrt(96) * error);
    const beyond4 = draws.filter((z) => Math.abs(z) > 4).length;
    expect(Math.abs(beyond4 - count * 6.334e-5)).toBeLessThan(4 * Math.sqrt(count * 6.334e-5));
    let distance = 0;
    draws.forEach((z, i) => {
      const p = distribution(z);
      distance = Math.max(distance, Math.abs(p - i / count), Math.abs(p - (i + 1) / count));
    });
    expect(distance).toBeLessThan(1.95 / Math.sqrt(count)); // Kolmogorov-Smirnov at 0.1 %
  });
});
