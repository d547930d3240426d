import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { flip, flipReference } from '../../../src/kernels/indexing/flip.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, property, shapes, views } from '../../setup/checkOp.ts';

beforeAll(async () => {
  await init();
});

const cases = shapes({ min: 1, max: 4 }, { min: 0, max: 8 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    dims: fc.subarray([...shape.keys()], { minLength: 1 }),
    view: views,
    seed: fc.nat(),
  }),
);

test('flipping any axes of any view, with its gradient', () =>
  property(
    cases,
    ({ shape, dims, view, seed }) =>
      checkOp({
        run: ([x]) => flip(x!, dims),
        reference: ([x]) => flipReference([x!], dims),
        inputs: [{ shape, view }],
        tolerance: 0,
        gradTolerance: 1e-6,
        samples: 10,
        seed,
      }),
    25,
  ));

test('flipping twice gives the tensor back, of every type', async () => {
  for (const dtype of ['i32', 'u32', 'bool'] as const) {
    using x = tensor([1, 0, 0, 1, 1, 0], { shape: [2, 3], dtype });
    using once = flip(x, null);
    using twice = flip(once, [0, 1]);
    expect(once.dtype).toBe(dtype);
    expect([...(await once.data())]).toEqual([0, 1, 1, 0, 0, 1]);
    expect(await twice.data()).toEqual(await x.data());
  }
});

test('an axis outside is named', () => {
  using x = zeros([2, 3]);
  expect(() => flip(x, 2)).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: flip: dim must be an integer in [-2, 1] for 2 axes, got 2]`,
  );
});
