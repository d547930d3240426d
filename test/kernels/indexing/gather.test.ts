import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type GatherOptions, gather, gatherReference } from '../../../src/kernels/indexing/gather.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, generator, property, shapes, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});

/** Positions of any repetition, two of them outside at each end. */
function positions(count: number, extent: number, seed: number): number[] {
  const random = generator(seed);
  return Array.from({ length: count }, () => Math.floor(random() * (extent + 4)) - 2);
}

const cases = fc
  .record({
    shape: shapes({ min: 1, max: 3 }, { min: 1, max: 7 }),
    shorter: fc.array(fc.nat(2), { minLength: 3, maxLength: 3 }),
    at: fc.nat(),
    count: fc.integer({ min: 0, max: 12 }),
    view: views,
    indexView: views,
    seed: fc.nat(),
  })
  .map(({ shape, shorter, at, count, ...rest }) => {
    const dim = at % shape.length;
    const index = shape.map((extent, d) => (d === dim ? count : Math.max(extent - shorter[d]!, 0)));
    return { shape, index, dim, ...rest };
  });

test('any positions along any axis of any view, with a gradient that adds what repeats', () =>
  property(
    cases,
    ({ shape, index, dim, view, indexView, seed }) =>
      checkOp({
        run: ([x, i]) => gather(x!, i!, { dim }),
        reference: ([x, i]) => gatherReference([x!, i!], { dim }),
        inputs: [
          { shape, view },
          {
            shape: index,
            view: indexView,
            dtype: 'i32',
            values: positions(
              index.reduce((a, b) => a * b, 1),
              shape[dim]!,
              seed,
            ),
          },
        ],
        tolerance: 0,
        gradTolerance: 1e-5,
        seed,
      }),
    25,
  ));

test('the elements of every type pass unchanged', async () => {
  using index = tensor([2, 0, 0], { dtype: 'i32' });
  for (const dtype of ['i32', 'u32', 'bool'] as const) {
    using x = tensor([1, 0, 0], { dtype });
    using y = gather(x, index, { dim: 0 });
    expect(y.dtype).toBe(dtype);
    expect([...(await y.data())]).toEqual([0, 1, 1]);
  }
});

test('a long index reaches past 65,535 workgroups, and its gradient counts every use', async () => {
  const size = 65_536 * 64 + 1;
  using x = tensor([1, 2, 3], { requiresGrad: true });
  using index = tensor(Int32Array.from({ length: size }, (_, i) => i % 3));
  using y = gather(x, index, { dim: 0 });
  expect((await y.data()).findIndex((value, i) => value !== 1 + (i % 3))).toBe(-1);
  using ones = tensor(new Float32Array(size).fill(1));
  y.backward(ones);
  expect([...(await x.grad!.data())]).toEqual([1_398_102, 1_398_102, 1_398_101]);
});

test('what does not fit is named', () => {
  using x = zeros([2, 3]);
  using none = zeros([0, 3]);
  using index = zeros([3, 1], { dtype: 'i32' });
  using floats = zeros([2, 1]);
  expect(() => gather(x, index, { dim: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: gather: index must have 2 axes, each but 1 at most as long as in x [2, 3], got [3, 1]]`,
  );
  expect(() => gather(x, floats, { dim: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: gather: index must be i32, got f32: use cast(index, 'i32')]`,
  );
  expect(() => gather(none, index, { dim: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: gather: x [0, 3] has no elements along axis 0 for index [3, 1]]`,
  );
  expect(() => gather(x, index, { dim: -3 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: gather: dim must be an integer in [-2, 1] for 2 axes, got -3]`,
  );
});

testFixtures<GatherOptions>('gather', ({ x, index }, options) => gather(x!, index!, options));
