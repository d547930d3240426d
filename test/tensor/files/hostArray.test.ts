import { describe, expect, test } from 'vitest';
import {
  dataFromBytes,
  elementCount,
  type HostArray,
  hostArrayFault,
  toEngine,
} from '../../../src/tensor/files/hostArray.ts';

describe('toEngine', () => {
  test('keeps the types the engine has without copying', () => {
    const arrays: HostArray[] = [
      { dtype: 'f32', shape: [1], data: Float32Array.of(1) },
      { dtype: 'f16', shape: [1], data: Uint16Array.of(0x3c00) },
      { dtype: 'i32', shape: [1], data: Int32Array.of(-1) },
      { dtype: 'u32', shape: [1], data: Uint32Array.of(2 ** 32 - 1) },
      { dtype: 'bool', shape: [2], data: Uint8Array.of(0, 1) },
    ];
    for (const array of arrays) {
      const { dtype, data } = toEngine(array);
      expect(dtype).toBe(array.dtype);
      expect(data).toBe(array.data);
    }
  });

  test('widens small integers to i32', () => {
    expect(toEngine({ dtype: 'i8', shape: [2], data: Int8Array.of(-128, 127) })).toEqual({
      dtype: 'i32',
      data: Int32Array.of(-128, 127),
    });
    expect(toEngine({ dtype: 'u8', shape: [2], data: Uint8Array.of(0, 255) })).toEqual({
      dtype: 'i32',
      data: Int32Array.of(0, 255),
    });
    expect(toEngine({ dtype: 'i16', shape: [1], data: Int16Array.of(-32768) })).toEqual({
      dtype: 'i32',
      data: Int32Array.of(-32768),
    });
    expect(toEngine({ dtype: 'u16', shape: [1], data: Uint16Array.of(65535) })).toEqual({
      dtype: 'i32',
      data: Int32Array.of(65535),
    });
  });

  test('turns bf16 and f64 into f32, rounding and overflowing as f32 does', () => {
    expect(toEngine({ dtype: 'bf16', shape: [1], data: Uint16Array.of(0xbf80) })).toEqual({
      dtype: 'f32',
      data: Float32Array.of(-1),
    });
    expect(toEngine({ dtype: 'f64', shape: [2], data: Float64Array.of(0.1, 1e300) })).toEqual({
      dtype: 'f32',
      data: Float32Array.of(0.1, Infinity),
    });
  });

  test('narrows 64-bit integers that fit', () => {
    const signed = [0n, -1n, 2n ** 31n - 1n, -(2n ** 31n)];
    expect(toEngine({ dtype: 'i64', shape: [4], data: BigInt64Array.from(signed) })).toEqual({
      dtype: 'i32',
      data: Int32Array.from(signed, Number),
    });
    expect(toEngine({ dtype: 'u64', shape: [2], data: BigUint64Array.of(0n, 2n ** 32n - 1n) })).toEqual({
      dtype: 'u32',
      data: Uint32Array.of(0, 2 ** 32 - 1),
    });
  });

  test.each([2n ** 31n, -(2n ** 31n) - 1n, 2n ** 32n, -(2n ** 63n), 2n ** 63n - 1n])('refuses the i64 %s', (value) => {
    const array: HostArray = { dtype: 'i64', shape: [3], data: BigInt64Array.of(5n, value, 2n ** 40n) };
    expect(() => toEngine(array, 'position_ids')).toThrow(`got ${value} at flat index 1`);
  });

  test('names the tensor and the first value that does not fit', () => {
    const signed: HostArray = { dtype: 'i64', shape: [2], data: BigInt64Array.of(7n, 4294967296n) };
    expect(() => toEngine(signed, 'position_ids')).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: toEngine: every value of position_ids must fit i32, [-2147483648, 2147483647], got 4294967296 at flat index 1]`,
    );
    const unsigned: HostArray = { dtype: 'u64', shape: [1], data: BigUint64Array.of(4294967296n) };
    expect(() => toEngine(unsigned, 'seed')).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: toEngine: every value of seed must fit u32, [0, 4294967295], got 4294967296 at flat index 0]`,
    );
  });

  test('takes every byte but 0 for true', () => {
    expect(toEngine({ dtype: 'bool', shape: [3], data: Uint8Array.of(0, 255, 1) }).data).toEqual(
      Uint8Array.of(0, 1, 1),
    );
  });
});

test('the number of elements is null where it would not be exact', () => {
  expect(elementCount([])).toBe(1);
  expect(elementCount([3, 0, 5])).toBe(0);
  expect(elementCount([2 ** 26, 2 ** 26])).toBe(2 ** 52);
  expect(elementCount([2 ** 27, 2 ** 26])).toBe(null);
  expect(elementCount([2 ** 53, 0])).toBe(null);
  expect(elementCount([-1, -1])).toBe(null);
  expect(elementCount([1.5, 2])).toBe(null);
});

test('bytes become a view where they are aligned, and a copy where not', () => {
  const bytes = new Uint8Array(12);
  expect(dataFromBytes('f32', bytes.subarray(4, 12)).buffer).toBe(bytes.buffer);
  const copy = dataFromBytes('f32', bytes.subarray(1, 9));
  expect(copy.buffer).not.toBe(bytes.buffer);
  expect(copy.length).toBe(2);
});

test('what is wrong with an array is said by field', () => {
  const fault = (array: object) => hostArrayFault(array as HostArray);
  expect(fault({ dtype: 'f32', shape: [2], data: new Float32Array(2) })).toBe(null);
  expect(fault({ dtype: 'c64', shape: [2], data: new Float32Array(4) })?.field).toBe('dtype');
  expect(fault({ dtype: 'toString', shape: [2], data: new Float32Array(4) })?.field).toBe('dtype');
  expect(fault({ dtype: 'f32', shape: [-2], data: new Float32Array(2) })).toMatchInlineSnapshot(`
    {
      "field": "shape",
      "reason": "must hold natural numbers, 2^53 at most in all, got [-2]",
    }
  `);
  expect(fault({ dtype: 'f32', shape: [2, 2], data: new Float32Array(3) })).toMatchInlineSnapshot(`
    {
      "field": "data",
      "reason": "must hold 4 elements for shape [2, 2], got 3",
    }
  `);
  expect(fault({ dtype: 'f16', shape: [2], data: new Float32Array(2) })).toMatchInlineSnapshot(`
    {
      "field": "data",
      "reason": "must be a Uint16Array for f16, got [object Float32Array]",
    }
  `);
});
