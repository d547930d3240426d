import type { Emitter, Value } from './emitter.ts';
import type { MathFunction } from './mathFunction.ts';

/** Rounds to the nearest f16 value, ties to even, and stays f32: f16 arithmetic, and quantizeToF16. */
export const roundToF16: MathFunction = {
  name: 'roundToF16',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'always',
  // Adding 2^(exponent + 13) rounds to 11 bits, adding 1/2 to multiples of 2^-24, the subnormals' distance.
  emit: (e, x) => {
    const magnitude = e.let(e.atMost(e.abs(x), e.f32(65536)));
    const power = e.op('i32x4.add', e.and(magnitude, e.i32(0x7f800000)), e.i32(13 << 23));
    const rounder = e.let(e.op('f32x4.pmax', e.f32(0.5), power));
    const rounded = e.let(e.sub(e.add(magnitude, rounder), rounder));
    const overflow = e.op('f32x4.ge', rounded, e.f32(65536));
    return e.or(e.or(rounded, e.and(overflow, e.f32(Infinity))), e.signBit(x));
  },
};

/** The bits of the nearest f16 in the low half of each lane, zeros above. */
export const f32ToF16Bits: MathFunction = {
  name: 'f32ToF16Bits',
  params: ['f32x4'],
  result: 'i32x4',
  inline: 'few',
  // The bias differs by 112, the mantissa by 13 bits; adding 0xfff and the lowest kept bit rounds ties to even.
  emit: (e, x) => {
    const magnitude = e.let(e.and(x, e.i32(0x7fffffff)));
    const odd = e.and(e.shrU(magnitude, 13), e.i32(1));
    const rebiased = e.op('i32x4.add', magnitude, e.i32(0xfff - (112 << 23)));
    const normal = e.shrU(e.op('i32x4.add', rebiased, odd), 13);
    const subnormal = e.op('i32x4.sub', e.add(magnitude, e.f32(0.5)), e.f32(0.5));
    const finite = e.select(e.op('i32x4.lt_s', magnitude, e.i32(0x38800000)), subnormal, normal);
    const quiet = e.and(e.op('i32x4.gt_s', magnitude, e.i32(0x7f800000)), e.i32(0x200));
    const infinite = e.or(e.i32(0x7c00), quiet);
    const large = e.op('i32x4.ge_s', magnitude, e.i32(0x47800000));
    return e.or(e.select(large, infinite, finite), e.and(e.shrU(x, 16), e.i32(0x8000)));
  },
};

/** The f32 of the f16 whose bits are the low half of each lane; the upper half does not matter. */
export const f16BitsToF32: MathFunction = {
  name: 'f16BitsToF32',
  params: ['i32x4'],
  result: 'f32x4',
  inline: 'always',
  emit: (e, bits) => {
    const magnitude = e.let(e.and(bits, e.i32(0x7fff)));
    const shifted = e.let(e.shl(magnitude, 13));
    // ∞ and NaN take the bias twice, to reach the exponent 255.
    const special = e.and(e.op('i32x4.ge_s', magnitude, e.i32(0x7c00)), e.i32(112 << 23));
    const normal = e.op('i32x4.add', e.op('i32x4.add', shifted, e.i32(112 << 23)), special);
    const subnormal = e.mul(e.op('f32x4.convert_i32x4_s', magnitude), e.f32(2 ** -24));
    const value = e.select(e.op('i32x4.lt_s', magnitude, e.i32(0x400)), subnormal, normal);
    return e.or(value, e.shl(e.and(bits, e.i32(0x8000)), 16));
  },
};

/** Four f16 in the lower half of the v128 (as `v128.load64_zero` reads them) as f32x4. */
export const f16x4ToF32x4: MathFunction = {
  name: 'f16x4ToF32x4',
  params: ['i32x4'],
  result: 'f32x4',
  inline: 'always',
  emit: (e, x) => e.call(f16BitsToF32, e.op('i32x4.extend_low_i16x8_u', x)),
};

/** An f32x4 as four f16 in the lower half of the v128, for `v128.store64_lane`; zeros above. */
export const f32x4ToF16x4: MathFunction = {
  name: 'f32x4ToF16x4',
  params: ['f32x4'],
  result: 'i32x4',
  inline: 'always',
  emit: (e, x) => lowHalves(e, e.call(f32ToF16Bits, x)),
};

/** The low 16 bits of each lane, side by side. */
export function lowHalves(e: Emitter, x: Value): Value {
  return e.shuffle(x, e.i32(0), [0, 1, 4, 5, 8, 9, 12, 13, 16, 16, 16, 16, 16, 16, 16, 16]);
}

/** The low byte of each lane, side by side. */
export function lowBytes(e: Emitter, x: Value): Value {
  return e.shuffle(x, e.i32(0), [0, 4, 8, 12, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16]);
}
