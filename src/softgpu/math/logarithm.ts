import type { Emitter, Value } from './emitter.ts';
import type { MathFunction } from './mathFunction.ts';

/** (2 atanh(s) - 2 s) / s³ in s², for s up to the argument of √2; relative to the logarithm, 2^-35. */
const LOG = [0.666666627, 0.400009751, 0.284984857, 0.242862359];

const LN2_HIGH = 0.693145751953125; // 15 bits: times an exponent it is exact
const LN2_LOW = 1.428606820309417e-6;
const SQRT_HALF = 0x3f3504f3;

/** x = (1 + f) 2^k with 1 + f in [√½, √2), for positive finite x, subnormal ones too. */
export function splitExponent(e: Emitter, x: Value): { k: Value; mantissa: Value } {
  const subnormal = e.let(e.op('f32x4.lt', x, e.f32(2 ** -126)));
  const bits = e.let(e.select(subnormal, e.mul(x, e.f32(2 ** 23)), x));
  const exponent = e.let(e.shrS(e.op('i32x4.sub', bits, e.i32(SQRT_HALF)), 23));
  const k = e.let(e.sub(e.op('f32x4.convert_i32x4_s', exponent), e.and(subnormal, e.f32(23))));
  return { k, mantissa: e.let(e.op('i32x4.sub', bits, e.shl(exponent, 23))) };
}

/**
 * log(1 + f) = f - (f² / 2 - s (f² / 2 + R)) with s = f / (2 + f) and R = 2 atanh(s) / s - 2: the leading f is exact,
 * so the result keeps its relative accuracy near 1.
 */
function logOfMantissa(e: Emitter, f: Value): { f: Value; rest: Value } {
  const s = e.let(e.div(f, e.add(f, e.f32(2))));
  const z = e.let(e.mul(s, s));
  const half = e.let(e.mul(e.mul(f, f), e.f32(0.5)));
  const sum = e.add(half, e.mul(z, e.polynomial(z, LOG)));
  return { f, rest: e.let(e.fnma(s, sum, half)) };
}

/** The logarithm's values where its argument is no positive finite number. */
function special(e: Emitter, x: Value, result: Value): Value {
  const finite = e.select(e.op('f32x4.lt', x, e.f32(Infinity)), result, x);
  const positive = e.or(finite, e.op('f32x4.lt', x, e.f32(0)));
  return e.select(e.op('f32x4.eq', x, e.f32(0)), e.f32(-Infinity), positive);
}

/** log x - correction / x. */
function natural(e: Emitter, x: Value, correction?: Value): Value {
  const { k, mantissa } = splitExponent(e, x);
  const { f, rest } = logOfMantissa(e, e.let(e.sub(mantissa, e.f32(1))));
  const low = e.let(e.fnma(k, e.f32(LN2_LOW), rest));
  const corrected = correction === undefined ? low : e.add(low, e.div(correction, x));
  return e.fma(k, e.f32(LN2_HIGH), e.sub(f, corrected));
}

export const log: MathFunction = {
  name: 'log',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'few',
  emit: (e, x) => special(e, x, natural(e, x)),
};

// 1 / ln 2 in two parts: products with the first, of 12 bits, lose nothing to a factor of 12 bits.
const LOG2E_HIGH = 1.44287109375;
const LOG2E_LOW = Math.LOG2E - LOG2E_HIGH;

export const log2: MathFunction = {
  name: 'log2',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'few',
  emit: (e, x) => {
    const { k, mantissa } = splitExponent(e, x);
    const { f, rest } = logOfMantissa(e, e.let(e.sub(mantissa, e.f32(1))));
    const value = e.let(e.sub(f, rest));
    // The upper 12 bits of the logarithm, and what is left of it with the rounding of the difference.
    const high = e.let(e.and(value, e.i32(0xfffff000)));
    const low = e.let(e.sub(e.sub(f, high), rest));
    const tail = e.fma(high, e.f32(LOG2E_LOW), e.mul(low, e.f32(Math.LOG2E)));
    return special(e, x, e.add(k, e.fma(high, e.f32(LOG2E_HIGH), tail)));
  },
};

/** log(1 + x), not a built-in by itself: what 1 + x rounds away comes back as a correction. */
const log1p: MathFunction = {
  name: 'log1p',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'never',
  emit: (e, x) => {
    const sum = e.let(e.add(x, e.f32(1)));
    const lost = e.let(e.sub(e.sub(sum, e.f32(1)), x));
    return special(e, sum, natural(e, sum, lost));
  },
};

export const asinh: MathFunction = {
  name: 'asinh',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'never',
  // log(a + √(a² + 1)) = log1p(a + a² / (1 + √(a² + 1))); where a² would overflow, log a + ln 2.
  emit: (e, x) => {
    const a = e.let(e.abs(x));
    const large = e.let(e.op('f32x4.gt', a, e.f32(2 ** 60)));
    const square = e.let(e.mul(a, a));
    const root = e.op('f32x4.sqrt', e.add(square, e.f32(1)));
    const near = e.add(a, e.div(square, e.add(root, e.f32(1))));
    const value = e.call(log1p, e.select(large, a, near));
    return e.or(e.add(value, e.and(large, e.f32(Math.LN2))), e.signBit(x));
  },
};

export const acosh: MathFunction = {
  name: 'acosh',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'never',
  // With t = x - 1: log1p(t + √(2 t + t²)), NaN below 1; where t² would overflow, log x + ln 2.
  emit: (e, x) => {
    const large = e.let(e.op('f32x4.gt', x, e.f32(2 ** 60)));
    const t = e.let(e.sub(x, e.f32(1)));
    const near = e.add(t, e.op('f32x4.sqrt', e.fma(t, t, e.add(t, t))));
    const value = e.add(e.call(log1p, e.select(large, x, near)), e.and(large, e.f32(Math.LN2)));
    return e.or(value, e.op('f32x4.lt', x, e.f32(1)));
  },
};

export const atanh: MathFunction = {
  name: 'atanh',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'never',
  // log1p(2 a / (1 - a)) / 2; the division gives ∞ at 1, and beyond it log1p is NaN.
  emit: (e, x) => {
    const a = e.let(e.abs(x));
    const ratio = e.div(e.add(a, a), e.sub(e.f32(1), a));
    return e.or(e.mul(e.call(log1p, ratio), e.f32(0.5)), e.signBit(x));
  },
};
