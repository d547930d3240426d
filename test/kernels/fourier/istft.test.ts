import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type IstftOptions, istft, istftReference } from '../../../src/kernels/fourier/istft.ts';
import { stft } from '../../../src/kernels/fourier/stft.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { checkOp, generator, property, shapes, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';
import { VARIANTS, withVariant } from './variants.ts';

beforeAll(async () => {
  await init();
});

const sizes = fc.constantFrom(4, 7, 8, 12, 16, 20, 22, 30, 32);
const problems = sizes.chain((nFft) =>
  fc.record({
    nFft: fc.constant(nFft),
    lead: shapes({ min: 0, max: 2 }, { min: 0, max: 3 }),
    frames: fc.integer({ min: 1, max: 6 }),
    // Windows without a zero, no farther apart than they are long: every sample is covered.
    window: fc.constantFrom('hamming', 'rectangular') as fc.Arbitrary<'hamming' | 'rectangular'>,
    hopLength: fc.integer({ min: 1, max: nFft }),
    center: fc.boolean(),
    length: fc.option(fc.integer({ min: 0, max: 90 }), { nil: undefined }),
    view: views,
    seed: fc.nat(),
  }),
);

describe.each(VARIANTS)('frames of the %s kind', (variant) => {
  test('any overlap, length and window gives the signals of float64, with gradients', () =>
    withVariant(variant, () =>
      property(
        problems,
        ({ lead, frames, length, view, seed, ...rest }) => {
          const options = { ...rest, ...(length === undefined ? {} : { length }) };
          return checkOp({
            run: ([spec]) => istft(spec!, options),
            reference: ([spec]) => istftReference([spec!], options),
            inputs: [{ shape: [...lead, frames, Math.floor(rest.nFft / 2) + 1, 2], view }],
            tolerance: 1e-6,
            gradTolerance: 1e-5,
            samples: 20,
            seed,
          });
        },
        30,
      ),
    ));

  test.each(
    variant === 'group'
      ? [[200, 80, 3_001]] // software drivers take seconds to compile larger ones
      : [
          [512, 256, 9_000],
          [400, 160, 3_001],
          [882, 441, 5_000],
        ],
  )('%i points every %i samples come back within 2e-6', (nFft = 0, hopLength = 0, samples = 0) =>
    withVariant(variant, async () => {
      expect(await roundTripError(2, samples, { nFft, hopLength })).toBeLessThan(2e-6);
    }),
  );
});

testFixtures<IstftOptions>('istft', ({ spec }, options) => istft(spec!, options), { gradTolerance: 1e-6 });

test('ten seconds at 32 kHz are 313 frames of 1025 bins and come back within 2e-6', async () => {
  const options = { nFft: 2048, hopLength: 1024 };
  const random = generator(32_000);
  const data = Float32Array.from({ length: 320_000 }, () => random() * 2 - 1);
  using x = tensor(data);
  using spec = stft(x, options);
  expect(spec.shape).toEqual([313, 1025, 2]);
  using whole = istft(spec, { ...options, length: 320_000 });
  expect(largestDifference(await whole.data(), data)).toBeLessThan(2e-6);
  using held = istft(spec, options);
  expect(held.shape).toEqual([319_488]);
});

test('past the last frame there are zeros', async () => {
  using spec = tensor([4, 0, 0, 0, 0, 0], { shape: [1, 3, 2] });
  using x = istft(spec, { nFft: 4, hopLength: 2, window: 'rectangular', center: false, length: 7 });
  expect([...(await x.data())]).toEqual([1, 1, 1, 1, 0, 0, 0]);
});

test('under a window given as a tensor, what no frame covers is 0, and so is its gradient', async () => {
  using window = tensor([0, 1, 2, 1]);
  using spec = tensor([4, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0], { shape: [2, 3, 2], requiresGrad: true });
  using x = istft(spec, { nFft: 4, hopLength: 4, window, center: false });
  expect([...(await x.data())]).toEqual([0, 1, 0.5, 1, 0, 1, 0.5, 1]);
  using seed = tensor([9, 0, 0, 0, 9, 0, 0, 0]);
  x.backward(seed);
  expect((await spec.grad!.data()).every((value) => Object.is(Math.abs(value), 0))).toBe(true);
});

test('the imaginary parts of the edge bins get gradient exactly 0', async () => {
  using spec = zeros([5, 9, 2], { requiresGrad: true });
  using x = istft(spec, { nFft: 16, hopLength: 4 });
  using seed = tensor(Float32Array.from({ length: 16 }, (_, i) => Math.sin(i + 1)));
  x.backward(seed);
  const grad = await spec.grad!.data();
  for (let frame = 0; frame < 5; frame++) {
    expect([grad[frame * 18 + 1], grad[frame * 18 + 17]]).toEqual([0, 0]);
  }
});

test('a window that leaves a sample uncovered is an error that names the first one', () => {
  using spec = zeros([4, 9, 2]);
  const call = (options: object) => () =>
    tidy(() => {
      istft(spec, { nFft: 16, hopLength: 4, ...options });
    });
  expect(call({ center: false })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: istft: no frame covers sample 0 of 28 (window of 16, hopLength 4): use a smaller hopLength, a longer window, center: true, or a \`length\` that ends before it]`,
  );
  expect(call({ hopLength: 16 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: istft: no frame covers sample 8 of 48 (window of 16, hopLength 16): use a smaller hopLength, a longer window, center: true, or a \`length\` that ends before it]`,
  );
  expect(call({ hopLength: 17, window: 'rectangular' })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: istft: no frame covers sample 8 of 51 (window of 16, hopLength 17): use a smaller hopLength, a longer window, center: true, or a \`length\` that ends before it]`,
  );
  expect(call({ hopLength: 8, winLength: 4, window: 'hamming' })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: istft: no frame covers sample 2 of 24 (window of 4, hopLength 8): use a smaller hopLength, a longer window, center: true, or a \`length\` that ends before it]`,
  );
  expect(call({ window: Float32Array.of(1, 1, 0, 0), winLength: 4 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: istft: no frame covers sample 0 of 12 (window of 4, hopLength 4): use a smaller hopLength, a longer window, center: true, or a \`length\` that ends before it]`,
  );
});

test('whether a sample is uncovered agrees with the sum over all frames, everywhere', () =>
  property(
    fc.record({
      nFft: fc.integer({ min: 1, max: 12 }),
      frames: fc.integer({ min: 1, max: 9 }),
      hopLength: fc.integer({ min: 1, max: 14 }),
      center: fc.boolean(),
      length: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
      window: fc.array(fc.constantFrom(0, 1), { minLength: 12, maxLength: 12 }),
    }),
    async ({ nFft, frames, hopLength, center, length, window }) => {
      const weights = window.slice(0, nFft);
      const start = center ? Math.floor(nFft / 2) : 0;
      const total = (frames - 1) * hopLength + nFft;
      const end = Math.min(total, start + (length ?? Math.max(0, total - 2 * start)));
      let first: number | null = null;
      for (let p = end - 1; p >= start; p--) {
        const covered = Array.from({ length: frames }, (_, t) => weights[p - t * hopLength] ?? 0).some((w) => w > 0);
        if (!covered) first = p - start;
      }
      using spec = zeros([frames, Math.floor(nFft / 2) + 1, 2]);
      const run = () =>
        tidy(() => {
          const options = { nFft, hopLength, center, window: Float32Array.from(weights) };
          istft(spec, length === undefined ? options : { ...options, length });
        });
      if (first === null) run();
      else expect(run).toThrow(`no frame covers sample ${first} of`);
    },
    200,
  ));

test('shapes that do not fit are named', () => {
  using spec = zeros([4, 9, 2]);
  using none = zeros([0, 9, 2]);
  expect(() => istft(spec, { nFft: 32, hopLength: 4 })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: istft: spec must be [..., frames, nFft / 2 + 1, 2] = [..., frames, 17, 2], got [4, 9, 2]]`,
  );
  expect(() => istft(none, { nFft: 16, hopLength: 4 })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: istft: spec must have at least one frame, got [0, 9, 2]]`,
  );
  expect(() => istft(spec, { nFft: 16, hopLength: 4, length: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: istft: length must be an integer of at least 0, got -1]`,
  );
});

async function roundTripError(rows: number, samples: number, options: { nFft: number; hopLength: number }) {
  const random = generator(samples);
  const data = Float32Array.from({ length: rows * samples }, () => random() * 2 - 1);
  using x = tensor(data, { shape: [rows, samples] });
  using back = tidy(() => istft(stft(x, options), { ...options, length: samples }));
  return largestDifference(await back.data(), data);
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < b.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
