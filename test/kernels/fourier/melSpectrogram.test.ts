import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { melFilterBank } from '../../../src/audio/mel.ts';
import { type MelOptions, melFilterBankMatrix } from '../../../src/kernels/fourier/melFilterBank.ts';
import {
  logMelSpectrogram,
  type MelSpectrogramOptions,
  melSpectrogram,
  melSpectrogramReference,
} from '../../../src/kernels/fourier/melSpectrogram.ts';
import { powerToDbReference } from '../../../src/kernels/fourier/powerToDb.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, expectClose, property, shapes, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});

const problems = fc.record({
  lead: shapes({ min: 0, max: 2 }, { min: 0, max: 3 }),
  samples: fc.integer({ min: 33, max: 120 }),
  nMels: fc.integer({ min: 1, max: 9 }),
  melScale: fc.constantFrom('slaney', 'htk') as fc.Arbitrary<'slaney' | 'htk'>,
  norm: fc.constantFrom('slaney', null) as fc.Arbitrary<'slaney' | null>,
  fMin: fc.constantFrom(0, 300),
  power: fc.constantFrom(1, 2) as fc.Arbitrary<1 | 2>,
  view: views,
  seed: fc.nat(),
});

describe('melSpectrogram', () => {
  test('any filter bank over any signals gives the sums of float64, with gradients', () =>
    property(problems, ({ lead, samples, view, seed, ...rest }) => {
      const options = { ...rest, sampleRate: 8000, nFft: 64, hopLength: 20 };
      return checkOp({
        run: ([x]) => melSpectrogram(x!, options),
        reference: ([x]) => melSpectrogramReference([x!], options),
        inputs: [{ shape: [...lead, samples], view }],
        gradTolerance: 1e-5,
        samples: 12,
        seed,
      });
    }));

  testFixtures<MelSpectrogramOptions>('melSpectrogram', ({ x }, options) => melSpectrogram(x!, options));

  test.each([1, 2] as const)('silence has gradient 0 at power %i', async (power) => {
    using x = zeros([200], { requiresGrad: true });
    using mel = melSpectrogram(x, { sampleRate: 8000, nFft: 64, hopLength: 20, nMels: 4, power });
    using seed = tensor(new Float32Array(mel.size).fill(1), { shape: mel.shape });
    mel.backward(seed);
    expect((await mel.data()).every((value) => value === 0)).toBe(true);
    expect((await x.grad!.data()).every((value) => value === 0)).toBe(true);
  });

  test('in decibels it is powerToDb of itself', () => {
    const options = { sampleRate: 8000, nFft: 64, hopLength: 20, nMels: 5 };
    return checkOp({
      run: ([x]) => logMelSpectrogram(x!, { ...options, amin: 1e-3, topDb: 20 }),
      reference: ([x]) => powerToDbReference([melSpectrogramReference([x!], options)], { amin: 1e-3, topDb: 20 }),
      inputs: [{ shape: [150] }],
    });
  });

  test('an unknown power is named', () => {
    using x = zeros([200]);
    const options = { sampleRate: 8000, nFft: 64, hopLength: 20, nMels: 4, power: 3 as 2 };
    expect(() => melSpectrogram(x, options)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: melSpectrogram: power must be 1 or 2, got 3]`,
    );
  });
});

describe('melFilterBank', () => {
  testFixtures<MelOptions>('melFilterBank', (_, options) => melFilterBank(options), { tolerance: 1e-7 });

  test('filters with peaks of 1 share every frequency between the outer ones', () => {
    const [mels, bins] = [20, 257];
    const matrix = melFilterBankMatrix({ sampleRate: 16_000, nFft: 512, nMels: mels, melScale: 'htk', norm: null });
    const sums = Array.from({ length: bins }, (_, k) => {
      let sum = 0;
      for (let m = 0; m < mels; m++) sum += matrix[m * bins + k]!;
      return sum;
    });
    const from = matrix.indexOf(Math.max(...matrix.subarray(0, bins)));
    const last = matrix.subarray((mels - 1) * bins);
    const to = last.indexOf(Math.max(...last));
    expectClose(sums.slice(from + 1, to), new Array(to - from - 1).fill(1), 1e-6);
  });

  test('filters of equal area weigh their width in Hz to 1', () => {
    const [mels, nFft, sampleRate] = [8, 16_384, 16_000];
    const matrix = melFilterBankMatrix({ sampleRate, nFft, nMels: mels });
    const bins = nFft / 2 + 1;
    for (let m = 0; m < mels; m++) {
      const area = (matrix.subarray(m * bins, (m + 1) * bins).reduce((a, b) => a + b, 0) * sampleRate) / nFft;
      expect(area).toBeCloseTo(1, 4);
    }
  });

  test('errors say what must hold', () => {
    const call = (options: object) => () =>
      melFilterBankMatrix({ sampleRate: 16_000, nFft: 512, nMels: 40, ...options });
    expect(call({ nMels: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: melFilterBank: nMels must be a positive integer, got 0]`,
    );
    expect(call({ sampleRate: Number.NaN })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: melFilterBank: sampleRate must be a positive number of Hz, got NaN]`,
    );
    expect(call({ fMin: 4000, fMax: 4000 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: melFilterBank: fMin and fMax must satisfy 0 <= fMin < fMax <= sampleRate / 2 = 8000, got 4000 and 4000]`,
    );
    expect(call({ fMax: 9000 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: melFilterBank: fMin and fMax must satisfy 0 <= fMin < fMax <= sampleRate / 2 = 8000, got 0 and 9000]`,
    );
    expect(call({ melScale: 'bark' })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: melFilterBank: melScale must be slaney or htk, got bark]`,
    );
    expect(call({ norm: 'area' })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: melFilterBank: norm must be slaney or null, got area]`,
    );
  });
});
