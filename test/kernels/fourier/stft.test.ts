import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PadMode } from '../../../src/kernels/fourier/framing.ts';
import { type StftOptions, stft, stftReference } from '../../../src/kernels/fourier/stft.ts';
import { hannWindow } from '../../../src/kernels/fourier/window.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { checkOp, expectClose, property, shapes, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';
import { VARIANTS, withVariant } from './variants.ts';

beforeAll(async () => {
  await init();
});

const problems = fc
  .record({
    lead: shapes({ min: 0, max: 2 }, { min: 0, max: 3 }),
    nFft: fc.constantFrom(4, 7, 8, 12, 16, 20, 22, 30, 32),
    window: fc.constantFrom('hann', 'hamming', 'rectangular') as fc.Arbitrary<'hann' | 'hamming' | 'rectangular'>,
    center: fc.boolean(),
    padMode: fc.constantFrom('reflect', 'constant', 'replicate') as fc.Arbitrary<PadMode>,
    view: views,
    seed: fc.nat(),
  })
  .chain((made) =>
    fc.record({
      ...(Object.fromEntries(Object.entries(made).map(([key, value]) => [key, fc.constant(value)])) as {
        [K in keyof typeof made]: fc.Arbitrary<(typeof made)[K]>;
      }),
      samples: fc.integer({ min: made.center ? (made.nFft >> 1) + 1 : made.nFft, max: 70 }),
      hopLength: fc.integer({ min: 1, max: made.nFft + 3 }),
      winLength: fc.integer({ min: 1, max: made.nFft }),
    }),
  );

describe.each(VARIANTS)('frames of the %s kind', (variant) => {
  test('any framing, padding and window gives the spectra of float64, with gradients', () =>
    withVariant(variant, () =>
      property(
        problems,
        ({ lead, samples, view, seed, ...options }) =>
          checkOp({
            run: ([x]) => stft(x!, options),
            reference: ([x]) => stftReference([x!], options),
            inputs: [{ shape: [...lead, samples], view }],
            tolerance: 1e-6,
            gradTolerance: 1e-5,
            samples: 20,
            seed,
          }),
        30,
      ),
    ));

  test.each([
    [2, 600, 256, 100],
    [1, 377, 200, 50],
  ])('%i signals of %i samples, %i points every %i, agree with float64', (rows, samples, nFft, hopLength) =>
    withVariant(variant, () =>
      checkOp({
        run: ([x]) => stft(x!, { nFft, hopLength }),
        reference: ([x]) => stftReference([x!], { nFft, hopLength }),
        inputs: [{ shape: [rows, samples], gradient: false }],
        tolerance: 1e-6,
      }),
    ),
  );
});

testFixtures<StftOptions>('stft', ({ x }, options) => stft(x!, options), { gradTolerance: 1e-6 });

test('padding as long as the signal allows reaches every sample from both ends', () =>
  checkOp({
    run: ([x]) => stft(x!, { nFft: 16, hopLength: 3 }),
    reference: ([x]) => stftReference([x!], { nFft: 16, hopLength: 3 }),
    inputs: [{ shape: [2, 9] }],
    gradTolerance: 1e-6,
  }));

test('a window of one’s own, on the host or the device, is the named one with the same values', async () => {
  const options = { nFft: 16, hopLength: 5, winLength: 11 };
  const values = Float32Array.from(hannWindow(11));
  using x = tensor(Float32Array.from({ length: 40 }, (_, i) => Math.sin(i)));
  using window = tensor(values);
  using named = stft(x, options);
  using host = stft(x, { ...options, window: values });
  using device = stft(x, { ...options, window });
  expect(await host.data()).toEqual(await named.data());
  expect(await device.data()).toEqual(await named.data());
});

test('a tone in the middle of a bin has a quarter of the window’s length there, and half as much beside it', async () => {
  const nFft = 64;
  using x = tensor(Float32Array.from({ length: 640 }, (_, i) => Math.cos((2 * Math.PI * 8 * i) / nFft)));
  using spec = stft(x, { nFft, hopLength: 64, center: false });
  const parts = await spec.data();
  const bins = Array.from({ length: 5 }, (_, k) => parts[2 * (k + 6)]!);
  expectClose(bins, [0, -nFft / 8, nFft / 4, -nFft / 8, 0], 1e-6);
});

test('no signals give no spectra', () => {
  using x = zeros([0, 100]);
  using spec = stft(x, { nFft: 16, hopLength: 4 });
  expect(spec.shape).toEqual([0, 26, 9, 2]);
});

test('a signal without samples is zeros under constant padding', async () => {
  using x = zeros([2, 0]);
  using spec = stft(x, { nFft: 8, hopLength: 4, padMode: 'constant' });
  expect(spec.shape).toEqual([2, 1, 5, 2]);
  expect((await spec.data()).every((value) => Math.abs(value) === 0)).toBe(true);
});

test('errors say what must hold, what came, and the way out', () => {
  using x = zeros([2, 100]);
  using window = zeros([16], { requiresGrad: true });
  const call = (options: object) => () =>
    tidy(() => {
      stft(x, { nFft: 16, hopLength: 4, ...options });
    });
  expect(call({ nFft: 15.5 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: stft: nFft must be a positive integer, got 15.5]`,
  );
  expect(call({ hopLength: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: stft: hopLength must be a positive integer, got 0]`,
  );
  expect(call({ winLength: 17 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: stft: winLength must be at most nFft = 16, got 17]`,
  );
  expect(call({ window: 'kaiser' })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: stft: window must be hann, hamming, rectangular, a Float32Array or a Tensor, got kaiser]`,
  );
  expect(call({ window: new Float32Array(8) })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: stft: window must be [winLength] = [16], got [8]]`,
  );
  expect(call({ window })).toThrowErrorMatchingInlineSnapshot(
    `[GradientError: stft: window has no gradient: pass window.detach()]`,
  );
  expect(call({ padMode: 'circular' })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: stft: padMode must be constant, reflect, replicate, got circular]`,
  );
  expect(call({ nFft: 256 })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: stft: reflect padding of 128 needs more than 128 samples, got [2, 100]: use padMode 'constant' or a smaller nFft]`,
  );
  expect(call({ nFft: 256, center: false })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: stft: x must be at least one frame of nFft = 256 samples long, got [2, 100]]`,
  );
});
