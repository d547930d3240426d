import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resampleSignal } from '../../../src/audio/resample/resampleSignal.ts';
import { readNpz } from '../../../src/tensor/files/npz.ts';
import { type FormulaSignal, formulaSignal } from '../../fixtures/formula.ts';
import { expectClose } from '../../setup/checkOp.ts';

interface StoredCase {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly signal: FormulaSignal;
  readonly output: { readonly key: string };
}

const root = new URL('../../fixtures/reference/', import.meta.url);
const { cases } = JSON.parse(readFileSync(new URL('resample.json', root), 'utf8')) as { cases: StoredCase[] };
const sine = (hz: number, sampleRate: number, samples: number) =>
  Float32Array.from({ length: samples }, (_, n) => Math.sin((2 * Math.PI * hz * n) / sampleRate));

describe.each(cases)('$id: $from to $to Hz', ({ from, to, signal, output }) => {
  test('agrees with torchaudio', async () => {
    const truth = (await readNpz(new URL('resample.npz', root))).get(output.key)!.data as Float32Array;
    expectClose(resampleSignal(Float32Array.from(formulaSignal(signal)), from, to), truth, 2e-7);
  });
});

test('the length is the input times the ratio, rounded up, for any rates', () => {
  const rate = fc.integer({ min: 1, max: 200 });
  fc.assert(
    fc.property(rate, rate, fc.integer({ min: 0, max: 300 }), (from, to, samples) => {
      expect(resampleSignal(new Float32Array(samples), from, to).length).toBe(Math.ceil((samples * to) / from));
    }),
  );
});

test('a sine below both Nyquist frequencies keeps frequency, phase and level', () => {
  for (const [from, to] of [
    [8000, 12_000],
    [44_100, 48_000],
    [48_000, 44_100],
    [192_000, 32_000],
    [11_025, 11_024],
  ] as const) {
    const samples = Math.min(from, 12_000);
    const result = resampleSignal(sine(500, from, samples), from, to).slice(400, -400);
    const truth = sine(500, to, result.length + 400).slice(400);
    expectClose(result, truth, 2e-3); // the passband ripple of a Hann window over 6 zero crossings
  }
});

test('what lies above the new Nyquist frequency is gone', () => {
  const result = resampleSignal(sine(14_000, 48_000, 9600), 48_000, 16_000).slice(100, -100);
  expect(Math.max(...result.map(Math.abs))).toBeLessThan(2e-3);
});

test('a Kaiser window and a longer filter come closer to the ideal', () => {
  const errorOf = (options: Parameters<typeof resampleSignal>[3]) => {
    const result = resampleSignal(sine(6000, 16_000, 4000), 16_000, 48_000, options).slice(600, -600);
    const truth = sine(6000, 48_000, result.length + 600).slice(600);
    return Math.max(...result.map((value, n) => Math.abs(value - truth[n]!)));
  };
  expect(errorOf({ lowpassFilterWidth: 64, rolloff: 0.95, window: 'sinc_interp_kaiser' })).toBeLessThan(1e-5);
  expect(errorOf({})).toBeGreaterThan(1e-3);
});

test('equal rates give a copy, silence stays silent and a lone sample becomes its filter', () => {
  const signal = Float32Array.of(1, -2, 3);
  const same = resampleSignal(signal, 44_100, 44_100);
  expect(same).toEqual(signal);
  expect(same).not.toBe(signal);
  expect(resampleSignal(new Float32Array(100), 3, 7).every((value) => value === 0)).toBe(true);
  expect(resampleSignal(new Float32Array(0), 3, 7)).toEqual(new Float32Array(0));
  expect(resampleSignal(Float32Array.of(1), 1, 2)[0]).toBeCloseTo(0.99, 6);
});

test('rates and options that make no filter are named', () => {
  const x = new Float32Array(4);
  expect(() => resampleSignal(x, 44_100.5, 48_000)).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: resampleSignal: from must be a positive whole number of Hz, got 44100.5: multiply both rates until they are whole]`,
  );
  expect(() => resampleSignal(x, 0, 48_000)).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: resampleSignal: from must be a positive whole number of Hz, got 0: multiply both rates until they are whole]`,
  );
  expect(() => resampleSignal(x, 9_999_991, 9_999_973)).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: resampleSignal: 9999991 Hz to 9999973 Hz, in lowest terms 9999991 to 9999973, needs 129999649 filter weights, over the limit of 16777216: choose rates with a larger common divisor]`,
  );
  expect(() => resampleSignal(x, 1, 2, { rolloff: 1.5 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: resampleSignal: rolloff must be in (0, 1], got 1.5]`,
  );
  expect(() => resampleSignal(x, 1, 2, { lowpassFilterWidth: 0.5 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: resampleSignal: lowpassFilterWidth must be an integer of at least 1, got 0.5]`,
  );
  expect(() => resampleSignal(x, 1, 2, { window: 'hann' as 'sinc_interp_hann' })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: resampleSignal: window must be sinc_interp_hann or sinc_interp_kaiser, got hann]`,
  );
  expect(() => resampleSignal(x, 1, 2, { beta: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: resampleSignal: beta must be in [0, 500], got -1]`,
  );
});
