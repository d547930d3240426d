import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type ConcatOptions, concat, concatReference } from '../../../src/kernels/indexing/concat.ts';
import { slice } from '../../../src/kernels/view/slice.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, property, shapes, type View, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});

const cases = fc
  .record({
    shape: shapes({ min: 1, max: 4 }, { min: 0, max: 8 }),
    at: fc.nat(),
    extents: fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 4 }),
    view: views,
    seed: fc.nat(),
  })
  .map(({ shape, at, extents, view, seed }) => {
    const dim = at % shape.length;
    return { parts: extents.map((extent) => shape.with(dim, extent)), dim, view, seed };
  });

async function check(parts: readonly number[][], dim: number, view: View, seed = 1): Promise<void> {
  await checkOp({
    run: (tensors) => concat(tensors, { dim }),
    reference: (tensors) => concatReference(tensors, { dim }),
    inputs: parts.map((shape) => ({ shape, view })),
    tolerance: 0,
    gradTolerance: 1e-6,
    samples: 10,
    seed,
  });
}

test('any parts of any views follow each other along any axis, and each gets its part of the gradient', () =>
  property(cases, ({ parts, dim, view, seed }) => check(parts, dim, view, seed), 25));

test('whole quads and parts of quads', async () => {
  await check(
    [
      [3, 8],
      [3, 4],
      [3, 12],
    ],
    1,
    'dense',
  );
  await check(
    [
      [2, 3, 4],
      [2, 1, 4],
    ],
    1,
    'dense',
  );
  await check(
    [
      [4, 8],
      [4, 3],
      [4, 5],
    ],
    1,
    'dense',
  );
});

test('the elements of every type pass unchanged', async () => {
  for (const dtype of ['i32', 'u32', 'bool'] as const) {
    using a = tensor([1, 0, 1, 1], { shape: [2, 2], dtype });
    using b = tensor([0, 1], { shape: [2, 1], dtype });
    using y = concat([a, b], { dim: -1 });
    expect(y.dtype).toBe(dtype);
    expect([...(await y.data())]).toEqual([1, 0, 0, 1, 1, 1]);
  }
});

test('tensors may also come one after another', async () => {
  using a = tensor([1, 2]);
  using b = tensor([3]);
  using spread = concat(a, b, { dim: 0 });
  using plain = concat([a, b]);
  expect([...(await spread.data())]).toEqual([1, 2, 3]);
  expect([...(await plain.data())]).toEqual([1, 2, 3]);
});

test('cutting what was joined gives the parts back', async () => {
  using a = tensor(
    Float32Array.from({ length: 12 }, (_, i) => i),
    { shape: [3, 4] },
  );
  using left = slice(a, 1, 0, 1);
  using right = slice(a, 1, 1);
  using y = concat([left, right], { dim: 1 });
  expect(await y.data()).toEqual(await a.data());
});

test('more elements than 65,535 workgroups of 64 hold', async () => {
  const size = 65_536 * 64;
  using a = tensor(Float32Array.from({ length: size + 1 }, (_, i) => i % 1009));
  using b = tensor([5]);
  using y = concat([b, a]); // one element behind b: never in quads
  const values = await y.data();
  const wrong = values.findIndex((value, i) => value !== (i === 0 ? 5 : (i - 1) % 1009));
  expect(wrong).toBe(-1);
});

test('what does not join is named', () => {
  using a = zeros([2, 3]);
  using b = zeros([3, 3]);
  using c = zeros([2, 3], { dtype: 'i32' });
  expect(() => concat([a, b], { dim: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: concat: tensor 1 must be [2, 3] but for axis 1, got [3, 3]]`,
  );
  expect(() => concat([a, c])).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: concat: tensor 0 is f32 and tensor 1 is i32: cast one of them, dtypes are never mixed silently]`,
  );
  expect(() => concat([])).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: concat: give at least one tensor, then the options: concat([a, b], { dim: 0 })]`,
  );
  expect(() => concat([a, a], { dim: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: concat: dim must be an integer in [-2, 1] for 2 axes, got 2]`,
  );
});

testFixtures<ConcatOptions>('concat', ({ a, b, c }, options) =>
  c ? concat(a!, b!, c, options) : concat([a!, b!], options),
);
