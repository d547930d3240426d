import { expect, test } from 'vitest';
import { PrefetchedBatches } from '../../../src/train/data/batchSource.ts';

function counting(ahead: number) {
  const asked: number[] = [];
  const make = async (step: number) => {
    asked.push(step);
    if (step === 7) throw new Error('seven');
    return step;
  };
  return { asked, source: new PrefetchedBatches(make, ahead, async () => {}) };
}

test('the next batches are made ahead, each once', async () => {
  const { asked, source } = counting(2);
  expect(await source.batch(0)).toBe(0);
  expect(asked).toEqual([0, 1, 2]);
  expect(await source.batch(1)).toBe(1);
  expect(await source.batch(2)).toBe(2);
  expect(asked).toEqual([0, 1, 2, 3, 4]);
});

test('a jump gives up what was made for steps before and far behind', async () => {
  const { asked, source } = counting(2);
  await source.batch(0);
  expect(await source.batch(2)).toBe(2);
  expect(await source.batch(20)).toBe(20);
  expect(await source.batch(3)).toBe(3);
  expect(asked).toEqual([0, 1, 2, 3, 4, 20, 21, 22, 3, 4, 5]);
});

test('an error made ahead is told when its step is asked for, and only then', async () => {
  const { source } = counting(2);
  expect(await source.batch(5)).toBe(5);
  expect(await source.batch(6)).toBe(6);
  await expect(source.batch(7)).rejects.toThrow('seven');
  expect(await source.batch(8)).toBe(8);
});
