import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type StackOptions, stack, stackReference } from '../../../src/kernels/indexing/stack.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, property, shapes, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});

const cases = fc
  .record({
    shape: shapes({ min: 0, max: 3 }, { min: 0, max: 6 }),
    at: fc.nat(),
    count: fc.integer({ min: 1, max: 4 }),
    view: views,
    seed: fc.nat(),
  })
  .map(({ at, ...rest }) => ({ ...rest, dim: (at % (rest.shape.length + 1)) - (at % 2) * (rest.shape.length + 1) }));

test('tensors of any view lie along a new axis, and each gets its part of the gradient', () =>
  property(
    cases,
    ({ shape, count, dim, view, seed }) =>
      checkOp({
        run: (tensors) => stack(tensors, { dim }),
        reference: (tensors) => stackReference(tensors, { dim }),
        inputs: Array.from({ length: count }, () => ({ shape, view })),
        tolerance: 0,
        gradTolerance: 1e-6,
        samples: 10,
        seed,
      }),
    25,
  ));

test('the elements of every type pass unchanged', async () => {
  for (const dtype of ['i32', 'u32', 'bool'] as const) {
    using a = tensor([1, 0], { dtype });
    using b = tensor([0, 0], { dtype });
    using y = stack([a, b], { dim: 1 });
    expect(y.dtype).toBe(dtype);
    expect([...(await y.data())]).toEqual([1, 0, 0, 0]);
  }
});

test('what does not stack is named', () => {
  using a = zeros([2, 3]);
  using b = zeros([3, 2]);
  expect(() => stack([a, b])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: stack: tensor 1 must be [2, 3], got [3, 2]]`,
  );
  expect(() => stack(a, a, { dim: 3 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: stack: dim must be an integer in [-3, 2] for 3 axes, got 3]`,
  );
});

testFixtures<StackOptions>('stack', ({ a, b, c }, options) =>
  c ? stack(a!, b!, c, options) : stack([a!, b!], options),
);
