import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { maxPool2d, maxPool2dReference, type PoolOptions } from '../../../src/kernels/pooling/maxPool2d.ts';
import { ones, tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, generator, property, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});

const cases = fc
  .record({
    planes: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 3 })),
    kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    padded: fc.tuple(fc.boolean(), fc.boolean()),
    extra: fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })),
    view: views,
    seed: fc.nat(),
  })
  .map(({ planes, kernel, padded, extra, ...rest }) => ({
    ...rest,
    kernel,
    padding: [0, 1].map((axis) => (padded[axis] ? Math.floor(kernel[axis]! / 2) : 0)) as [number, number],
    shape: [...planes, kernel[0] + extra[0], kernel[1] + extra[1]],
  }));

/** Distinct values a hundredth apart: no central difference crosses a tie. */
function shuffled(shape: readonly number[], seed: number): number[] {
  const random = generator(seed);
  const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i / 100);
  return values
    .map((value) => [random(), value] as const)
    .sort((a, b) => a[0] - b[0])
    .map(([, value]) => value);
}

test('any window over any view gives the largest values, and the gradient goes where they were', () =>
  property(cases, ({ shape, view, seed, ...options }) =>
    checkOp({
      run: ([x]) => maxPool2d(x!, options),
      reference: ([x]) => maxPool2dReference([x!], options),
      inputs: [{ shape, view, values: shuffled(shape, seed) }],
      tolerance: 0,
      gradTolerance: 1e-5,
      seed,
    }),
  ));

test('of equal values the first takes the gradient', async () => {
  using x = tensor(
    [
      [
        [
          [1, 3, 3],
          [3, 3, 0],
        ],
      ],
    ],
    { requiresGrad: true },
  );
  using y = maxPool2d(x, { kernel: [2, 3] });
  using dy = ones(y.shape);
  y.backward(dy);
  expect([...(await x.grad!.data())]).toEqual([0, 1, 0, 0, 0, 0]);
});

test('padding never wins, not even over -inf', async () => {
  const low = Number.NEGATIVE_INFINITY;
  using x = tensor([-5, low, low, low], { shape: [1, 1, 2, 2], requiresGrad: true });
  using y = maxPool2d(x, { kernel: 2, stride: 1, padding: 1 });
  using dy = ones(y.shape);
  y.backward(dy);
  expect([...(await y.data())]).toEqual([-5, -5, low, -5, -5, low, low, low, low]);
  expect([...(await x.grad!.data())]).toEqual([4, 2, 2, 1]);
});

test('more results than 65,535 workgroups of 64 hold', async () => {
  const size = 65_536 * 64 + 3;
  using x = tensor(
    Float32Array.from({ length: size }, (_, i) => i % 251),
    { shape: [1, 1, 1, size] },
  );
  using y = maxPool2d(x, { kernel: [1, 2], stride: 1 });
  const wrong = (await y.data()).findIndex((value, i) => value !== Math.max(i % 251, (i + 1) % 251));
  expect(wrong).toBe(-1);
});

test('a window that cannot be is named', () => {
  using x = zeros([1, 2, 3, 9]);
  expect(() => maxPool2d(x, { kernel: 4 })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: maxPool2d: the kernel of 4 is longer than x [1, 2, 3, 9] with padding 0 along axis 2]`,
  );
  expect(() => maxPool2d(x, { kernel: 3, padding: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: maxPool2d: padding must be at most half the kernel of 3, got 2]`,
  );
  expect(() => maxPool2d(x, { kernel: [2, 0] })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: maxPool2d: kernel must be an integer of at least 1, got 0]`,
  );
});

testFixtures<PoolOptions>('maxPool2d', ({ x }, options) => maxPool2d(x!, options));
