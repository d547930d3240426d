import { expect, test } from 'vitest';
import { type Counter, type Key, philox, randomWords } from '../../../src/kernels/random/philox.ts';

const ONES = 0xffffffff;

/** The known answers that come with the authors' Random123 library. */
const known: readonly (readonly [Counter, Key, Counter])[] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [ONES, ONES, ONES, ONES],
    [ONES, ONES],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

test.each(known)('counter %j with key %j gives the published words', (counter, key, words) => {
  expect(philox(counter, key)).toEqual(words);
});

test('a draw continues where the counter says, across 2^32 blocks', () => {
  const whole = randomWords(40, [1, 2], [2 ** 32 - 5, 7]);
  expect([...randomWords(12, [1, 2], [2, 8])]).toEqual([...whole.slice(28)]);
  expect([...randomWords(20, [1, 2], [2 ** 32 - 5, 7])]).toEqual([...whole.slice(0, 20)]);
});

test('seeds, counters and epochs draw different words', () => {
  const draws = [
    randomWords(4, [0, 0], [0, 0]),
    randomWords(4, [1, 0], [0, 0]),
    randomWords(4, [0, 1], [0, 0]),
    randomWords(4, [0, 0], [1, 0]),
    randomWords(4, [0, 0], [0, 1]),
    randomWords(4, [0, 0], [0, 0], 1),
  ];
  expect(new Set(draws.flatMap((words) => [...words])).size).toBe(24);
});
