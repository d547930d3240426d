import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { matmul, matmulReference } from '../../../src/kernels/matmul/matmul.ts';
import { sum } from '../../../src/kernels/reduce/sum.ts';
import { transpose } from '../../../src/kernels/view/permute.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { checkOp, type Input, property, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';
import { withVariant } from './withVariant.ts';

beforeAll(async () => {
  await init();
});

const check = (a: Input, b: Input, more: { samples?: number; seed?: number } = {}) =>
  checkOp({
    run: ([left, right]) => matmul(left!, right!),
    reference: ([left, right]) => matmulReference([left!, right!]),
    inputs: [a, b],
    tolerance: 2e-6,
    gradTolerance: 1e-5,
    ...more,
  });

const extent = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(4, 8, 32));
const problem = fc.record({
  m: extent,
  n: extent,
  k: extent,
  batch: fc.constantFrom<[number[], number[]]>(
    [[], []],
    [[3], []],
    [[], [2]],
    [[2, 1], [3]],
    [
      [2, 3],
      [2, 3],
    ],
  ),
  viewA: views,
  viewB: views,
  seed: fc.nat(),
});

test('products of any shapes and views equal the float64 products, with their gradients', () =>
  property(
    problem,
    ({ m, n, k, batch, viewA, viewB, seed }) =>
      check({ shape: [...batch[0], m, k], view: viewA }, { shape: [...batch[1], k, n], view: viewB }, { seed }),
    20,
  ));

describe.each(['panel', 'register4', 'register8'])('variant %s', (variant) => {
  test('every layout of both operands, past the ends of tiles and with k cut into splits', () =>
    withVariant('matmul', variant, async () => {
      for (const [viewA, viewB] of [
        ['dense', 'dense'],
        ['permuted', 'dense'],
        ['dense', 'permuted'],
        ['permuted', 'permuted'],
        ['sliced', 'sliced'],
      ] as const) {
        await check({ shape: [36, 600], view: viewA }, { shape: [600, 20], view: viewB }, { samples: 4 });
        await check({ shape: [2, 67, 13], view: viewA }, { shape: [13, 131], view: viewB }, { samples: 4 });
      }
    }));

  test('more batch axes than strides can walk', () =>
    withVariant('matmul', variant, () =>
      check(
        { shape: [1, 2, 1, 2, 1, 2, 3, 4], view: 'permuted' },
        { shape: [2, 1, 2, 1, 2, 1, 4, 5], view: 'permuted' },
        { samples: 10 },
      ),
    ));
});

test('panels of both operands, one matrix or many, and of matrices that repeat', () =>
  withVariant('matmul', 'panel', async () => {
    await check({ shape: [130, 90], view: 'permuted' }, { shape: [90, 75] }, { samples: 4 });
    await check({ shape: [2, 3, 90, 98], view: 'permuted' }, { shape: [3, 98, 68] }, { samples: 4 });
    await check({ shape: [98, 90], view: 'permuted' }, { shape: [2, 90, 20] }, { samples: 4 });
  }));

test('panels that workgroups pack themselves, in parts of a long k', () =>
  withVariant('matmul', 'panel', async () => {
    await check({ shape: [5, 300], view: 'sliced' }, { shape: [300, 7], view: 'permuted' }, { samples: 4 });
    await check({ shape: [2, 9, 257] }, { shape: [2, 257, 13], view: 'sliced' }, { samples: 4 });
  }));

describe.each(['skinny', 'skinnyShared'])('variant %s', (variant) => {
  test('few columns, few rows, and a long k cut into splits', () =>
    withVariant('matmul', variant, async () => {
      for (const view of ['dense', 'permuted'] as const) {
        await check({ shape: [70, 130], view }, { shape: [130, 4] }, { samples: 4 });
        await check({ shape: [3, 600] }, { shape: [600, 9], view }, { samples: 4 });
        await check({ shape: [2, 5, 40] }, { shape: [40], view }, { samples: 4 });
      }
    }));
});

test('a vector is a row on the left and a column on the right', async () => {
  await check({ shape: [5] }, { shape: [5] });
  await check({ shape: [5] }, { shape: [2, 5, 3] });
  await check({ shape: [2, 3, 5] }, { shape: [5], view: 'sliced' });
});

test('nothing summed is zero', async () => {
  using a = zeros([2, 0]);
  using b = zeros([0, 3]);
  using y = matmul(a, b);
  expect([...(await y.data())]).toEqual([0, 0, 0, 0, 0, 0]);
});

test('more blocks than 65,535 workgroups', () =>
  withVariant('matmul', 'skinny', () =>
    check({ shape: [65_537, 1, 2], gradient: false }, { shape: [65_537, 2, 1], gradient: false }),
  ));

test('a product with a repeated upstream gradient', () =>
  checkOp({
    run: ([a, b]) => sum(matmul(a!, transpose(b!, 0, 1))),
    reference: ([a, b]) => {
      const turned = {
        shape: [4, 3],
        data: Float64Array.from({ length: 12 }, (_, i) => b!.data[(i % 3) * 4 + Math.floor(i / 3)]!),
      };
      return { shape: [], data: Float64Array.of(matmulReference([a!, turned]).data.reduce((t, x) => t + x, 0)) };
    },
    inputs: [{ shape: [5, 4] }, { shape: [3, 4] }],
  }));

test('long sums keep their precision where all terms have one sign', () =>
  check({ shape: [8, 20_000], center: 1 }, { shape: [20_000, 8], center: 1 }, { samples: 4 }));

test('equal inputs give equal bits', async () => {
  using a = tensor(
    Float32Array.from({ length: 64 * 5000 }, (_, i) => Math.sin(i)),
    { shape: [64, 5000] },
  );
  const product = async () => {
    using y = tidy(() => matmul(a, transpose(a, 0, 1)));
    return y.data();
  };
  expect(await product()).toEqual(await product());
});

test('shapes that do not fit are named', () => {
  using a = zeros([5, 7]);
  using b = zeros([8, 3]);
  using left = zeros([2, 3, 4]);
  using right = zeros([3, 4, 5]);
  using scalar = zeros([]);
  expect(() => matmul(a, b)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: matmul: the last axis of a [5, 7] must equal axis -2 of b [8, 3]: 7 against 8]`,
  );
  expect(() => matmul(left, right)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: matmul: shapes [2] and [3] do not broadcast: axis -1 is 2 against 3]`,
  );
  expect(() => matmul(a, scalar)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: matmul: both operands need an axis, got [5, 7] and []: use mul]`,
  );
});

testFixtures('matmul', ({ a, b }) => matmul(a!, b!), { tolerance: 2e-6, gradTolerance: 2e-6 });
