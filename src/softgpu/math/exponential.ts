import type { Emitter, Value } from './emitter.ts';
import type { MathFunction } from './mathFunction.ts';

/** (eˣ - 1 - x) / x² on ±ln 2 / 2; relative to eˣ, 2^-28.2. */
const EXP = [0.49999994, 0.166665211, 0.041668281, 0.0083686905, 0.00138194882];
/** The same, relative to eˣ - 1: 2^-31.1. */
const EXPM1 = [0.5, 0.166666657, 0.0416664928, 0.00833354332, 0.00139323471, 0.00019764257];
/** (2ˣ - 1) / x on ±1/2; relative to 2ˣ, 2^-28.3. */
export const EXP2 = [0.693147182, 0.240226477, 0.0555035993, 0.00961850584, 0.00133908063, 0.000153264613];

/** Adding it leaves a float's nearest integer in the low bits of the sum. */
const ROUNDER = 1.5 * 2 ** 23;

// ln 2 in two parts: k times the first, of 15 bits, is exact for |k| < 2⁹.
const LN2_HIGH = 0.693145751953125;
const LN2_LOW = 1.428606820309417e-6;

/** x = k ln 2 + r with |r| ≤ ln 2 / 2; the exponent bits hold k, ready to be added to a float's. */
function reduce(e: Emitter, x: Value): { exponent: Value; r: Value } {
  const rounded = e.let(e.fma(x, e.f32(Math.LOG2E), e.f32(ROUNDER)));
  const k = e.let(e.sub(rounded, e.f32(ROUNDER)));
  const r = e.let(e.fnma(k, e.f32(LN2_LOW), e.fnma(k, e.f32(LN2_HIGH), x)));
  return { exponent: e.shl(rounded, 23), r };
}

/** m · 2^k, where x leaves the range of normal results: 0 below (subnormals are flushed, as WGSL allows), ∞ or NaN above. */
function scale(e: Emitter, x: Value, m: Value, exponent: Value, low: number, high: number): Value {
  const scaled = e.op('i32x4.add', m, exponent);
  const bounded = e.select(e.op('f32x4.le', x, e.f32(high)), scaled, e.add(x, e.f32(Infinity)));
  return e.op('v128.andnot', bounded, e.op('f32x4.lt', x, e.f32(low)));
}

export const exp: MathFunction = {
  name: 'exp',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'few',
  emit: (e, x) => {
    const { exponent, r } = reduce(e, x);
    const tail = e.fma(e.mul(r, r), e.polynomial(r, EXP), r);
    // ln 2^-126 and ln of the greatest f32: m = eʳ lies in [0.707, 1.415], so the exponent's sum stays below 255.
    return scale(e, x, e.add(tail, e.f32(1)), exponent, -87.3365447505531, 88.72283905206835);
  },
};

export const exp2: MathFunction = {
  name: 'exp2',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'few',
  emit: (e, x) => {
    const rounded = e.let(e.add(x, e.f32(ROUNDER)));
    const r = e.let(e.sub(x, e.sub(rounded, e.f32(ROUNDER))));
    const m = e.fma(r, e.polynomial(r, EXP2), e.f32(1));
    return scale(e, x, m, e.shl(rounded, 23), -126, 127.99999237060547);
  },
};

/**
 * (eˣ - 1) · factor for x ≥ 0, where factor is 1 or a quarter: 2^k (eʳ - 1) + (2^k - 1) without cancellation.
 * x may reach ln(2^128 / factor).
 */
function expm1(e: Emitter, x: Value, factor: 1 | 0.25): Value {
  const { exponent, r } = reduce(e, x);
  const power = e.let(e.op('i32x4.add', exponent, e.f32(factor)));
  const tail = e.fma(e.mul(r, r), e.polynomial(r, EXPM1), r);
  return e.let(e.fma(power, tail, e.sub(power, e.f32(factor))));
}

export const tanh: MathFunction = {
  name: 'tanh',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'few',
  // With t = e^{2|x|} - 1: tanh|x| = t / (t + 2). From 9.02 on it rounds to 1.
  emit: (e, x) => {
    const magnitude = e.let(e.abs(x));
    const t = expm1(e, e.let(e.atMost(e.add(magnitude, magnitude), e.f32(20))), 1);
    return e.or(e.div(t, e.add(t, e.f32(2))), e.signBit(x));
  },
};

// Above 89.42 sinh and cosh overflow.
const HYPERBOLIC_LIMIT = 89.5;

export const sinh: MathFunction = {
  name: 'sinh',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'never',
  // With u = (e^|x| - 1) / 4, which stays in range: sinh|x| = 2 (u + u / (4 u + 1)).
  emit: (e, x) => {
    const u = expm1(e, e.let(e.atMost(e.abs(x), e.f32(HYPERBOLIC_LIMIT))), 0.25);
    const half = e.let(e.add(u, e.div(u, e.fma(u, e.f32(4), e.f32(1)))));
    return e.or(e.add(half, half), e.signBit(x));
  },
};

export const cosh: MathFunction = {
  name: 'cosh',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'never',
  // With v = e^|x| / 4, which stays in range: cosh x = 2 (v + 1 / (16 v)).
  emit: (e, x) => {
    const { exponent, r } = reduce(e, e.let(e.atMost(e.abs(x), e.f32(HYPERBOLIC_LIMIT))));
    const power = e.let(e.op('i32x4.add', exponent, e.f32(0.25)));
    const tail = e.fma(e.mul(r, r), e.polynomial(r, EXP), r);
    const v = e.let(e.fma(power, tail, power));
    const half = e.let(e.add(v, e.div(e.f32(0.0625), v)));
    return e.add(half, half);
  },
};
