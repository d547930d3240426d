import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { convolveResponse } from '../../../src/audio/scene/room/convolveResponse.ts';
import { conv1d } from '../../../src/kernels/convolution/conv1d.ts';
import { fastSize, fftConvolve, fftConvolveReference } from '../../../src/kernels/fourier/fftConvolve.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { checkOp, expectClose, generator, property, views } from '../../setup/checkOp.ts';
import { VARIANTS, withVariant } from './variants.ts';

beforeAll(async () => {
  await init();
});

const modes = fc.constantFrom('full', 'same');
const extent = fc.integer({ min: 0, max: 3 });
const values = (length: number, seed: number) => {
  const random = generator(seed);
  return Float32Array.from({ length }, () => random() * 2 - 1);
};

describe.each(VARIANTS)('by transforms of the %s kind', (variant) => {
  test('signals and responses of any length convolve as their sums in float64, with both gradients', () =>
    withVariant(variant, () =>
      property(
        fc.record({
          lead: fc.array(extent, { maxLength: 2 }),
          shared: fc.boolean(),
          channels: extent,
          samples: fc.integer({ min: 1, max: 40 }),
          taps: fc.integer({ min: 1, max: 40 }),
          mode: modes,
          xView: views,
          responseView: views,
          seed: fc.nat(),
        }),
        ({ lead, shared, channels, samples, taps, mode, xView, responseView, seed }) =>
          checkOp({
            run: ([x, response]) => fftConvolve(x!, response!, { mode }),
            reference: ([x, response]) => fftConvolveReference([x!, response!], { mode }),
            inputs: [
              { shape: [...lead, samples], view: xView },
              { shape: [...(shared ? [] : lead), channels, taps], view: responseView },
            ],
            tolerance: 2e-6,
            gradTolerance: 2e-5,
            seed,
          }),
        20,
      ),
    ));
});

test.each([
  [
    [5, 1, 9],
    [3, 2, 4],
  ],
  [[9], [3, 2, 4]],
  [
    [3, 9],
    [1, 2, 4],
  ],
])('the axes in front of %j and %j broadcast', (x, response) =>
  checkOp({
    run: ([a, b]) => fftConvolve(a!, b!),
    reference: ([a, b]) => fftConvolveReference([a!, b!]),
    inputs: [{ shape: x }, { shape: response }],
    gradTolerance: 2e-5,
  }),
);

test('a second of sound in a room is what float64 on the host makes of it', async () => {
  const [signal, response] = [values(16_000, 1), [2, 3, 4, 5].map((seed) => values(6000, seed))];
  const truth = convolveResponse(signal, response);
  using y = tidy(() =>
    fftConvolve(
      tensor(signal),
      tensor(
        response.flatMap((row) => [...row]),
        { shape: [4, 6000] },
      ),
    ),
  );
  expect(y.shape).toEqual([4, 21_999]);
  const found = await y.data();
  for (const [c, row] of truth.entries()) expectClose(found.subarray(c * 21_999, (c + 1) * 21_999), row, 2e-6);
});

test('an odd number of taps in the middle of x is conv1d with the taps turned around', async () => {
  const [signal, taps] = [values(50, 6), values(7, 7)];
  using direct = tidy(() =>
    conv1d(tensor(signal, { shape: [1, 1, 50] }), tensor(taps.toReversed(), { shape: [1, 1, 7] }), { padding: 3 }),
  );
  using y = tidy(() => fftConvolve(tensor(signal), tensor(taps, { shape: [1, 7] }), { mode: 'same' }));
  expectClose(await y.data(), await direct.data(), 1e-6);
});

test('a late impulse delays, and nothing wraps around', async () => {
  const taps = new Float32Array(64);
  taps[63] = 2;
  using y = tidy(() => fftConvolve(tensor([1, 2, 3]), tensor(taps, { shape: [1, 64] })));
  const expected = new Float32Array(66);
  expected.set([2, 4, 6], 63);
  expectClose(await y.data(), expected, 1e-6);
});

test('sizes are even, at least as long as asked, and products of 2, 3, 5 and 7', () => {
  expect([1, 4, 5, 11, 23, 257, 21_999, 351_999].map(fastSize)).toEqual([4, 4, 6, 12, 24, 270, 22_050, 352_800]);
});

test('errors say what must hold', () => {
  using x = zeros([2, 8]);
  using none = zeros([2, 0]);
  using response = zeros([3, 1, 4]);
  expect(() => fftConvolve(none, response)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: fftConvolve: x must be [..., samples] with at least one sample, got [2, 0]]`,
  );
  expect(() => fftConvolve(x, none)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: fftConvolve: response must be [..., channels, taps] with at least one tap, got [2, 0]]`,
  );
  expect(() => fftConvolve(x, response)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: fftConvolve: shapes [2] and [3] do not broadcast: axis -1 is 2 against 3]`,
  );
  expect(() => fftConvolve(x, x, { mode: 'valid' as 'full' })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: fftConvolve: mode must be full or same, got valid]`,
  );
});
