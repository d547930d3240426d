import { beforeAll, describe, expect, test } from 'vitest';
import { binaryReference } from '../../../src/kernels/elementwise/binaryOp.ts';
import { pow } from '../../../src/kernels/elementwise/pow.ts';
import { unaryReference } from '../../../src/kernels/elementwise/unaryOp.ts';
import { tensor } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { checkOp } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';
import { valuesOf } from '../../setup/valuesOf.ts';

beforeAll(async () => {
  await init();
});

describe('a number as exponent', () => {
  test.each([2, 3, 0.5, -1, -0.5, 1, 0, 4, 7, 2.5, -1.5, -3])('x^%d of positive x, with its gradient', (exponent) =>
    checkOp({
      run: ([x]) => pow(x!, exponent),
      reference: ([x]) => unaryReference((x) => x ** exponent)([x!]),
      inputs: [{ shape: [4, 6], center: 1.5, spread: 1, view: 'sliced' }],
      // |7 log 2.5| = 6.4 roundings of 2^-24 at most, see the note at POWER.
      tolerance: 1e-6,
      gradTolerance: 2e-6,
    }),
  );

  test.each([2, 3, -1, 1, 4, 7, -2])('x^%d of negative x, with its gradient', (exponent) =>
    checkOp({
      run: ([x]) => pow(x!, exponent),
      reference: ([x]) => unaryReference((x) => x ** exponent)([x!]),
      inputs: [{ shape: [23], center: -1.5, spread: 1 }],
      tolerance: 1e-6,
      gradTolerance: 2e-6,
    }),
  );

  testFixtures<{ exponent: number }>('pow', ({ x }, { exponent }) => pow(x!, exponent), { gradTolerance: 1e-6 });
});

test('tensors on both sides broadcast, with both gradients', () =>
  checkOp({
    run: ([x, exponent]) => pow(x!, exponent!),
    reference: binaryReference((x, exponent) => x ** exponent),
    inputs: [
      { shape: [3, 1, 5], center: 1.5, spread: 1 },
      { shape: [4, 1], spread: 3 },
    ],
    tolerance: 1e-6,
    gradTolerance: 2e-6,
  }));

test('a number as base, with the gradient of the exponent', () =>
  checkOp({
    run: ([exponent]) => pow(2, exponent!),
    reference: ([exponent]) => unaryReference((value) => 2 ** value)([exponent!]),
    inputs: [{ shape: [9], spread: 5 }],
    tolerance: 1e-6,
  }));

describe('edges', () => {
  test('0 and 1 as base and exponent', async () => {
    using x = tensor([0, 0, 0, 1, 5, -5]);
    using exponent = tensor([0, 2.5, -1, 77, 0, 0]);
    expect(await valuesOf(() => pow(x, exponent))).toEqual([1, 0, Number.POSITIVE_INFINITY, 1, 1, 1]);
  });

  test('a negative base has a power for integers alone', async () => {
    using x = tensor([-2, -2, -2, -2]);
    const y = await valuesOf(() => pow(x, tensor([5, 4, -3, 0.5])));
    expect(y[0]).toBeCloseTo(-32, 4);
    expect(y[1]).toBeCloseTo(16, 4);
    expect(y[2]).toBeCloseTo(-0.125, 6);
    expect(y[3]).toBeNaN();
  });

  test('gradients at 0 are those of PyTorch', async () => {
    using x = tensor([0, 0, 2], { requiresGrad: true });
    using exponent = tensor([0, 2, 0], { requiresGrad: true });
    tidy(() => pow(x, exponent).backward(tensor([1, 1, 1])));
    expect([...(await x.grad!.data())]).toEqual([0, 0, 0]);
    const [a, b, c] = await exponent.grad!.data();
    expect([a, b]).toEqual([0, 0]);
    expect(c).toBeCloseTo(Math.log(2), 6);
  });
});
