import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../../src/audio/scene/random.ts';

const hex = (words: ArrayLike<number>) => Array.from(words, (word) => word.toString(16).padStart(8, '0')).join(' ');

describe('RandomStream', () => {
  // The first known answer published with the paper's code, Random123 kat_vectors.
  test('begins with the words of Philox for its seed and stream', () => {
    const random = new RandomStream(0);
    const words = Array.from({ length: 4 }, () => random.uniform() * 2 ** 32);
    expect(hex(words)).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
  });

  test('repeats itself for the same seed and stream, and for no other', () => {
    const draw = (seed: number, stream: number) => {
      const random = new RandomStream(seed, stream);
      return Array.from({ length: 9 }, () => random.uniform());
    };
    expect(draw(3, 5)).toEqual(draw(3, 5));
    expect(draw(3, 5)).not.toEqual(draw(3, 6));
    expect(draw(3, 5)).not.toEqual(draw(5, 3));
  });

  test('uniform fills its range evenly', () => {
    const random = new RandomStream(1);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 20_000; i++) counts[Math.floor((random.uniform(-5, 5) + 5) % 10)]!++;
    // 2000 expected in each; six standard deviations of a binomial are 6 sqrt(2000 * 0.9) = 255
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(255);
  });

  test('normal has mean 0, variance 1 and the kurtosis of a normal law', () => {
    const random = new RandomStream(2);
    const values = Array.from({ length: 40_000 }, () => random.normal());
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    // Six standard errors: 6 / 200 for the mean, 6 sqrt(2) / 200 for the variance, 6 sqrt(96) / 200 for the fourth moment.
    expect(Math.abs(moment(1))).toBeLessThan(0.03);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.043);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.3);
  });

  test('sample takes each item at most once', () => {
    const random = new RandomStream(4);
    for (let i = 0; i < 50; i++) {
      expect(random.sample(['a', 'b', 'c', 'd'], 4).sort()).toEqual(['a', 'b', 'c', 'd']);
      expect(new Set(random.sample([1, 2, 3, 4, 5], 2)).size).toBe(2);
    }
  });

  test('says what is wrong with its arguments', () => {
    const message = (fn: () => unknown) => {
      try {
        fn();
      } catch (error) {
        return String(error);
      }
      return 'nothing thrown';
    };
    expect(message(() => new RandomStream(-1))).toMatchInlineSnapshot(
      `"RangeError: RandomStream: seed must be a whole number in [0, 2^32), got -1"`,
    );
    expect(message(() => new RandomStream(0, 1.5))).toMatchInlineSnapshot(
      `"RangeError: RandomStream: stream must be a whole number in [0, 2^32), got 1.5"`,
    );
    expect(message(() => new RandomStream(0).integer(0))).toMatchInlineSnapshot(
      `"RangeError: RandomStream.integer: count must be a whole number in [1, 2^32], got 0"`,
    );
    expect(message(() => new RandomStream(0).pick([]))).toMatchInlineSnapshot(
      `"RangeError: RandomStream.pick: items must not be empty"`,
    );
    expect(message(() => new RandomStream(0).sample([1], 2))).toMatchInlineSnapshot(
      `"RangeError: RandomStream.sample: count must be at most the 1 items, got 2"`,
    );
  });
});
