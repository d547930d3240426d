import { expect, test } from 'vitest';
import { subwordBag } from '../../../src/models/audioTextEncoder/subwords.ts';

const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const bag = (text: string) => subwordBag(text, 4096);

test('a bag has unit length', () => {
  const values = bag('A small dog barks');
  expect(cosine(values, values)).toBeCloseTo(1, 6);
});

test('an empty sentence, or one of signs alone, is zero', () => {
  for (const text of ['', ' … !']) expect(Math.max(...bag(text).map(Math.abs))).toBe(0);
});

test('case, signs, and the order of words do not matter', () => {
  expect(bag('Rain patters, gently!')).toEqual(bag('gently patters RAIN'));
});

test('forms of one word share pieces, other words do not', () => {
  expect(cosine(bag('barks'), bag('barking'))).toBeGreaterThan(0.3);
  expect(cosine(bag('barks'), bag('thunder'))).toBeLessThan(0.1);
});

test('composed and decomposed letters are one', () => {
  expect(bag('café')).toEqual(bag('cafe\u0301'));
});

test('words of any script count, and words of one letter', () => {
  for (const text of ['犬が吠える', 'собака', 'a', '🐕 a']) expect(Math.hypot(...bag(text))).toBeCloseTo(1, 6);
});

test('a very long text is taken', () => {
  expect(Math.hypot(...bag('word '.repeat(50_000)))).toBeCloseTo(1, 5);
});
