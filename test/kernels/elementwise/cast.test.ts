import { beforeAll, describe, expect, test } from 'vitest';
import { cast } from '../../../src/kernels/elementwise/cast.ts';
import { permute } from '../../../src/kernels/view/permute.ts';
import { tensor } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { valuesOf } from '../../setup/valuesOf.ts';

beforeAll(async () => {
  await init();
});

const INT_MAX = 2 ** 31 - 1;
const UINT_MAX = 2 ** 32 - 1;

describe('cast', () => {
  test('floats become integers by truncation, limited to the range', async () => {
    using x = tensor([1.9, -1.9, 0, 3e9, -3e9, 5e9, 2147483520, 1e30, -1e30]);
    expect(await valuesOf(() => cast(x, 'i32'))).toEqual([
      1,
      -1,
      0,
      INT_MAX,
      -INT_MAX - 1,
      INT_MAX,
      2147483520,
      INT_MAX,
      -INT_MAX - 1,
    ]);
    expect(await valuesOf(() => cast(x, 'u32'))).toEqual([1, 0, 0, 3e9, 0, UINT_MAX, 2147483520, UINT_MAX, 0]);
  });

  test('anything becomes bool by x ≠ 0, and bool 0 or 1', async () => {
    using x = tensor([0, -0, 1e-30, -2]);
    expect(await valuesOf(() => cast(x, 'bool'))).toEqual([0, 0, 1, 1]);
    using flags = tensor([true, false]);
    for (const dtype of ['f32', 'i32', 'u32'] as const) {
      expect(await valuesOf(() => cast(flags, dtype))).toEqual([1, 0]);
    }
  });

  test('i32 and u32 keep their bits, and widen to f32', async () => {
    using x = tensor(Int32Array.of(-1, 7));
    expect(await valuesOf(() => cast(x, 'u32'))).toEqual([UINT_MAX, 7]);
    expect(await valuesOf(() => cast(cast(x, 'u32'), 'i32'))).toEqual([-1, 7]);
    expect(await valuesOf(() => cast(x, 'f32'))).toEqual([-1, 7]);
  });

  test('a view is read through its strides', async () => {
    using x = tensor([
      [1.5, 2.5, 3.5],
      [4.5, 5.5, 6.5],
    ]);
    expect(await valuesOf(() => cast(permute(x, [1, 0]), 'i32'))).toEqual([1, 4, 2, 5, 3, 6]);
  });

  test('a gradient passes between floats and stops at integers', async () => {
    using x = tensor([1, 2], { requiresGrad: true });
    tidy(() => cast(x, 'f32').backward(tensor([3, 4])));
    expect([...(await x.grad!.data())]).toEqual([3, 4]);
    using y = cast(x, 'i32');
    expect(y.requiresGrad).toBe(false);
  });
});
