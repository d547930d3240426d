import { describe, expect, test } from 'vitest';
import { compact, duration, fixed, meanWithSpread, signed } from '../../../src/train/figures/numberText.ts';

describe('numbers as text', () => {
  test('have true minus signs, and none before a zero', () => {
    expect([fixed(-1.25, 1), fixed(-0.04, 1), fixed(0, 2), fixed(Number.NaN, 2)]).toEqual(['−1.3', '0.0', '0.00', '–']);
    expect([signed(3, 1), signed(-3, 1), signed(Number.NaN, 1)]).toEqual(['+3.0', '−3.0', '–']);
  });

  test('mean ± deviation, or the mean alone where there is no deviation', () => {
    expect(meanWithSpread(9.456, 1.2, 2)).toBe('9.46 ± 1.20');
    expect(meanWithSpread(9.456, Number.NaN, 2)).toBe('9.46');
  });

  test('three digits, in the shortest readable way', () => {
    expect([0, 0.00125, 12.345, 999.4, 20_000, -1500, 2.5e-7].map(compact)).toEqual([
      '0',
      '0.00125',
      '12.3',
      '999',
      '20,000',
      '−1,500',
      '2.5e−7',
    ]);
    expect(compact(Number.POSITIVE_INFINITY)).toBe('–');
  });

  test('durations', () => {
    expect([0.2, 59.6, 250, 11_100].map(duration)).toEqual(['0 s', '1 min 00 s', '4 min 10 s', '3 h 05 min']);
  });
});
