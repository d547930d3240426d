import type { Emitter, Value } from './emitter.ts';
import type { MathFunction } from './mathFunction.ts';

/** (asin x - x) / x³ in x² on ±1/2; relative to asin x, 2^-27.6. */
const ASIN = [0.166667521, 0.0749530941, 0.0454691537, 0.0241847411, 0.0421583988];
/** (atan x - x) / x³ in x² on ±tan(π/8); 2^-30.4. */
const ATAN = [-0.333333164, 0.199985281, -0.142443925, 0.105991915, -0.0609013811];

// π/2 as its nearest f32 and what that lacks.
const HALF_PI = 1.5707963705062866;
const HALF_PI_LOW = -4.371139000186243e-8;

const TAN_EIGHTH_TURN = Math.SQRT2 - 1;

/** asin of |x| ≤ 1/2, or of √((1 - |x|) / 2), whose double is π/2 - asin |x|. */
function halfAngle(e: Emitter, magnitude: Value): { far: Value; angle: Value } {
  const far = e.let(e.op('f32x4.gt', magnitude, e.f32(0.5)));
  const halved = e.let(e.fnma(magnitude, e.f32(0.5), e.f32(0.5)));
  const z = e.let(e.select(far, halved, e.mul(magnitude, magnitude)));
  const s = e.let(e.select(far, e.op('f32x4.sqrt', halved), magnitude));
  return { far, angle: e.let(e.fma(e.mul(s, z), e.polynomial(z, ASIN), s)) };
}

export const asin: MathFunction = {
  name: 'asin',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'never',
  // Beyond 1 the square root is NaN.
  emit: (e, x) => {
    const { far, angle } = halfAngle(e, e.let(e.abs(x)));
    const complement = e.sub(e.f32(HALF_PI), e.sub(e.add(angle, angle), e.f32(HALF_PI_LOW)));
    return e.or(e.select(far, complement, angle), e.signBit(x));
  },
};

export const acos: MathFunction = {
  name: 'acos',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'never',
  // 2 angle or π - 2 angle far from 0, π/2 ∓ angle near it.
  emit: (e, x) => {
    const { far, angle } = halfAngle(e, e.let(e.abs(x)));
    const negative = e.let(e.op('f32x4.lt', x, e.f32(0)));
    const twice = e.let(e.add(angle, angle));
    const opposite = e.sub(e.f32(2 * HALF_PI), e.sub(twice, e.f32(2 * HALF_PI_LOW)));
    const signed = e.op('v128.xor', angle, e.signBit(x));
    const near = e.sub(e.f32(HALF_PI), e.sub(signed, e.f32(HALF_PI_LOW)));
    return e.select(far, e.select(negative, opposite, twice), near);
  },
};

/** atan(lesser / greater) for 0 ≤ lesser ≤ greater: from π/8 on, π/4 + atan((l - g) / (l + g)). */
function octant(e: Emitter, lesser: Value, greater: Value): Value {
  const upper = e.let(e.op('f32x4.gt', lesser, e.mul(greater, e.f32(TAN_EIGHTH_TURN))));
  const numerator = e.select(upper, e.sub(lesser, greater), lesser);
  const t = e.let(e.div(numerator, e.add(greater, e.and(upper, lesser))));
  const z = e.let(e.mul(t, t));
  // The low part of π/4 joins the smaller term.
  const tail = e.fma(e.mul(t, z), e.polynomial(z, ATAN), e.and(upper, e.f32(HALF_PI_LOW / 2)));
  return e.add(e.and(upper, e.f32(HALF_PI / 2)), e.add(t, tail));
}

/** The angle or, where the mask is set, a right or straight angle less it. */
function complement(e: Emitter, mask: Value, multiple: 1 | 2, angle: Value): Value {
  const kept = e.let(angle);
  const less = e.sub(e.f32(multiple * HALF_PI), e.sub(kept, e.f32(multiple * HALF_PI_LOW)));
  return e.let(e.select(mask, less, kept));
}

export const atan: MathFunction = {
  name: 'atan',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'never',
  emit: (e, x) => {
    const a = e.let(e.abs(x));
    const steep = e.let(e.op('f32x4.gt', a, e.f32(1)));
    const angle = octant(e, e.let(e.select(steep, e.f32(1), a)), e.let(e.select(steep, a, e.f32(1))));
    return e.or(complement(e, steep, 1, angle), e.signBit(x));
  },
};

export const atan2: MathFunction = {
  name: 'atan2',
  params: ['f32x4', 'f32x4'],
  result: 'f32x4',
  inline: 'never',
  emit: (e, y, x) => {
    // Half of f32's range, so that sums stay in it; subnormal sides may lose a bit.
    const shrink = e.let(
      e.select(e.op('f32x4.gt', e.op('f32x4.max', e.abs(x), e.abs(y)), e.f32(2 ** 126)), e.f32(0.25), e.f32(1)),
    );
    const ax = e.let(e.mul(e.abs(x), shrink));
    const ay = e.let(e.mul(e.abs(y), shrink));
    const steep = e.let(e.op('f32x4.gt', ay, ax));
    const lesser = e.let(e.select(steep, ax, ay));
    const greater = e.let(e.select(steep, ay, ax));
    // ∞ / ∞ is the diagonal, 0 / 0 the angle 0.
    const least = e.op('f32x4.min', lesser, greater); // NaN if either is
    const infinite = e.let(e.op('f32x4.eq', least, e.f32(Infinity)));
    const bounded = e.let(e.select(infinite, e.f32(1), lesser));
    const divisor = e.select(infinite, e.f32(1), e.or(greater, e.and(e.op('f32x4.eq', greater, e.f32(0)), e.f32(1))));
    const first = complement(e, steep, 1, octant(e, bounded, e.let(divisor)));
    const leftward = e.let(e.shrS(x, 31));
    return e.or(complement(e, leftward, 2, first), e.signBit(y));
  },
};
