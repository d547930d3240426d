import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type PowerToDbOptions, powerToDb, powerToDbReference } from '../../../src/kernels/fourier/powerToDb.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, expectClose, property, shapes, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});

testFixtures<PowerToDbOptions>('powerToDb', ({ x }, options) => powerToDb(x!, options));

test('decibels of any view, with and without a floor, equal float64, with gradients', () =>
  property(
    fc.record({
      shape: shapes({ min: 0, max: 3 }, { min: 0, max: 6 }),
      view: views,
      topDb: fc.constantFrom(null, 1, 3.3, 100),
      seed: fc.nat(),
    }),
    ({ shape, view, topDb, seed }) => {
      const options = { amin: 0.3, topDb };
      return checkOp({
        run: ([x]) => powerToDb(x!, options),
        reference: ([x]) => powerToDbReference([x!], options),
        // Away from amin, where the slope jumps.
        inputs: [{ shape, view, center: 1, spread: 0.99, avoid: (value) => Math.abs(value - 0.3) < 1e-3 }],
        seed,
      });
    },
    25,
  ));

test('silence is amin, and has gradient 0', async () => {
  using x = zeros([3], { requiresGrad: true });
  using y = powerToDb(x);
  using seed = tensor([1, 1, 1]);
  y.backward(seed);
  expectClose(await y.data(), [-100, -100, -100], 1e-6);
  expect([...(await x.grad!.data())]).toEqual([0, 0, 0]);
});

test('the gradient of what the floor lifts goes to the largest values, in equal parts', async () => {
  using x = tensor([1, 1e-3, 1, 1e-4], { requiresGrad: true });
  using y = powerToDb(x, { topDb: 10 });
  using seed = tensor([0, 1, 0, 3]);
  y.backward(seed);
  const share = (4 / 2) * (10 / Math.LN10);
  expect([...(await x.grad!.data())]).toEqual([Math.fround(share), 0, Math.fround(share), 0]);
});

test('the largest of many values is found wherever it is', async () => {
  const size = 10_007;
  for (const at of [0, 99, 100, 101, 5000, size - 1]) {
    const data = new Float32Array(size).fill(1e-9);
    data[at] = 1;
    using x = tensor(data);
    using y = powerToDb(x, { topDb: 20 });
    expect((await y.data())[(at + 1) % size]).toBe(-20);
  }
});

test('errors say what must hold', () => {
  using x = zeros([2]);
  expect(() => powerToDb(x, { amin: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: powerToDb: amin must be over 0, got 0]`,
  );
  expect(() => powerToDb(x, { topDb: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: powerToDb: topDb must be null or at least 0, got -1]`,
  );
});
