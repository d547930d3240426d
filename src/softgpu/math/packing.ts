import type { Emitter, Value } from './emitter.ts';
import { f16BitsToF32, f32ToF16Bits, lowBytes, lowHalves } from './halfPrecision.ts';
import type { MathFunction } from './mathFunction.ts';

/** ⌊½ + scale · min(1, max(least, x))⌋ as an integer lane. */
function toNormalized(name: string, scale: number, least: number): MathFunction {
  return {
    name,
    params: ['f32x4'],
    result: 'i32x4',
    inline: 'always',
    emit: (e, x) => {
      const clamped = e.op('f32x4.min', e.op('f32x4.max', x, e.f32(least)), e.f32(1));
      const rounded = e.op('f32x4.floor', e.add(e.mul(clamped, e.f32(scale)), e.f32(0.5)));
      return e.op('i32x4.trunc_sat_f32x4_s', rounded);
    },
  };
}

/** The low `bits` of a lane, signed, as x / scale, at least -1. */
function fromSigned(name: string, bits: number, scale: number): MathFunction {
  return {
    name,
    params: ['i32x4'],
    result: 'f32x4',
    inline: 'always',
    emit: (e, x) => {
      const value = e.op('f32x4.convert_i32x4_s', e.shrS(e.shl(x, 32 - bits), 32 - bits));
      return e.op('f32x4.max', e.div(value, e.f32(scale)), e.f32(-1));
    },
  };
}

/** The low `bits` of a lane, unsigned, as x / scale. */
function fromUnsigned(name: string, bits: number, scale: number): MathFunction {
  return {
    name,
    params: ['i32x4'],
    result: 'f32x4',
    inline: 'always',
    emit: (e, x) => e.div(e.op('f32x4.convert_i32x4_s', e.and(x, e.i32(2 ** bits - 1))), e.f32(scale)),
  };
}

// One component each, for code that keeps components apart. The integers' upper bits are those of the sign.
export const f32ToSnorm8 = toNormalized('f32ToSnorm8', 127, -1);
export const f32ToUnorm8 = toNormalized('f32ToUnorm8', 255, 0);
export const f32ToSnorm16 = toNormalized('f32ToSnorm16', 32767, -1);
export const f32ToUnorm16 = toNormalized('f32ToUnorm16', 65535, 0);
export const snorm8ToF32 = fromSigned('snorm8ToF32', 8, 127);
export const unorm8ToF32 = fromUnsigned('unorm8ToF32', 8, 255);
export const snorm16ToF32 = fromSigned('snorm16ToF32', 16, 32767);
export const unorm16ToF32 = fromUnsigned('unorm16ToF32', 16, 65535);

/** A vector in one v128 packed into lane 0. */
function pack(name: string, from: 'f32x4' | 'i32x4', bits: (e: Emitter, x: Value) => Value): MathFunction {
  return {
    name,
    params: [from],
    result: 'i32',
    inline: 'always',
    emit: (e, x) => e.lane('i32x4.extract_lane', 0, bits(e, x)),
  };
}

/** Lane 0's bytes or halves, one per lane. */
function unpack(name: string, to: 'f32x4' | 'i32x4', emit: (e: Emitter, bytes: Value) => Value): MathFunction {
  return { name, params: ['i32'], result: to, inline: 'always', emit: (e, x) => emit(e, e.op('i32x4.splat', x)) };
}

function bytesOf(e: Emitter, x: Value, extend: 's' | 'u'): Value {
  return e.op(`i32x4.extend_low_i16x8_${extend}`, e.op(`i16x8.extend_low_i8x16_${extend}`, x));
}

function halvesOf(e: Emitter, x: Value): Value {
  return e.op('i32x4.extend_low_i16x8_u', x);
}

export const pack4x8snorm = pack('pack4x8snorm', 'f32x4', (e, x) => lowBytes(e, e.call(f32ToSnorm8, x)));
export const pack4x8unorm = pack('pack4x8unorm', 'f32x4', (e, x) => lowBytes(e, e.call(f32ToUnorm8, x)));
export const pack2x16snorm = pack('pack2x16snorm', 'f32x4', (e, x) => lowHalves(e, e.call(f32ToSnorm16, x)));
export const pack2x16unorm = pack('pack2x16unorm', 'f32x4', (e, x) => lowHalves(e, e.call(f32ToUnorm16, x)));
export const pack2x16float = pack('pack2x16float', 'f32x4', (e, x) => lowHalves(e, e.call(f32ToF16Bits, x)));
/** pack4xI8 and pack4xU8: the low byte of each component. */
export const pack4x8 = pack('pack4x8', 'i32x4', lowBytes);
export const pack4xI8Clamp = pack('pack4xI8Clamp', 'i32x4', (e, x) =>
  lowBytes(e, e.op('i32x4.max_s', e.op('i32x4.min_s', x, e.i32(127)), e.i32(-128))),
);
export const pack4xU8Clamp = pack('pack4xU8Clamp', 'i32x4', (e, x) => lowBytes(e, e.op('i32x4.min_u', x, e.i32(255))));

export const unpack4x8snorm = unpack('unpack4x8snorm', 'f32x4', (e, x) => e.call(snorm8ToF32, bytesOf(e, x, 'u')));
export const unpack4x8unorm = unpack('unpack4x8unorm', 'f32x4', (e, x) => e.call(unorm8ToF32, bytesOf(e, x, 'u')));
export const unpack2x16snorm = unpack('unpack2x16snorm', 'f32x4', (e, x) => e.call(snorm16ToF32, halvesOf(e, x)));
export const unpack2x16unorm = unpack('unpack2x16unorm', 'f32x4', (e, x) => e.call(unorm16ToF32, halvesOf(e, x)));
export const unpack2x16float = unpack('unpack2x16float', 'f32x4', (e, x) => e.call(f16BitsToF32, halvesOf(e, x)));
export const unpack4xI8 = unpack('unpack4xI8', 'i32x4', (e, x) => bytesOf(e, x, 's'));
export const unpack4xU8 = unpack('unpack4xU8', 'i32x4', (e, x) => bytesOf(e, x, 'u'));

/** In every lane the sum of the products of its four bytes. */
function dot(name: string, extend: 's' | 'u'): MathFunction {
  return {
    name,
    params: ['i32x4', 'i32x4'],
    result: 'i32x4',
    inline: 'always',
    emit: (e, a, b) => {
      const pairs = (half: 'low' | 'high') =>
        e.let(e.op(`i32x4.extadd_pairwise_i16x8_${extend}`, e.op(`i16x8.extmul_${half}_i8x16_${extend}`, a, b)));
      const [low, high] = [pairs('low'), pairs('high')];
      return e.op('i32x4.add', e.shuffle32(low, high, [0, 2, 4, 6]), e.shuffle32(low, high, [1, 3, 5, 7]));
    },
  };
}

export const dot4I8Packed = dot('dot4I8Packed', 's');
export const dot4U8Packed = dot('dot4U8Packed', 'u');
