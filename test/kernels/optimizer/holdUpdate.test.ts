import { beforeAll, expect, test } from 'vitest';
import { holdUpdate } from '../../../src/kernels/optimizer/holdUpdate.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';

beforeAll(async () => {
  await init();
});

test('finite numbers leave rate and gradients as they are', async () => {
  using watched = tensor([1, -3e38, 1e-42]);
  using held = zeros([1], { dtype: 'u32' });
  using hyper = tensor([0.5, 0.9]);
  using grad = tensor([1, 2, 3, 4, 5]);
  holdUpdate(watched, held, hyper, [grad]);
  expect([...(await held.data()), ...(await hyper.data())]).toEqual([0, 0.5, Math.fround(0.9)]);
  expect([...(await grad.data())]).toEqual([1, 2, 3, 4, 5]);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  '%f stops the update, and those after it, whatever comes then',
  async (bad) => {
    using watched = tensor([1, bad]);
    using held = zeros([1], { dtype: 'u32' });
    using hyper = tensor([0.5, 0.9]);
    using grad = tensor(Float32Array.from({ length: 5001 }, (_, i) => (i % 3 ? i : Number.NaN)));
    holdUpdate(watched, held, hyper, [grad]);
    expect([...(await hyper.data())]).toEqual([0, Math.fround(0.9)]);
    expect((await grad.data()).every((value) => value === 0)).toBe(true);

    watched.write([1, 2]);
    hyper.write([0.25, 0.9]);
    grad.write(new Float32Array(5001).fill(7));
    holdUpdate(watched, held, hyper, [grad]);
    expect((await hyper.data())[0]).toBe(0);
    expect((await grad.data()).every((value) => value === 0)).toBe(true);
  },
);
