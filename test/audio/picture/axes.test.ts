import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frequencyAxis, linearTicks, logTicks } from '../../../src/audio/picture/axes.ts';

const labels = (ticks: { label: string }[]) => ticks.map(({ label }) => label);

test('linear ticks are round numbers within the range', () => {
  expect(labels(linearTicks(0, 6, 10))).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  expect(labels(linearTicks(0, 0.37, 10))).toEqual(['0.00', '0.05', '0.10', '0.15', '0.20', '0.25', '0.30', '0.35']);
  expect(labels(linearTicks(-80, 0, 6))).toEqual(['-80', '-60', '-40', '-20', '0']);
  expect(linearTicks(0, 0, 5)).toEqual([]);
});

test('linear ticks are never more than asked for', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), fc.integer({ min: 2, max: 20 }), (to, most) => {
      const ticks = linearTicks(0, to, most);
      expect(ticks.length).toBeGreaterThanOrEqual(1);
      expect(ticks.length).toBeLessThanOrEqual(most);
      expect(ticks.at(-1)!.value).toBeLessThanOrEqual(to * (1 + 1e-6));
    }),
  );
});

test('logarithmic ticks are 1, 2 and 5 times powers of ten', () => {
  expect(labels(logTicks(0.05, 16))).toEqual(['0.05', '0.1', '0.2', '0.5', '1', '2', '5', '10']);
});

test('a frequency axis goes from edge to edge and back', () => {
  for (const scale of ['log', 'linear'] as const) {
    for (const sampleRate of [100, 8000, 48000]) {
      const axis = frequencyAxis(scale, sampleRate);
      expect(axis.position(axis.from)).toBeCloseTo(0, 12);
      expect(axis.position(sampleRate / 2)).toBeCloseTo(1, 12);
      expect(axis.hz(axis.position(sampleRate / 5))).toBeCloseTo(sampleRate / 5, 6);
      expect(axis.ticks.length).toBeGreaterThan(2);
    }
  }
});
