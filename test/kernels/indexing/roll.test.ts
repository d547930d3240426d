import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { roll, rollReference } from '../../../src/kernels/indexing/roll.ts';
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
    distances: fc.array(fc.integer({ min: -20, max: 20 }), { minLength: shape.length, maxLength: shape.length }),
    view: views,
    seed: fc.nat(),
  }),
);

test('rolling any axes of any view by any distance, with its gradient', () =>
  property(
    cases,
    ({ shape, dims, distances, view, seed }) => {
      const shifts = dims.map((d) => distances[d]!);
      return checkOp({
        run: ([x]) => roll(x!, shifts, dims),
        reference: ([x]) => rollReference([x!], { shifts, dims }),
        inputs: [{ shape, view }],
        tolerance: 0,
        gradTolerance: 1e-6,
        samples: 10,
        seed,
      });
    },
    25,
  ));

test('the windows of a Swin block come back from their shift', async () => {
  using x = tensor(
    Float32Array.from({ length: 2 * 8 * 8 * 4 }, (_, i) => i),
    { shape: [2, 8, 8, 4] },
  );
  using shifted = roll(x, [-4, -4], [1, 2]);
  using back = roll(shifted, [4, 4], [1, 2]);
  expect((await shifted.data()).slice(0, 4)).toEqual(Float32Array.of(144, 145, 146, 147));
  expect(await back.data()).toEqual(await x.data());
});

test('the elements of every type pass unchanged', async () => {
  for (const dtype of ['i32', 'u32', 'bool'] as const) {
    using x = tensor([1, 0, 0, 1, 1, 0], { shape: [2, 3], dtype });
    using y = roll(x, 1, 1);
    expect(y.dtype).toBe(dtype);
    expect([...(await y.data())]).toEqual([0, 1, 0, 0, 1, 1]);
  }
});

test('a shift for each axis, each axis once', () => {
  using x = zeros([2, 3]);
  expect(() => roll(x, [1, 2], [0])).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: roll: shifts must be one integer per axis, got [1, 2] for axes [0]]`,
  );
  expect(() => roll(x, [1, 2], [0, -2])).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: roll: dims names an axis twice: [0, 0]]`,
  );
  expect(() => roll(x, 0.5, 0)).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: roll: shifts must be one integer per axis, got [0.5] for axes [0]]`,
  );
});
