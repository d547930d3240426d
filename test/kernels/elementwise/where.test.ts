import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { less } from '../../../src/kernels/elementwise/compare.ts';
import { log } from '../../../src/kernels/elementwise/unary.ts';
import { where, whereReference } from '../../../src/kernels/elementwise/where.ts';
import { tensor } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { nd } from '../../../src/tensor/engine/nd.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { checkOp, type Input, property, shapes, views } from '../../setup/checkOp.ts';
import { valuesOf } from '../../setup/valuesOf.ts';

beforeAll(async () => {
  await init();
});

const coin: Omit<Input, 'shape'> = { dtype: 'bool', center: 0.5, spread: 0.5 };

describe('where', () => {
  const cases = fc.record({
    shape: shapes({ min: 1, max: 3 }, { min: 0, max: 5 }),
    which: fc.constantFrom('condition', 'a', 'b', 'none'),
    views: fc.tuple(views, views, views),
    seed: fc.nat(),
  });

  test('chooses between any views that broadcast, with both gradients', () =>
    property(cases, ({ shape, which, views, seed }) => {
      const of = (name: string) => (which === name ? shape.slice(-1) : shape);
      return checkOp({
        run: ([condition, a, b]) => where(condition!, a!, b!),
        reference: ([condition, a, b]) => whereReference([condition!, a!, b!]),
        inputs: [
          { shape: of('condition'), view: views[0], ...coin },
          { shape: of('a'), view: views[1] },
          { shape: of('b'), view: views[2] },
        ],
        tolerance: 0,
        seed,
      });
    }));

  test('a number on either side, with the gradient of the other', async () => {
    const scalar = (value: number) => nd([], () => value);
    const inputs = [{ shape: [2, 5], ...coin }, { shape: [2, 5] }];
    await checkOp({
      run: ([condition, a]) => where(condition!, a!, -2),
      reference: ([condition, a]) => whereReference([condition!, a!, scalar(-2)]),
      inputs,
    });
    await checkOp({
      run: ([condition, b]) => where(condition!, 3, b!),
      reference: ([condition, b]) => whereReference([condition!, scalar(3), b!]),
      inputs,
    });
  });

  test('two numbers give f32', async () => {
    using condition = tensor([true, false]);
    expect(await valuesOf(() => where(condition, 1.5, -1))).toEqual([1.5, -1]);
  });

  test('integers and bools are chosen exactly', async () => {
    using condition = tensor([true, false, true]);
    using big = tensor(Int32Array.of(2 ** 30 + 1, 5, -9));
    expect(await valuesOf(() => where(condition, big, -(2 ** 31)))).toEqual([2 ** 30 + 1, -(2 ** 31), -9]);
    using flags = tensor([false, false, true]);
    expect(await valuesOf(() => where(condition, flags, 1))).toEqual([0, 1, 1]);
  });

  test('an infinite element that is not chosen gets gradient 0', async () => {
    using x = tensor([0, 1], { requiresGrad: true });
    const { y } = tidy(() => ({ y: where(less(x, 0.5), 7, log(x)) }));
    expect([...(await y.data())]).toEqual([7, 0]);
    using one = tensor([1, 1]);
    using leaf = tensor([Number.NEGATIVE_INFINITY, 2], { requiresGrad: true });
    tidy(() => where(less(leaf, 0), 0, leaf).backward(one));
    expect([...(await leaf.grad!.data())]).toEqual([0, 1]);
    y.dispose();
  });

  test('a condition that is not bool, and dtypes that differ, are mistakes', () => {
    using x = tensor([1]);
    using condition = tensor([true]);
    using integer = tensor(Int32Array.of(1));
    expect(() => where(x, 1, 2)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: where: condition must be bool, got f32: compare it, or cast it to bool]`,
    );
    expect(() => where(condition, x, integer)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: where: a is f32 and b is i32: cast one of them, dtypes are never mixed silently]`,
    );
  });
});
