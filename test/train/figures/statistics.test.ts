import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../../src/audio/scene/random.ts';
import { bootstrapInterval, meanOf, medianOf, quantileOf, stdOf } from '../../../src/train/figures/statistics.ts';

describe('mean, deviation and quantiles', () => {
  const values = [2, 4, 4, 4, 5, 5, 7, 9];

  test('are those of the textbook: mean 5, sum of squares 32, divided by n - 1', () => {
    expect(meanOf(values)).toBe(5);
    expect(stdOf(values)).toBeCloseTo(Math.sqrt(32 / 7), 14);
    expect(medianOf(values)).toBe(4.5);
  });

  test('quantiles lie linearly between neighbors, whatever the order', () => {
    expect(quantileOf([3, 1, 2, 4], 0.25)).toBe(1.75);
    expect(quantileOf([3, 1, 2, 4], 0)).toBe(1);
    expect(quantileOf([3, 1, 2, 4], 1)).toBe(4);
  });

  test('one value has a mean but no deviation; nothing has neither', () => {
    expect(meanOf([3])).toBe(3);
    expect(stdOf([3])).toBeNaN();
    expect(medianOf([3])).toBe(3);
    for (const of of [meanOf, stdOf, medianOf]) expect(of([])).toBeNaN();
  });

  test('a large offset costs the deviation no digits', () => {
    expect(stdOf([1e9 + 1, 1e9 + 2, 1e9 + 3])).toBe(1);
  });
});

describe('the bootstrap interval', () => {
  const random = new RandomStream(4);
  const values = Array.from({ length: 400 }, () => 3 + 2 * random.normal());

  test('is that of the normal approximation where there are many values', () => {
    const [low, high] = bootstrapInterval(values);
    const half = (1.96 * stdOf(values)) / Math.sqrt(values.length);
    // 2000 draws place a quantile within about 5 % of the half width.
    expect(Math.abs(low - (meanOf(values) - half))).toBeLessThan(0.1 * half);
    expect(Math.abs(high - (meanOf(values) + half))).toBeLessThan(0.1 * half);
  });

  test('is the same each time, and another with another seed', () => {
    expect(bootstrapInterval(values)).toEqual(bootstrapInterval(values));
    expect(bootstrapInterval(values, { seed: 2 })).not.toEqual(bootstrapInterval(values));
  });

  test('holds the true mean in about 95 of 100 samples', () => {
    let held = 0;
    for (let trial = 0; trial < 200; trial++) {
      const draw = new RandomStream(9, trial);
      const sample = Array.from({ length: 60 }, () => draw.normal());
      const [low, high] = bootstrapInterval(sample, { draws: 400 });
      if (low <= 0 && high >= 0) held++;
    }
    // Binomial(200, 0.95) lies within 190 ± 3.2 · 3.1; the percentile interval is a little narrow at 60 values.
    expect(held).toBeGreaterThan(176);
    expect(held).toBeLessThan(199);
  });

  test('is wider with more confidence', () => {
    const [low, high] = bootstrapInterval(values, { confidence: 0.5 });
    const [lower, higher] = bootstrapInterval(values, { confidence: 0.99 });
    expect(lower).toBeLessThan(low);
    expect(higher).toBeGreaterThan(high);
    expect(() => bootstrapInterval(values, { confidence: 95 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: bootstrapInterval: confidence must lie between 0 and 1, got 95]`,
    );
  });

  test('of one value is that value, of nothing NaN', () => {
    expect(bootstrapInterval([5])).toEqual([5, 5]);
    expect(bootstrapInterval([])).toEqual([Number.NaN, Number.NaN]);
  });
});
