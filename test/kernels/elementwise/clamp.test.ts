import { beforeAll, expect, test } from 'vitest';
import { clamp, clampReference } from '../../../src/kernels/elementwise/clamp.ts';
import { tensor } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { checkOp } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';
import { valuesOf } from '../../setup/valuesOf.ts';

beforeAll(async () => {
  await init();
});

const awayFromBounds = (value: number) => Math.abs(value + 0.5) < 1e-3 || Math.abs(value - 0.25) < 1e-3;

test.each([{ min: -0.5, max: 0.25 }, { min: -0.5 }, { max: 0.25 }])('limits %j, with the gradient inside', (bounds) =>
  checkOp({
    run: ([x]) => clamp(x!, bounds),
    reference: ([x]) => clampReference(bounds)([x!]),
    inputs: [{ shape: [3, 7], view: 'permuted', avoid: awayFromBounds }],
  }),
);

test('the gradient passes on the bounds themselves', async () => {
  using x = tensor([-1, 0, 0.5, 1, 2], { requiresGrad: true });
  tidy(() => clamp(x, { min: 0, max: 1 }).backward(tensor([1, 1, 1, 1, 1])));
  expect([...(await x.grad!.data())]).toEqual([0, 1, 1, 1, 0]);
});

test('a missing bound lets everything through, and max wins over min', async () => {
  const x = [Number.NEGATIVE_INFINITY, -3e38, 3e38, Number.POSITIVE_INFINITY].map(Math.fround);
  expect(await valuesOf(() => clamp(tensor(x), { min: 0 }))).toEqual([0, 0, x[2], x[3]]);
  expect(await valuesOf(() => clamp(tensor(x), { max: 0 }))).toEqual([x[0], x[1], 0, 0]);
  expect(await valuesOf(() => clamp(tensor([0]), { min: 2, max: 1 }))).toEqual([1]);
});

test('no bound at all is a mistake', () => {
  using x = tensor([1]);
  expect(() => clamp(x, {})).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: clamp: give min, max or both: clamp(x, { min: 0 })]`,
  );
});

testFixtures<{ min: number; max: number }>('clamp', ({ x }, bounds) => clamp(x!, bounds));
