import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import {
  type InterpolateOptions,
  interpolate,
  interpolateReference,
} from '../../../src/kernels/pooling/interpolate.ts';
import { arange, full, tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, expectClose, property, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});

const extent = fc.integer({ min: 1, max: 9 });
const cases = fc.record({
  shape: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 2 }), extent, extent),
  size: fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 })),
  kind: fc.constantFrom(
    { mode: 'nearest' },
    { mode: 'bilinear' },
    { mode: 'bilinear', alignCorners: true },
    { mode: 'bicubic' },
    { mode: 'bicubic', alignCorners: true },
  ) as fc.Arbitrary<Omit<InterpolateOptions, 'size'>>,
  view: views,
  seed: fc.nat(),
});

test('any size from any size, in every mode, equals the float64 sums, with their gradients', () =>
  property(
    cases,
    ({ shape, size, kind, view, seed }) =>
      checkOp({
        run: ([x]) => interpolate(x!, { size, ...kind }),
        reference: ([x]) => interpolateReference([x!], { size, ...kind }),
        inputs: [{ shape, view }],
        tolerance: 1e-6,
        gradTolerance: 1e-5,
        seed,
      }),
    30,
  ));

test('a long axis keeps its positions exact', () =>
  checkOp({
    run: ([x]) => interpolate(x!, { size: [1, 10_240], mode: 'bicubic', alignCorners: true }),
    reference: ([x]) => interpolateReference([x!], { size: [1, 10_240], mode: 'bicubic', alignCorners: true }),
    inputs: [{ shape: [1, 1, 1, 10_010] }],
    tolerance: 1e-6,
    samples: 3,
  }));

test('the same size gives the image back in every mode', async () => {
  using x = tensor(
    Float32Array.from({ length: 35 }, (_, i) => Math.sin(i)),
    { shape: [1, 1, 5, 7] },
  );
  for (const mode of ['nearest', 'bilinear', 'bicubic'] as const) {
    using y = interpolate(x, { size: [5, 7], mode });
    expectClose(await y.data(), await x.data(), 1e-7, mode);
  }
});

test('a constant stays constant, and a ramp stays straight where corners are aligned', async () => {
  using flat = full([1, 1, 4, 4], 3);
  using resized = interpolate(flat, { size: [9, 3], mode: 'bicubic' });
  expectClose(await resized.data(), new Float32Array(27).fill(3), 2e-7);
  using ramp = arange(5);
  using row = ramp.view([1, 1, 1, 5]);
  using longer = interpolate(row, { size: [1, 9], mode: 'bilinear', alignCorners: true });
  expect([...(await longer.data())]).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]);
});

test('more results than 65,535 workgroups of 64 hold', async () => {
  const size = 65_536 * 64 + 1;
  using x = tensor([1, 2, 3], { shape: [1, 1, 1, 3] });
  using y = interpolate(x, { size: [1, size] });
  const wrong = (await y.data()).findIndex((value, i) => value !== 1 + Math.floor((i * 3) / size));
  expect(wrong).toBe(-1);
});

test('what cannot be is named', () => {
  using x = zeros([1, 2, 3, 0]);
  using image = zeros([1, 2, 3, 40_000]);
  expect(() => interpolate(x, { size: 4 })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: interpolate: x must have pixels, got [1, 2, 3, 0]]`,
  );
  expect(() => interpolate(image, { size: [3, 40_000] })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: interpolate: resizing 40000 to 40000 is over the limit: their product must stay below 2^30]`,
  );
  expect(() => interpolate(image, { size: [0, 4] })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: interpolate: size must be an integer of at least 1, got 0]`,
  );
  expect(() => interpolate(image, { size: 4, alignCorners: true })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: interpolate: alignCorners applies to mode 'bilinear' and 'bicubic', got 'nearest']`,
  );
});

testFixtures<InterpolateOptions>('interpolate', ({ x }, options) => interpolate(x!, options));
