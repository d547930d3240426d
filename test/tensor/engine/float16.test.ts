import { expect, test } from 'vitest';
import { bfloat16ToFloat32, float16ToFloat32, float32ToFloat16 } from '../../../src/tensor/engine/float16.ts';

const allBits = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);

// The definition, in float64: 1.m * 2^(e - 15), or 0.m * 2^-14 where e is 0.
function float16Reference(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

function roundTrip(value: number): number {
  return float16Reference(float32ToFloat16(Float32Array.of(value))[0]!);
}

test('every f16 has the value of its definition', () => {
  const values = float16ToFloat32(allBits);
  for (const bits of allBits) expect(values[bits]).toBe(float16Reference(bits));
});

test('every f16 but the signaling NaNs comes back from f32 bit by bit', () => {
  const back = float32ToFloat16(float16ToFloat32(allBits));
  for (const bits of allBits) {
    const isNaN16 = (bits & 0x7fff) > 0x7c00;
    // A conversion quiets a signaling NaN: it sets the top mantissa bit.
    expect(back[bits]).toBe(isNaN16 ? bits | 0x0200 : bits);
  }
});

test('a value between two f16 goes to the nearer one, and from the middle to the even one', () => {
  const below = new Float32Array(1);
  const above = new Float32Array(1);
  for (let bits = 0; bits < 0x7bff; bits++) {
    const low = float16Reference(bits);
    const high = float16Reference(bits + 1);
    const middle = (low + high) / 2;
    new Uint32Array(below.buffer)[0] = float32Bits(middle) - 1;
    new Uint32Array(above.buffer)[0] = float32Bits(middle) + 1;
    expect(float32ToFloat16(Float32Array.of(below[0]!, middle, above[0]!, -middle))).toEqual(
      Uint16Array.of(bits, bits + (bits % 2), bits + 1, 0x8000 | (bits + (bits % 2))),
    );
  }
});

test('from 65520 on an f32 becomes infinite, and below it is 65504', () => {
  expect(roundTrip(65519.996)).toBe(65504);
  expect(roundTrip(65520)).toBe(Infinity);
  expect(roundTrip(-3e38)).toBe(-Infinity);
  expect(roundTrip(Infinity)).toBe(Infinity);
});

test('values below half of the smallest subnormal become zero with their sign', () => {
  expect(roundTrip(2 ** -25)).toBe(0);
  expect(roundTrip(-(2 ** -149))).toBe(-0);
  expect(roundTrip(2 ** -25 * (1 + 2 ** -23))).toBe(2 ** -24);
  expect(roundTrip(NaN)).toBe(NaN);
});

test('a bf16 is the upper half of an f32', () => {
  expect(bfloat16ToFloat32(Uint16Array.of(0x3f80, 0xc040, 0x0001, 0x7f80, 0x7fc0))).toEqual(
    Float32Array.of(1, -3, 2 ** -133, Infinity, NaN),
  );
});

function float32Bits(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!;
}
