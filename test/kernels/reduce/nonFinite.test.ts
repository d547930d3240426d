import { beforeAll, expect, test } from 'vitest';
import { countNonFinite } from '../../../src/kernels/reduce/nonFinite.ts';
import { tensor } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';

beforeAll(async () => {
  await init();
});

async function countOf(x: Tensor): Promise<number> {
  using counts = countNonFinite(x);
  return ((await counts.data()) as Uint32Array).reduce((total, value) => total + value, 0);
}

test('counts NaN and both infinities, and nothing else', async () => {
  const largest = 3.4028234663852886e38;
  using x = tensor([0, -0, 1e-45, largest, -largest, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  expect(await countOf(x)).toBe(3);
});

test('counts in tensors longer than a workgroup, and in views', async () => {
  using x = tensor(
    Float32Array.from({ length: 3000 }, (_, i) => (i % 7 === 0 ? Number.NaN : i)),
    { shape: [30, 100] },
  );
  using part = tidy(() => x.slice(1, 1, 8).transpose(0, 1)); // columns 1 to 7: one in seven again
  expect(await countOf(x)).toBe(429);
  expect(await countOf(part)).toBe(30);
});

test('refuses whole numbers', () => {
  using x = tensor([1, 2], { dtype: 'i32' });
  expect(() => countNonFinite(x)).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: countNonFinite: x must be f32 or f16, got i32]`,
  );
});
