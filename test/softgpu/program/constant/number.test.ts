import { describe, expect, it } from 'vitest';
import {
  checkI64,
  exponentOf,
  f16Bits,
  f16FromBits,
  f32Bits,
  f32FromBits,
  roundFloat,
  roundHalfToEven,
  roundToF16,
} from '../../../../src/softgpu/program/constant/number.ts';

/** Every finite f16 that is not negative, in order. */
const F16 = Array.from({ length: 0x7c00 }, (_, bits) => f16FromBits(bits));

describe('rounding to f16', () => {
  it('keeps every f16, and its bits come back', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = f16FromBits(bits);
      if (!Number.isFinite(value)) continue;
      if (!Object.is(roundToF16(value), value) || f16Bits(value) !== bits) expect.fail(`0x${bits.toString(16)}`);
    }
  });

  it('goes to the nearer neighbor, and from halfway to the even one', () => {
    for (let i = 0; i + 1 < F16.length; i++) {
      const low = F16[i]!;
      const high = F16[i + 1]!;
      const middle = (low + high) / 2; // exact in f64
      const even = i % 2 === 0 ? low : high;
      const below = middle * (1 - 2 ** -52);
      const above = middle * (1 + 2 ** -52);
      const got = [roundToF16(below), roundToF16(middle), roundToF16(above), roundToF16(-middle)];
      if (got[0] !== low || got[1] !== even || got[2] !== high || got[3] !== -even)
        expect.fail(`${low} ${high}: ${got}`);
    }
  });

  it('overflows from halfway above the greatest', () => {
    expect(roundToF16(65519.999)).toBe(65504);
    expect(roundToF16(65520)).toBe(Number.POSITIVE_INFINITY);
    expect(roundToF16(-1e300)).toBe(Number.NEGATIVE_INFINITY);
    expect(roundToF16(Number.NaN)).toBeNaN();
  });

  it('keeps the sign of zero', () => {
    expect(roundToF16(-0)).toBe(-0);
    expect(roundToF16(-1e-300)).toBe(-0);
    expect(f16Bits(-0)).toBe(0x8000);
    expect(f16FromBits(0x8000)).toBe(-0);
  });
});

describe('bits', () => {
  it('of f32 go both ways', () => {
    expect(f32Bits(1)).toBe(0x3f800000);
    expect(f32FromBits(0xc0490fdb)).toBe(Math.fround(-Math.PI));
  });

  it('of f16 hold infinities and NaN', () => {
    expect(f16FromBits(0x7c00)).toBe(Number.POSITIVE_INFINITY);
    expect(f16FromBits(0xfc00)).toBe(Number.NEGATIVE_INFINITY);
    expect(f16FromBits(0x7e00)).toBeNaN();
  });

  it('of a double show its exponent', () => {
    expect([1, 1.99, 2, 0.5, 2 ** -1022, 2 ** 1023].map(exponentOf)).toEqual([0, 0, 1, -1, -1022, 1023]);
  });
});

describe('rounding to an integer', () => {
  it.each([
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-0.5, -0],
    [-1.5, -2],
    [0.49999999999999994, 0],
    [2 ** 52 + 1, 2 ** 52 + 1],
    [-(2 ** 53), -(2 ** 53)],
    [-0, -0],
    [4503599627370495.5, 4503599627370496],
  ])('%d gives %d', (x, expected) => {
    expect(roundHalfToEven(x)).toBe(expected);
  });
});

describe('a result', () => {
  it('that is not finite is an error', () => {
    expect(() => roundFloat('f32', 1e39, 'exp')).toThrowErrorMatchingInlineSnapshot(
      `[ConstantError: exp: the result 1e+39 does not fit in f32]`,
    );
    expect(() => roundFloat('f16', 65520, '65504 + 16')).toThrowErrorMatchingInlineSnapshot(
      `[ConstantError: 65504 + 16: the result 65520 does not fit in f16]`,
    );
    expect(() => roundFloat('abstract-float', Number.POSITIVE_INFINITY, 'exp')).toThrowErrorMatchingInlineSnapshot(
      `[ConstantError: exp: the result does not fit in abstract-float]`,
    );
    expect(() => roundFloat('f32', Number.NaN, 'exp')).toThrowErrorMatchingInlineSnapshot(
      `[ConstantError: exp: the result is not a number]`,
    );
  });

  it('that overflows 64 bits is an error', () => {
    expect(checkI64(-(2n ** 63n), '-')).toBe(-(2n ** 63n));
    expect(() => checkI64(2n ** 63n, 'dot')).toThrowErrorMatchingInlineSnapshot(
      `[ConstantError: dot: the result 9223372036854775808 does not fit in an abstract integer of 64 bits]`,
    );
  });
});
