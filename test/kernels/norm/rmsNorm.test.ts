import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { rmsNorm, rmsNormReference } from '../../../src/kernels/norm/rmsNorm.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { checkOp, property, type View, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';
import { withLanes } from '../reduce/withLanes.ts';

beforeAll(async () => {
  await init();
});

interface Case {
  readonly shape: readonly number[];
  readonly view?: View;
  readonly form?: 'mean' | 'l2';
  readonly eps?: number;
  readonly seed?: number;
}

function check({ shape, view = 'dense', form = 'mean', eps = 1e-5, seed = 1 }: Case): Promise<void> {
  return checkOp({
    run: ([x, weight]) => rmsNorm(x!, weight!, { eps, form }),
    reference: ([x, weight]) => rmsNormReference([x!, weight!], { eps, form }),
    inputs: [
      { shape, view },
      { shape: shape.slice(-1), center: 1, spread: 0.3 },
    ],
    seed,
    tolerance: 1e-6,
    samples: 20,
  });
}

const cases = fc
  .record({
    lead: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 2 }),
    features: fc.constantFrom(1, 2, 4, 7, 12, 65),
    view: views,
    form: fc.constantFrom('mean' as const, 'l2' as const),
    seed: fc.nat(),
  })
  // With one feature and a small eps, y is the sign of x: the gradient is the rounding of a difference of equal terms.
  .map(({ lead, features, ...rest }) => ({ ...rest, shape: [...lead, features], eps: features === 1 ? 0.5 : 1e-5 }));

test('any rows of any view are normalized as in float64, with both gradients', () => property(cases, check));

test('many rows share one weight gradient', () => check({ shape: [5000, 8] }));

test('more rows than 65,535 workgroups of 64 hold', () => check({ shape: [65_537, 1] }));

describe.each([32, 256] as const)('%i invocations per row', (lanes) => {
  test.each([
    [3, 5],
    [2, 128],
    [9, 130],
    [3, 2000],
  ])('rows of %i x %i', (rows, features) =>
    withLanes(lanes, ['rmsNorm.normalize', 'rmsNorm.gradInput'], () => check({ shape: [rows!, features!] })),
  );
});

test('a row shorter than eps keeps a constant factor, and so a plain gradient', () =>
  check({ shape: [2, 4], form: 'l2', eps: 100 }));

test('a row of zeros gives zeros', async () => {
  using x = tensor(new Float32Array(8), { shape: [2, 4], requiresGrad: true });
  using weight = tensor([1, 2, 3, 4]);
  const { y, dx } = tidy(() => {
    const y = rmsNorm(x, weight, { eps: 1e-12, form: 'l2' });
    y.backward(tensor([1, 0, 0, 0, 0, 0, 0, -1], { shape: [2, 4] }));
    return { y: y.data(), dx: x.grad!.data() };
  });
  expect([...(await y)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  const slope = (await dx)[0]! / 2e12; // sqrt(4) / 1e-12
  expect(slope).toBeCloseTo(1, 5);
});

test('scaling a row does not change it', async () => {
  using x = tensor([1, -2, 3, 4, 5, -6], { shape: [2, 3] });
  using scaled = tensor([1e3, -2e3, 3e3, 4e3, 5e3, -6e3], { shape: [2, 3] });
  using weight = tensor([1, 1, 1]);
  using a = rmsNorm(x, weight, { eps: 0 });
  using b = rmsNorm(scaled, weight, { eps: 0 });
  const [first, second] = [await a.data(), await b.data()];
  first.forEach((value, i) => {
    expect(second[i]).toBeCloseTo(value, 5);
  });
});

test('the weight must match the last axis', () => {
  using x = zeros([2, 8]);
  using weight = zeros([9]);
  expect(() => rmsNorm(x, weight)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: rmsNorm: weight must be [8], got [9]]`,
  );
});

testFixtures<{ eps: number; form: 'mean' | 'l2' }>('rmsNorm', ({ x, weight }, options) =>
  rmsNorm(x!, weight!, options),
);
