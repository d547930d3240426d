import { describe, expect, test } from 'vitest';
import { MATH, type MathName } from '../../../src/softgpu/math/index.ts';
import { relaxedSimd } from '../../../src/softgpu/wasm/features.ts';
import type { FunctionBuilder } from '../../../src/softgpu/wasm/functionBuilder.ts';
import { arrayFunction, scalarFunction } from './mathModule.ts';
import { anyFloats, around, firstDifference, random, uniform } from './ulp.ts';

/** The value of f16 bits, by the definition of binary16. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 0x3ff;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25);
}

/** To the nearest f16, ties to even; 65520 and more is ∞. */
function rounded(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x)) return NaN;
  if (a >= 65520) return Math.sign(x) * Infinity;
  const step = 2 ** (Math.max(Math.floor(Math.log2(a)), -14) - 10);
  const quotient = a / step;
  const low = Math.floor(quotient);
  const up = quotient - low > 0.5 || (quotient - low === 0.5 && low % 2 === 1);
  return Math.sign(x) * (low + Number(up)) * step;
}

const ALL_HALVES = Int32Array.from({ length: 65536 }, (_, i) => i);
const next = random(1);
const FLOATS = Float32Array.from([
  ...anyFloats(20_000, next),
  ...uniform(20_000, -70_000, 70_000, next),
  ...uniform(20_000, -1e-4, 1e-4, next),
  ...around(0, 65504, 65520, 65536, 2 ** -14, 2 ** -24, 2 ** -25, 1.5 * 2 ** -24, 2049, 2051, Infinity, NaN),
  -0,
]);

describe.each([{ relaxed: false }, { relaxed: relaxedSimd() }])('f16, relaxed SIMD $relaxed', ({ relaxed }) => {
  test('f16BitsToF32 decodes all 65536 values', () => {
    const got = new Float32Array(arrayFunction(MATH.f16BitsToF32, { relaxed }).apply(ALL_HALVES));
    expect(firstDifference(got, Float32Array.from(ALL_HALVES, halfValue))).toBeUndefined();
  });

  test('f32ToF16Bits is its inverse', () => {
    const values = Float32Array.from(ALL_HALVES, halfValue);
    const got = new Int32Array(arrayFunction(MATH.f32ToF16Bits, { relaxed }).apply(values));
    // NaN comes back as some quiet NaN.
    const restored = got.map((bits, i) => (Number.isNaN(values[i]) && Number.isNaN(halfValue(bits)) ? i : bits));
    expect(firstDifference(restored, ALL_HALVES)).toBeUndefined();
  });

  test('f32ToF16Bits and roundToF16 round to the nearest, ties to even, with subnormals', () => {
    const expected = FLOATS.map(rounded);
    const bits = new Int32Array(arrayFunction(MATH.f32ToF16Bits, { relaxed }).apply(FLOATS));
    expect(firstDifference(Float32Array.from(bits, halfValue), expected)).toBeUndefined();
    const values = new Float32Array(arrayFunction(MATH.roundToF16, { relaxed }).apply(FLOATS));
    expect(firstDifference(values, expected)).toBeUndefined();
  });

  test('four halves share the lower half of a vector', () => {
    const x = Float32Array.of(1, -2.5, 65504, 2 ** -24);
    const packed = arrayFunction(MATH.f32x4ToF16x4, { relaxed }).apply(x);
    expect([...new Uint16Array(packed)]).toEqual([0x3c00, 0xc100, 0x7bff, 1, 0, 0, 0, 0]);
    expect(new Float32Array(arrayFunction(MATH.f16x4ToF32x4, { relaxed }).apply(new Uint8Array(packed)))).toEqual(x);
  });
});

describe('parts of a float', () => {
  const x = Float32Array.from([
    ...anyFloats(8000, next),
    0,
    -0,
    Infinity,
    -Infinity,
    NaN,
    ...around(1, -2, 2 ** -126, 1e-45),
  ]);

  test('frexp gives a fraction in [1/2, 1) and the exponent that restores x; 0, ∞ and NaN stay', () => {
    const fraction = new Float32Array(arrayFunction(MATH.frexpFract, { relaxed: false }).apply(x));
    const exponent = new Int32Array(arrayFunction(MATH.frexpExp, { relaxed: false }).apply(x));
    for (const [i, value] of x.entries()) {
      if (value === 0 || !Number.isFinite(value)) {
        expect(fraction[i]).toBe(value);
        expect(exponent[i]).toBe(0);
      } else {
        expect(Math.abs(fraction[i]!)).toBeGreaterThanOrEqual(0.5);
        expect(Math.abs(fraction[i]!)).toBeLessThan(1);
        expect(fraction[i]! * 2 ** exponent[i]!).toBe(value);
      }
    }
  });

  test('ldexp is correctly rounded for every exponent', () => {
    const numbers = x.filter((value) => Number.isFinite(value));
    const exponents = Int32Array.from(
      numbers,
      (_, i) => [next() * 600 - 300, next() * 60 - 30, -(2 ** 31), 2 ** 31 - 1][i % 4]!,
    );
    const got = new Float32Array(arrayFunction(MATH.ldexp, { relaxed: false }).apply(numbers, exponents));
    // Two steps, for 2 ** 300 times a subnormal is in the range of f64 and 2 ** 2147483647 is not.
    expect(
      firstDifference(
        got,
        numbers.map((value, i) => value * 2 ** Math.max(-400, Math.min(400, exponents[i]!))),
      ),
    ).toBeUndefined();
  });

  test('modfFract keeps the sign and is 0 for infinities', () => {
    const values = Float32Array.of(2.5, -2.5, -3, Infinity, -Infinity, NaN, 0.25, -0);
    const got = new Float32Array(arrayFunction(MATH.modfFract, { relaxed: false }).apply(values));
    expect([...got]).toEqual([0.5, -0.5, -0, 0, -0, NaN, 0.25, -0]);
  });

  test('signF32 and fract', () => {
    const values = Float32Array.of(3, -0.25, 0, -1e-45);
    expect([...new Float32Array(arrayFunction(MATH.signF32, { relaxed: false }).apply(values))]).toEqual([
      1, -1, 0, -1,
    ]);
    expect([...new Float32Array(arrayFunction(MATH.fract, { relaxed: false }).apply(values.slice(0, 3)))]).toEqual([
      0, 0.75, 0,
    ]);
  });
});

describe('packing', () => {
  /** The four floats or integers go through the packing function and come out as one u32. */
  function packed(name: MathName, values: readonly number[], type: 'f32x4' | 'i32x4'): number {
    const body = (f: FunctionBuilder, call: () => void) => {
      const [a, b, c, d] = values as [number, number, number, number];
      if (type === 'f32x4') f.f32x4Const(a, b, c, d);
      else f.i32x4Const(a, b, c, d);
      call();
    };
    return scalarFunction(MATH[name], body, [], 'i32')() >>> 0;
  }

  function unpacked(name: MathName, bits: number, type: 'f32' | 'i32', lane: number): number {
    const body = (f: FunctionBuilder, call: () => void) => {
      f.get(0);
      call();
      f.lane(`${type}x4.extract_lane`, lane);
    };
    return scalarFunction(MATH[name], body, ['i32'], type)(bits);
  }

  test.each<[MathName, number[], number]>([
    ['pack4x8snorm', [-1, 1, 0.5, -2], 0x81407f81],
    ['pack4x8unorm', [0, 1, 0.5, 3], 0xff80ff00],
    ['pack2x16snorm', [-1, 0.5, 0, 0], 0x40008001],
    ['pack2x16unorm', [1, 0.5, 0, 0], 0x8000ffff],
    ['pack2x16float', [1, -2.5, 0, 0], 0xc1003c00],
  ])('%s of %j is %i', (name, values, bits) => {
    expect(packed(name, values, 'f32x4')).toBe(bits);
  });

  test.each<[MathName, number[], number]>([
    ['pack4x8', [1, -1, 300, 127], 0x7f2cff01],
    ['pack4xI8Clamp', [1, -1, 300, -300], 0x807fff01],
    ['pack4xU8Clamp', [1, 255, 300, 0], 0x00ffff01],
  ])('%s of %j is %i', (name, values, bits) => {
    expect(packed(name, values, 'i32x4')).toBe(bits);
  });

  test.each<[MathName, number, 'f32' | 'i32', number[]]>([
    ['unpack4x8snorm', 0x80407f81, 'f32', [-1, 1, 64 / 127, -1]],
    ['unpack4x8unorm', 0xff80ff00, 'f32', [0, 1, 128 / 255, 1]],
    ['unpack2x16snorm', 0x40008000, 'f32', [-1, 16384 / 32767]],
    ['unpack2x16unorm', 0x8000ffff, 'f32', [1, 32768 / 65535]],
    ['unpack2x16float', 0xc1003c00, 'f32', [1, -2.5]],
    ['unpack4xI8', 0x7f80ff01, 'i32', [1, -1, -128, 127]],
    ['unpack4xU8', 0x7f80ff01, 'i32', [1, 255, 128, 127]],
  ])('%s of %i', (name, bits, type, values) => {
    expect(values.map((_, lane) => unpacked(name, bits, type, lane))).toEqual(values.map(Math.fround));
  });
});
