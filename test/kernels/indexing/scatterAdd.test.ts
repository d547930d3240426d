import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { gather } from '../../../src/kernels/indexing/gather.ts';
import { addInOrder } from '../../../src/kernels/indexing/gatherAlong.ts';
import { scatterAdd, scatterAddReference } from '../../../src/kernels/indexing/scatterAdd.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, expectClose, generator, property, shapes, views } from '../../setup/checkOp.ts';

beforeAll(async () => {
  await init();
});

const cases = fc
  .record({
    shape: shapes({ min: 1, max: 3 }, { min: 1, max: 7 }),
    shorter: fc.array(fc.nat(2), { minLength: 3, maxLength: 3 }),
    longer: fc.array(fc.nat(2), { minLength: 3, maxLength: 3 }),
    at: fc.nat(),
    count: fc.integer({ min: 0, max: 12 }),
    view: views,
    seed: fc.nat(),
  })
  .map(({ shape, shorter, longer, at, count, ...rest }) => {
    const dim = at % shape.length;
    const index = shape.map((extent, d) => (d === dim ? count : Math.max(extent - shorter[d]!, 0)));
    return { shape, index, source: index.map((extent, d) => extent + longer[d]!), dim, ...rest };
  });

test('any positions along any axis of any view add up, with the gradients of both', () =>
  property(
    cases,
    ({ shape, index, source, dim, view, seed }) => {
      const random = generator(seed);
      const values = Array.from({ length: index.reduce((a, b) => a * b, 1) }, () =>
        Math.floor(random() * (shape[dim]! + 2) - 1),
      );
      return checkOp({
        run: ([x, i, s]) => scatterAdd(x!, i!, s!, { dim }),
        reference: ([x, i, s]) => scatterAddReference([x!, i!, s!], { dim }),
        inputs: [
          { shape, view },
          { shape: index, view, dtype: 'i32', values },
          { shape: source, view },
        ],
        tolerance: 1e-6,
        gradTolerance: 1e-5,
        seed,
      });
    },
    25,
  ));

test('integers count exactly', async () => {
  using index = tensor([1, 1, 0, 1], { dtype: 'i32' });
  for (const dtype of ['i32', 'u32'] as const) {
    using x = tensor([10, 20, 30], { dtype });
    using ones = tensor([1, 1, 1, 16_777_217], { dtype });
    using y = scatterAdd(x, index, ones, { dim: 0 });
    expect([...(await y.data())]).toEqual([11, 16_777_239, 30]);
  }
});

test('blocks of destinations, as a GPU shares one line, give the bits of a single owner', async () => {
  const count = 500;
  using index = tensor(Int32Array.from({ length: count }, (_, i) => (i * i) % 37));
  using source = tensor(Float32Array.from({ length: count }, (_, i) => Math.sin(i)));
  const shares = [1, 5].map((blocks) => {
    using into = zeros([37]);
    addInOrder(
      { index, source },
      { into },
      {
        jobs: blocks,
        lines: 1,
        count,
        extent: 37,
        blockExtent: Math.ceil(37 / blocks),
        targetStride: 1,
        indexStride: 1,
        sourceStride: 1,
      },
      { T: 'f32' },
    );
    return into.data();
  });
  const [one, five] = await Promise.all(shares);
  expect(five).toEqual(one);
});

test('it is the adjoint of gather: <gather(x), s> = <x, scatterAdd(0, s)>', async () => {
  const random = generator(3);
  const made = (length: number) => Float32Array.from({ length }, () => random() - 0.5);
  using x = tensor(made(30), { shape: [5, 6] });
  using s = tensor(made(24), { shape: [4, 6] });
  using index = tensor(
    Int32Array.from({ length: 24 }, () => Math.floor(random() * 5)),
    { shape: [4, 6] },
  );
  using none = zeros([5, 6]);
  using picked = gather(x, index, { dim: 0 });
  using spread = scatterAdd(none, index, s, { dim: 0 });
  const dot = async (a: typeof x, b: typeof x) => {
    const [u, v] = await Promise.all([a.data(), b.data()]);
    return Array.from(u, (value, i) => value * v[i]!).reduce((total, term) => total + term, 0);
  };
  expectClose([await dot(x, spread)], [await dot(picked, s)], 1e-5);
});

test('what does not fit is named', () => {
  using x = zeros([2, 3]);
  using index = zeros([2, 2], { dtype: 'i32' });
  using short = zeros([2, 1]);
  using whole = zeros([2, 2], { dtype: 'i32' });
  expect(() => scatterAdd(x, index, short, { dim: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: scatterAdd: source must be at least as long as index [2, 2] on every axis, got [2, 1]]`,
  );
  expect(() => scatterAdd(x, index, whole, { dim: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: scatterAdd: x is f32 and source is i32: cast one of them, dtypes are never mixed silently]`,
  );
  using flags = zeros([2, 3], { dtype: 'bool' });
  expect(() => scatterAdd(flags, index, whole, { dim: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: scatterAdd: x must be f32, i32 or u32, got bool: use cast(x, 'f32')]`,
  );
});
