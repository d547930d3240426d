import type { Emitter, Value } from './emitter.ts';
import { EXP2 } from './exponential.ts';
import { splitExponent } from './logarithm.ts';
import type { MathFunction } from './mathFunction.ts';

/** 2 atanh(s) / (s ln 2) in s², for s up to the argument of √2; relative error 2^-37.8. */
const LOG2_F64 = [2.8853900817900655, 0.9617966733616168, 0.5770835817331654, 0.4116728955169531, 0.3407270213229472];

/** Lanes 0 and 1 of an f32x4 as f64x2, or lanes 2 and 3. */
export function promote(e: Emitter, x: Value, half: 'low' | 'high'): Value {
  const lanes = half === 'low' ? x : e.shuffle32(x, x, [2, 3, 2, 3]);
  return e.op('f64x2.promote_low_f32x4', lanes);
}

/** Two f64x2 as one f32x4. */
export function demote(e: Emitter, low: Value, high: Value): Value {
  return e.shuffle32(e.op('f32x4.demote_f64x2_zero', low), e.op('f32x4.demote_f64x2_zero', high), [0, 1, 4, 5]);
}

/** y log2(m 2^k) in f64, for two of the lanes. */
function exponent64(e: Emitter, k: Value, mantissa: Value, y: Value, half: 'low' | 'high'): Value {
  const m = e.let(promote(e, mantissa, half));
  const s = e.let(e.op('f64x2.div', e.op('f64x2.sub', m, e.f64(1)), e.op('f64x2.add', m, e.f64(1))));
  const z = e.let(e.op('f64x2.mul', s, s));
  const log = e.op('f64x2.add', promote(e, k, half), e.op('f64x2.mul', s, e.polynomial64(z, LOG2_F64)));
  const exponent = e.op('f64x2.mul', promote(e, y, half), log);
  // Far outside the range of f32, and finite: ∞ - ∞ would make NaN of its fraction.
  return e.let(e.op('f64x2.pmax', e.op('f64x2.pmin', exponent, e.f64(1000)), e.f64(-1000)));
}

/** 2^(integer + fraction): ∞ above the range of f32, 0 below that of normal numbers, NaN for NaN. */
function powerOfTwo(e: Emitter, integer: Value, fraction: Value): Value {
  const m = e.let(e.fma(fraction, e.polynomial(fraction, EXP2), e.f32(1)));
  const bounded = e.atLeast(e.atMost(integer, e.f32(128)), e.f32(-127));
  const bits = e.let(e.op('i32x4.add', m, e.shl(e.op('i32x4.trunc_sat_f32x4_s', bounded), 23)));
  const normal = e.and(bits, e.op('i32x4.ge_s', bits, e.i32(0x00800000)));
  const over = e.or(e.op('f32x4.gt', integer, e.f32(128)), e.op('i32x4.ge_s', bits, e.i32(0x7f800000)));
  return e.or(e.select(over, e.f32(Infinity), normal), e.op('f32x4.ne', m, m));
}

/**
 * x^y = 2^(y log2 x), where y log2 x is in f64: in f32 its error, as large as its own last digit, would be multiplied
 * by the result. Its integer and fractional part go separately into f32. NaN for negative x; x^0 is 1.
 */
export const pow: MathFunction = {
  name: 'pow',
  params: ['f32x4', 'f32x4'],
  result: 'f32x4',
  inline: 'never',
  emit: (e, x, y) => {
    const { k, mantissa } = splitExponent(e, x);
    const low = exponent64(e, k, mantissa, y, 'low');
    const high = exponent64(e, k, mantissa, y, 'high');
    const lowInteger = e.let(e.op('f64x2.nearest', low));
    const highInteger = e.let(e.op('f64x2.nearest', high));
    const integer = e.let(demote(e, lowInteger, highInteger));
    const fraction = e.let(demote(e, e.op('f64x2.sub', low, lowInteger), e.op('f64x2.sub', high, highInteger)));
    const power = powerOfTwo(e, integer, fraction);
    const zero = e.let(e.op('f32x4.eq', x, e.f32(0)));
    const extreme = e.or(zero, e.op('f32x4.eq', x, e.f32(Infinity)));
    const vanishes = e.op('v128.xor', zero, e.op('f32x4.lt', y, e.f32(0)));
    const atExtreme = e.op('v128.andnot', e.f32(Infinity), vanishes);
    const defined = e.or(e.select(extreme, atExtreme, power), e.op('f32x4.lt', x, e.f32(0)));
    const propagated = e.or(defined, e.or(e.op('f32x4.ne', x, x), e.op('f32x4.ne', y, y)));
    return e.select(e.op('f32x4.eq', y, e.f32(0)), e.f32(1), propagated);
  },
};
