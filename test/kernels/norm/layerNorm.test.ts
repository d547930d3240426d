import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { layerNorm, layerNormReference } from '../../../src/kernels/norm/layerNorm.ts';
import { full, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, property, type View, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';
import { withLanes } from '../reduce/withLanes.ts';

beforeAll(async () => {
  await init();
});

interface Case {
  readonly shape: readonly number[];
  readonly view?: View;
  readonly bias?: boolean;
  readonly center?: number;
  readonly eps?: number;
  readonly seed?: number;
}

function check({ shape, view = 'dense', bias = true, center = 0, eps = 1e-5, seed = 1 }: Case): Promise<void> {
  const features = shape.slice(-1);
  return checkOp({
    run: ([x, weight, b]) => layerNorm(x!, weight!, b, { eps }),
    reference: ([x, weight, b]) => layerNormReference([x!, weight!, b ?? null], { eps }),
    inputs: [
      { shape, view, center },
      { shape: features, center: 1, spread: 0.3 },
      ...(bias ? [{ shape: features }] : []),
    ],
    seed,
    tolerance: 1e-6,
    gradTolerance: 2e-5,
    samples: 20,
  });
}

const cases = fc
  .record({
    lead: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 2 }),
    features: fc.constantFrom(1, 2, 4, 7, 12, 65),
    view: views,
    bias: fc.boolean(),
    seed: fc.nat(),
  })
  // Of one or two features with a small eps nothing but signs is left: the gradient is rounding.
  .map(({ lead, features, ...rest }) => ({ ...rest, shape: [...lead, features], eps: features <= 2 ? 0.5 : 1e-5 }));

test('any rows of any view are normalized as in float64, with all gradients', () => property(cases, check));

test('many rows share one weight and bias', () => check({ shape: [5000, 8] }));

describe.each([32, 256] as const)('%i invocations per row', (lanes) => {
  test.each([
    [3, 5],
    [2, 128],
    [9, 130],
    [3, 2000],
  ])('rows of %i x %i', (rows, features) =>
    withLanes(lanes, ['layerNorm.normalize', 'layerNorm.gradInput'], () => check({ shape: [rows!, features!] })),
  );
});

test('a row with a mean of 1e4 keeps every digit', () => check({ shape: [3, 64], center: 1e4 }));

test('a constant row gives the bias', async () => {
  using x = full([2, 6], 1234.5);
  using weight = full([6], 3);
  using bias = full([6], 0.25);
  using y = layerNorm(x, weight, bias);
  expect([...(await y.data())]).toEqual(new Array(12).fill(0.25));
});

test('more rows than 65,535 workgroups of 64 hold', async () => {
  using x = full([4_200_001, 1], 2);
  using weight = full([1], 3);
  using bias = full([1], 0.5);
  using y = layerNorm(x, weight, bias);
  expect((await y.data()).every((value) => value === 0.5)).toBe(true);
});

test('weight and bias must match the last axis', () => {
  using x = zeros([2, 8]);
  using weight = zeros([8]);
  using bias = zeros([9]);
  expect(() => layerNorm(x, weight, bias)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: layerNorm: bias must be [8], got [9]]`,
  );
  expect(() => layerNorm(x, bias)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: layerNorm: weight must be [8], got [9]]`,
  );
});

test('a scalar has no features', () => {
  using x = zeros([]);
  expect(() => layerNorm(x, x)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: layerNorm: x must be [..., features] with at least one axis, got []]`,
  );
});

testFixtures<{ eps: number }>('layerNorm', ({ x, weight, bias }, options) => layerNorm(x!, weight!, bias, options));
