import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { batchNorm, batchNormReference } from '../../../src/kernels/norm/batchNorm.ts';
import { groupNorm, groupNormReference } from '../../../src/kernels/norm/groupNorm.ts';
import { slice } from '../../../src/kernels/view/slice.ts';
import { full, ones, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, type Input, property, type View, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});

interface Case {
  readonly shape: readonly number[];
  readonly view?: View;
  readonly bias?: boolean;
  readonly center?: number;
  readonly seed?: number;
}

function inputs({ shape, view = 'dense', bias = true, center = 0 }: Case): Input[] {
  const channels = [shape[1]!];
  return [{ shape, view, center }, { shape: channels, center: 1, spread: 0.3 }, ...(bias ? [{ shape: channels }] : [])];
}

// eps is not far below the variance: with two or three elements per group, almost nothing but eps keeps the gradient
// from being a difference of equal terms.
const EPS = 0.1;

const cases = fc.record({
  shape: fc
    .record({
      batch: fc.integer({ min: 0, max: 4 }),
      channels: fc.constantFrom(1, 2, 4, 6),
      positions: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }),
    })
    .map(({ batch, channels, positions }) => [batch, channels, ...positions]),
  view: views,
  bias: fc.boolean(),
  seed: fc.nat(),
});

function checkGroups(made: Case, groups: number, eps = EPS): Promise<void> {
  return checkOp({
    run: ([x, weight, bias]) => groupNorm(x!, weight!, bias ?? null, { groups, eps }),
    reference: ([x, weight, bias]) => groupNormReference([x!, weight!, bias ?? null], { groups, eps }),
    inputs: inputs(made),
    seed: made.seed ?? 1,
    samples: 20,
    tolerance: 1e-6,
    gradTolerance: 5e-5,
  });
}

function checkBatch(made: Case, training: boolean, eps = EPS): Promise<void> {
  const channels = [made.shape[1]!];
  const options = { training, eps, momentum: 0.3 };
  return checkOp({
    run: ([mean, variance, x, weight, bias]) => batchNorm(x!, weight!, bias ?? null, mean!, variance!, options),
    reference: ([mean, variance, x, weight, bias]) =>
      batchNormReference([x!, weight!, bias ?? null, mean!, variance!], options)[0],
    inputs: [
      { shape: channels, gradient: false },
      { shape: channels, center: 1, spread: 0.5, gradient: false },
      ...inputs(made),
    ],
    seed: made.seed ?? 1,
    samples: 20,
    tolerance: 1e-6,
    gradTolerance: 5e-5,
  });
}

describe('groupNorm', () => {
  test('of any view in any number of groups equals the float64 one, with all gradients', () =>
    property(
      fc.tuple(cases, fc.integer({ min: 1, max: 6 })).filter(([made, groups]) => made.shape[1]! % groups === 0),
      ([made, groups]) => checkGroups(made, groups),
    ));

  test('groups longer than a chunk are joined', () => checkGroups({ shape: [2, 4, 1500] }, 2));

  test('a mean of 1e4 keeps every digit', () => checkGroups({ shape: [2, 4, 33], center: 1e4 }, 2, 1e-5));

  test('channels must split into groups evenly', () => {
    using x = zeros([2, 6, 3]);
    using weight = ones([6]);
    expect(() => groupNorm(x, weight, null, { groups: 4 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: groupNorm: channels must be a multiple of groups, got 6 channels and 4]`,
    );
    expect(() => groupNorm(weight, weight, null, { groups: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: groupNorm: x must be [batch, channels, ...], got [6]]`,
    );
  });

  testFixtures<{ groups: number; eps: number }>('groupNorm', ({ x, weight, bias }, options) =>
    groupNorm(x!, weight!, bias!, options),
  );
});

describe('batchNorm', () => {
  test.each([true, false])('of any view equals the float64 one, with all gradients (training %s)', (training) =>
    property(
      cases.filter(({ shape }) => !training || shape.reduce((a, b) => a * b, 1) !== shape[1]),
      (made) => checkBatch(made, training),
    ),
  );

  test('many values per channel are joined', () => checkBatch({ shape: [3, 4, 1500] }, true));

  test('a matrix of features is summed by columns', () => checkBatch({ shape: [1200, 8] }, true));

  test('a mean of 1e4 keeps every digit', () => checkBatch({ shape: [4, 3, 33], center: 1e4 }, true, 1e-5));

  test('running statistics stay what they were in eval, and with an empty batch', async () => {
    using x = full([4, 2, 3], 5);
    using none = zeros([0, 2, 3]);
    using weight = ones([2]);
    using mean = zeros([2]);
    using variance = ones([2]);
    batchNorm(x, weight, null, mean, variance).dispose();
    batchNorm(none, weight, null, mean, variance, { training: true }).dispose();
    expect([...(await mean.data()), ...(await variance.data())]).toEqual([0, 0, 1, 1]);
  });

  test('one value per channel has no variance to train on', () => {
    using x = zeros([1, 2]);
    using weight = ones([2]);
    expect(() => batchNorm(x, weight, null, weight, weight, { training: true })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: batchNorm: training needs more than one value per channel, got [1, 2]: use a larger batch or eval()]`,
    );
  });

  test('running statistics that are views are refused', () => {
    using x = zeros([3, 2]);
    using weight = ones([2]);
    using both = ones([4]);
    using view = slice(both, 0, 1, 3);
    expect(() => batchNorm(x, weight, null, weight, view, { training: true })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: batchNorm: running statistics are updated in place and must not be views: copy them first]`,
    );
  });

  testFixtures<{ training: boolean; eps: number; momentum: number }>(
    'batchNorm',
    ({ x, weight, bias, runningMean, runningVar }, options) => ({
      y: batchNorm(x!, weight!, bias!, runningMean!, runningVar!, options),
      runningMeanAfter: runningMean!,
      runningVarAfter: runningVar!,
    }),
  );
});
