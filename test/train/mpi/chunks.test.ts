import { expect, test } from 'vitest';
import { chunks } from '../../../src/train/mpi/chunks.ts';

test('chunks cover an array in order, in its own memory, none longer than the limit', () => {
  const values = Float32Array.from({ length: 10 }, (_, index) => index);
  expect([...chunks(values, 4)].map((part) => [...part])).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9],
  ]);
  expect([...chunks(values, 10)]).toEqual([values]);
  expect([...chunks(values.subarray(0, 0), 4)]).toEqual([]);
  for (const part of chunks(values, 3)) part.fill(part.length);
  expect([...values]).toEqual([3, 3, 3, 3, 3, 3, 3, 3, 3, 1]);
});
