import type { Emitter, Value } from './emitter.ts';
import type { MathFunction } from './mathFunction.ts';
import { demote, promote } from './power.ts';

export const inverseSqrt: MathFunction = {
  name: 'inverseSqrt',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'always',
  emit: (e, x) => e.div(e.f32(1), e.op('f32x4.sqrt', x)),
};

export const fract: MathFunction = {
  name: 'fract',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'always',
  emit: (e, x) => e.sub(x, e.op('f32x4.floor', x)),
};

export const signF32: MathFunction = {
  name: 'signF32',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'always',
  emit: (e, x) => e.and(e.or(e.signBit(x), e.f32(1)), e.op('f32x4.ne', x, e.f32(0))),
};

/** The fraction part of modf, with the sign of x; the whole part is `f32x4.trunc`. */
export const modfFract: MathFunction = {
  name: 'modfFract',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'always',
  // ∞ less itself would be NaN.
  emit: (e, x) => {
    const fraction = e.sub(x, e.op('f32x4.trunc', x));
    const infinite = e.op('f32x4.eq', e.abs(x), e.f32(Infinity));
    return e.or(e.op('v128.andnot', fraction, infinite), e.signBit(x));
  },
};

/** x - y trunc(x / y), exact while the quotient is below 2²⁹: the product is one of f64. */
export const remainderF32: MathFunction = {
  name: 'remainderF32',
  params: ['f32x4', 'f32x4'],
  result: 'f32x4',
  inline: 'never',
  emit: (e, x, y) => {
    const half = (part: 'low' | 'high') => {
      const a = e.let(promote(e, x, part));
      const b = e.let(promote(e, y, part));
      const quotient = e.op('f64x2.trunc', e.op('f64x2.div', a, b));
      return e.let(e.op('f64x2.sub', a, e.op('f64x2.mul', b, quotient)));
    };
    return demote(e, half('low'), half('high'));
  },
};

/** A number scaled to be normal, and the biased exponent of x less 126 (with x = fraction · 2^exponent, fraction in [½, 1)). */
function parts(e: Emitter, x: Value): { bits: Value; exponent: Value } {
  const subnormal = e.let(e.op('f32x4.lt', e.abs(x), e.f32(2 ** -126)));
  const bits = e.let(e.select(subnormal, e.mul(x, e.f32(2 ** 24)), x));
  const biased = e.and(e.shrU(bits, 23), e.i32(255));
  const scaled = e.op('i32x4.sub', biased, e.and(subnormal, e.i32(24)));
  return { bits, exponent: e.op('i32x4.sub', scaled, e.i32(126)) };
}

/** Whether frexp leaves x as it is: 0, ∞ and NaN have exponent 0. */
function isWhole(e: Emitter, x: Value): Value {
  const finite = e.op('f32x4.lt', e.abs(x), e.f32(Infinity));
  return e.or(e.op('f32x4.eq', x, e.f32(0)), e.op('v128.not', finite));
}

export const frexpFract: MathFunction = {
  name: 'frexpFract',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'never',
  emit: (e, x) => {
    const { bits } = parts(e, x);
    const fraction = e.or(e.and(bits, e.i32(0x807fffff)), e.f32(0.5));
    return e.select(isWhole(e, x), x, fraction);
  },
};

export const frexpExp: MathFunction = {
  name: 'frexpExp',
  params: ['f32x4'],
  result: 'i32x4',
  inline: 'never',
  emit: (e, x) => {
    const { exponent } = parts(e, x);
    return e.op('v128.andnot', exponent, isWhole(e, x));
  },
};

/**
 * x · 2^n in three exact steps of factors that are floats, the smallest first: then a subnormal result is rounded once,
 * and no step overflows that the result does not.
 */
export const ldexp: MathFunction = {
  name: 'ldexp',
  params: ['f32x4', 'i32x4'],
  result: 'f32x4',
  inline: 'never',
  emit: (e, x, n) => {
    const clamp = (value: Value) => e.op('i32x4.max_s', e.op('i32x4.min_s', value, e.i32(127)), e.i32(-126));
    const power = (exponent: Value) => e.shl(e.op('i32x4.add', exponent, e.i32(127)), 23);
    const first = e.let(clamp(n));
    const rest = e.let(e.op('i32x4.sub', n, first));
    const second = e.let(clamp(rest));
    // The last may be cut: beyond ±380 every result is 0 or ∞ already.
    const third = clamp(e.op('i32x4.sub', rest, second));
    return e.mul(e.mul(e.mul(x, power(third)), power(second)), power(first));
  },
};
