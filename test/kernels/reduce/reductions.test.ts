import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { extremumReference, max, min } from '../../../src/kernels/reduce/extremum.ts';
import { logSumExp, logSumExpReference } from '../../../src/kernels/reduce/logSumExp.ts';
import { mean, meanReference } from '../../../src/kernels/reduce/mean.ts';
import type { Dims, ReduceOptions, Reduction } from '../../../src/kernels/reduce/reduction.ts';
import { variance, varianceReference } from '../../../src/kernels/reduce/variance.ts';
import { full, tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import type { Nd } from '../../../src/tensor/engine/nd.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { checkOp, property, shapes, type View, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';
import { withLanes } from './withLanes.ts';

beforeAll(async () => {
  await init();
});

interface Operation {
  readonly name: string;
  readonly run: (x: Tensor, dim: Dims, options: ReduceOptions) => Tensor;
  readonly reference: (x: Nd, reduction: Reduction) => Nd;
  readonly kernels: readonly string[];
  /** Whether there is a result over nothing. */
  readonly empty: boolean;
}

const operations: readonly Operation[] = [
  {
    name: 'mean',
    run: mean,
    reference: (x, reduction) => meanReference([x], reduction),
    kernels: ['sum.rows', 'sum.rows4'],
    empty: true,
  },
  {
    name: 'max',
    run: max,
    reference: (x, reduction) => extremumReference([x], { ...reduction, better: (a, b) => a > b }),
    kernels: ['max.rows', 'max.rows4'],
    empty: false,
  },
  {
    name: 'min',
    run: min,
    reference: (x, reduction) => extremumReference([x], { ...reduction, better: (a, b) => a < b }),
    kernels: ['min.rows', 'min.rows4'],
    empty: false,
  },
  {
    name: 'variance',
    run: variance,
    reference: (x, reduction) => varianceReference([x], { ...reduction, correction: 1 }),
    kernels: ['moments.rows', 'moments.rows4', 'moments.join'],
    empty: true,
  },
  {
    name: 'logSumExp',
    run: logSumExp,
    reference: (x, reduction) => logSumExpReference([x], reduction),
    kernels: ['logSumExp.sums', 'logSumExp.sumsRows', 'logSumExp.sumsJoin'],
    empty: true,
  },
];

interface Case {
  readonly shape: readonly number[];
  readonly dims: readonly number[];
  readonly view?: View;
  readonly keepdim?: boolean;
  readonly center?: number;
  readonly seed?: number;
}

function check(operation: Operation, { shape, dims, view = 'dense', keepdim = false, center = 0, seed = 1 }: Case) {
  return checkOp({
    run: ([x]) => operation.run(x!, dims, { keepdim }),
    reference: ([x]) => operation.reference(x!, { dims, keepdim }),
    inputs: [{ shape, view, center }],
    seed,
    samples: 12,
    tolerance: 1e-6,
    step: 1e-6, // less than the distance of two random elements, so that an extremum stays the same one
  });
}

const cases = fc
  .record({ shape: shapes({ min: 1, max: 4 }, { min: 0, max: 7 }), view: views, keepdim: fc.boolean(), seed: fc.nat() })
  .chain(({ shape, view, keepdim, seed }) =>
    fc.record({
      shape: fc.constant(shape),
      view: fc.constant(view),
      keepdim: fc.constant(keepdim),
      seed: fc.constant(seed),
      dims: fc.subarray([...shape.keys()], { minLength: 1 }),
    }),
  );

describe.each(operations)('$name', (operation) => {
  test('over any axes of any view equals the float64 one, with its gradient', () =>
    property(
      cases.filter(({ shape, dims }) => {
        const count = dims.reduce((product, d) => product * shape[d]!, 1);
        return operation.name === 'variance' ? count > 1 : count > 0;
      }),
      (made) => check(operation, made),
    ));

  test.each([
    ['a long row', [1, 100_003], [1]],
    ['a long row in quads', [2, 40_000], [1]],
    ['long columns', [3000, 7], [0]],
    ['long columns in quads', [3000, 8], [0]],
    ['axes around another', [70, 5, 90], [0, 2]],
  ] as const)('%s', (_, shape, dims) => check(operation, { shape, dims }));

  test.each([32, 256] as const)('%i invocations per row', (lanes) =>
    withLanes(lanes, operation.kernels, async () => {
      await check(operation, { shape: [3, 131], dims: [1] });
      await check(operation, { shape: [3, 132], dims: [1] });
      await check(operation, { shape: [2, 20_001], dims: [1] });
    }),
  );

  test('an axis outside the tensor is refused', () => {
    using x = zeros([2, 3]);
    expect(() => operation.run(x, -3, {})).toThrowError(
      `${operation.name}: dim must be an integer in [-2, 1] for 2 axes, got -3`,
    );
    expect(() => operation.run(x, [1, -1], {})).toThrowError(`${operation.name}: dim names an axis twice: [1,-1]`);
  });
});

// One of the folds to a number, and one to a pair.
test('more rows than 65,535 workgroups of 64', async () => {
  using x = full([2_100_000, 2], 3);
  using means = mean(x, 1);
  using logs = logSumExp(x, 1);
  expect((await means.data()).every((value) => value === 3)).toBe(true);
  expect((await logs.data()).every((value) => Math.abs(value - 3 - Math.LN2) < 1e-6)).toBe(true);
});

test('over nothing mean and variance are NaN, logSumExp is -infinity, and max and min are refused', async () => {
  using x = zeros([2, 0]);
  const { results } = tidy(() => ({ results: [mean(x, 1), variance(x, 1), logSumExp(x, 1)].map((y) => y.data()) }));
  const [means, variances, logs] = await Promise.all(results);
  expect([...means!, ...variances!]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  expect([...logs!]).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  expect(() => max(x, 1)).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: max: nothing to choose from along the axes of [2, 0]]`,
  );
  expect(() => min(x)).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: min: nothing to choose from along the axes of [2, 0]]`,
  );
});

test('equal extrema share the gradient evenly', async () => {
  using x = tensor([1, 3, 3, -1, 3, -1], { shape: [2, 3], requiresGrad: true });
  using both = tidy(() => {
    max(x).backward(tensor(6));
    min(x, 1).backward(tensor([1, 4]));
    return x.grad!.view([6]);
  });
  expect([...(await both.data())]).toEqual([1, 2, 2, 2, 2, 2]);
});

test('the extremum of infinities is infinite', async () => {
  using x = full([2, 5], Number.NEGATIVE_INFINITY);
  using largest = max(x, 1);
  using sums = logSumExp(x, 1);
  expect([...(await largest.data()), ...(await sums.data())]).toEqual(new Array(4).fill(Number.NEGATIVE_INFINITY));
});

test('a variance around 1e4 keeps its digits', () =>
  checkOp({
    run: ([x]) => variance(x!, 1, { correction: 0 }),
    reference: ([x]) => varianceReference([x!], { dims: [1], keepdim: false, correction: 0 }),
    inputs: [{ shape: [3, 500], center: 1e4 }],
    tolerance: 1e-6,
    samples: 12,
  }));

test('one element has no unbiased variance, and its biased one is 0', async () => {
  using x = full([2, 1], 7);
  using unbiased = variance(x, 1);
  using biased = variance(x, 1, { correction: 0 });
  expect([...(await unbiased.data()), ...(await biased.data())]).toEqual([Number.NaN, Number.NaN, 0, 0]);
});

test('logSumExp of masked and large elements neither overflows nor sees the mask', async () => {
  using x = tensor([1000, 1000, Number.NEGATIVE_INFINITY, -1000], { requiresGrad: true });
  const { y, gradient } = tidy(() => {
    const y = logSumExp(x);
    y.backward();
    return { y: y.item(), gradient: x.grad!.data() };
  });
  expect(await y).toBeCloseTo(1000 + Math.LN2, 3);
  expect([...(await gradient)]).toEqual([0.5, 0.5, 0, 0]);
});

interface Attributes {
  readonly dim: Dims;
  readonly keepdim: boolean;
}
testFixtures<Attributes>('mean', ({ x }, { dim, keepdim }) => mean(x!, dim, { keepdim }));
testFixtures<Attributes>('max', ({ x }, { dim, keepdim }) => max(x!, dim, { keepdim }));
testFixtures<Attributes & { correction: number }>('variance', ({ x }, { dim, ...options }) =>
  variance(x!, dim, options),
);
