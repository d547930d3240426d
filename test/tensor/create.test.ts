import { beforeAll, describe, expect, test } from 'vitest';
import { arange, full, ones, tensor, zeros } from '../../src/tensor/create.ts';
import { defaultDevice, init } from '../../src/tensor/engine/device/init.ts';
import type { DType } from '../../src/tensor/engine/dtype.ts';
import { tidy } from '../../src/tensor/engine/scope.ts';

beforeAll(async () => {
  await init();
});

test.each<[DType, number, number]>([
  ['f32', 0.5, 0.5],
  ['i32', 16_777_217, 16_777_217], // one past what f32 counts
  ['i32', -2_147_483_648, -2_147_483_648],
  ['u32', 4_294_967_295, 4_294_967_295],
  ['bool', 5, 1],
  ['bool', 0, 0],
])('full keeps a value of %s exactly: %d', async (dtype, value, expected) => {
  using x = full([5], value, { dtype });
  expect([...(await x.data())]).toEqual(Array.from({ length: 5 }, () => expected));
});

test('a tensor without elements is made and read back by every way', async () => {
  for (const make of [
    () => zeros([0, 3]),
    () => ones([0]),
    () => tensor([]),
    () => arange(3, 3),
    () => full([2, 0], 1),
  ]) {
    using x = make();
    expect(x.size).toBe(0);
    expect([...(await x.data())]).toEqual([]);
  }
});

test('arange counts in either direction', async () => {
  using up = arange(1, 2, 0.25);
  using down = arange(3, 0, -1, { dtype: 'i32' });
  expect([...(await up.data()), ...(await down.data())]).toEqual([1, 1.25, 1.5, 1.75, 3, 2, 1]);
});

test('f16 computes where the device has it, and is refused by name elsewhere', async () => {
  using x = tensor([0.5, 2], { dtype: 'f16' });
  if (defaultDevice().features.has('shader-f16')) {
    using y = full([2], 0.25, { dtype: 'f16' });
    expect([...(await x.data()), ...(await y.data())]).toEqual([0.5, 2, 0.25, 0.25]);
  } else {
    expect(() => tidy(() => full([2], 1, { dtype: 'f16' }))).toThrow(/^full\.fill: .* has no f16 arithmetic/);
    expect([...(await x.data())]).toEqual([0.5, 2]);
  }
});

describe('what cannot be made says so', () => {
  test('arange of no number', () => {
    expect(() => arange(Number.NaN)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: arange: end must be a finite number, got NaN]`,
    );
    expect(() => arange(0, 1, 0)).toThrowErrorMatchingInlineSnapshot(`[RangeError: arange: step must not be 0]`);
  });

  test('a shape that does not fit the values, or is none', () => {
    expect(() => tensor([1, 2, 3], { shape: [2, 2] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensor: 3 values do not fill [2, 2], which holds 4]`,
    );
    expect(() => tensor([[1, 2], [3]])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensor: nested lists must be even, got [2] beside [1]]`,
    );
    expect(() => zeros([Number.NaN])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: full: every extent must be a non-negative integer, got [NaN]]`,
    );
    expect(() => zeros([-1])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: full: every extent must be a non-negative integer, got [-1]]`,
    );
  });
});
