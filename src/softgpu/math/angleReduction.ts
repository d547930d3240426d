import type { Emitter, Value } from './emitter.ts';
import type { MathFunction } from './mathFunction.ts';

/** Adding it leaves a float's nearest integer in the low bits of the sum. */
const ROUNDER = 1.5 * 2 ** 23;

/** π/2 as a sum of four parts of at most 8 bits, whose products with integers below 2¹⁶ are exact, and a rest (Cody and Waite). */
const HALF_PI = [
  1.5703125, 0.0004825592041015625, 1.2665987014770508e-6, 9.89530235528946e-10, 2.563344151594519e-12,
] as const;

/** 65535 · π/2: beyond it, products with the parts are no longer exact. */
const LIMIT = 102942;

/** 2/π in words of 32 bits behind its binary point, led by the integer part: 200 bits reach the end of f32's range. */
const TWO_OVER_PI = [0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab];

/** Word `index` of 2/π as a scalar i64. */
function wordOfTwoOverPi(e: Emitter, index: Value): Value {
  return TWO_OVER_PI.map(
    (word): Value =>
      () =>
        e.f.i64Const(BigInt(word)),
  ).reduce((others, word, i) => e.op('select', word, others, e.op('i32.eq', index, e.int(i))));
}

/**
 * x / (π/2) modulo 4, in units of 2^-62, for |x| ≥ 2^15 (Payne and Hanek): x = ±M 2^(E - 150), and of 2/π only the 96
 * bits matter that, times M, do not all fall on multiples of 4 and are not too small.
 */
const quarterTurns: MathFunction = {
  name: 'quarterTurns',
  params: ['f32'],
  result: 'i64',
  inline: 'never',
  emit: (e, x) => {
    const i64 = (value: Value) => e.letScalar('i64', value);
    const bits = e.letScalar('i32', e.op('i32.reinterpret_f32', x));
    const exponent = e.op('i32.and', e.op('i32.shr_u', bits, e.int(23)), e.int(255));
    const first = e.letScalar('i32', e.op('i32.sub', exponent, e.int(120)));
    const index = e.letScalar('i32', e.op('i32.shr_u', first, e.int(5)));
    const shift = i64(e.op('i64.extend_i32_u', e.op('i32.and', first, e.int(31))));
    const word = (i: number) => wordOfTwoOverPi(e, e.letScalar('i32', e.op('i32.add', index, e.int(i))));
    const long =
      (value: bigint): Value =>
      () =>
        e.f.i64Const(value);
    const pair = (i: number) => i64(e.op('i64.or', e.op('i64.shl', word(i), long(32n)), word(i + 1)));
    const high = pair(0);
    const low = pair(2);
    const fraction = e.op('i32.or', e.op('i32.and', bits, e.int(0x7fffff)), e.int(0x800000));
    const m = i64(e.op('i64.extend_i32_u', fraction));
    // In two steps: a shift by 64 - 0 would be one by 0.
    const carried = e.op('i64.shr_u', e.op('i64.shr_u', low, long(1n)), e.op('i64.sub', long(63n), shift));
    const window = e.op('i64.or', e.op('i64.shl', high, shift), carried);
    const next = e.op('i64.shr_u', e.op('i64.shl', low, shift), long(32n));
    const tail = e.op('i64.shr_u', e.op('i64.mul', m, next), long(32n));
    const turns = i64(e.op('i64.add', e.op('i64.mul', m, window), tail));
    return e.op('select', e.op('i64.sub', long(0n), turns), turns, e.op('i32.lt_s', bits, e.int(0)));
  },
};

function eachLane(e: Emitter, x: Value, scalar: (turns: Value) => Value, replace: 'f32x4' | 'i32x4'): Value {
  const result = e.variable('v128');
  for (let i = 0; i < 4; i++) {
    const turns = e.letScalar('i64', e.call(quarterTurns, e.lane('f32x4.extract_lane', i, x)));
    result.set(e.lane(`${replace}.replace_lane`, i, result.get, scalar(turns)));
  }
  return result.get;
}

const HALF_TURN = 1n << 61n; // half a quarter turn: rounds to the nearest quarter

const largeQuadrant: MathFunction = {
  name: 'largeQuadrant',
  params: ['f32x4'],
  result: 'i32x4',
  inline: 'never',
  emit: (e, x) => {
    const quadrant = (turns: Value) =>
      e.op(
        'i32.wrap_i64',
        e.op(
          'i64.shr_u',
          e.op('i64.add', turns, () => e.f.i64Const(HALF_TURN)),
          () => e.f.i64Const(62n),
        ),
      );
    return eachLane(e, x, quadrant, 'i32x4');
  },
};

const largeRemainder: MathFunction = {
  name: 'largeRemainder',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'never',
  // Shifting the two bits of the quadrant out leaves the signed distance to the nearest quarter, in 2^-64.
  emit: (e, x) => {
    const remainder = (turns: Value) => {
      const distance = e.op(
        'f64.convert_i64_s',
        e.op('i64.shl', turns, () => e.f.i64Const(2n)),
      );
      const scaled = e.op('f64.mul', distance, () => e.f.f64Const((Math.PI / 2) * 2 ** -64));
      return e.op('f32.demote_f64', scaled);
    };
    return eachLane(e, x, remainder, 'f32x4');
  },
};

/**
 * x - k π/2, rounded once: the first two differences are exact, the rounding of the next two is kept (Dekker's fast sum)
 * and joins the last part.
 */
function remainder(e: Emitter, x: Value, k: Value): Value {
  const [first, second, third, fourth, last] = HALF_PI;
  const start = e.let(e.fnma(k, e.f32(second), e.fnma(k, e.f32(first), x)));
  const middle = e.let(e.fnma(k, e.f32(third), start));
  const end = e.let(e.fnma(k, e.f32(fourth), middle));
  const lostThird = e.fnma(k, e.f32(third), e.sub(start, middle));
  const lostFourth = e.fnma(k, e.f32(fourth), e.sub(middle, end));
  return e.add(end, e.fnma(k, e.f32(last), e.add(lostThird, lostFourth)));
}

/** x = r + quadrant · π/2 with |r| ≤ π/4; of the quadrant the low two bits count. r is NaN where x is not finite. */
export function reduceAngle(e: Emitter, x: Value): { r: Value; quadrant: Value } {
  const rounded = e.let(e.fma(x, e.f32(2 / Math.PI), e.f32(ROUNDER)));
  const k = e.let(e.sub(rounded, e.f32(ROUNDER)));
  const r = e.variable('v128');
  const quadrant = e.variable('v128');
  r.set(remainder(e, x, k));
  quadrant.set(rounded);
  const magnitude = e.let(e.abs(x));
  const finite = e.op('f32x4.lt', magnitude, e.f32(Infinity));
  const large = e.let(e.and(e.op('f32x4.gt', magnitude, e.f32(LIMIT)), finite));
  e.op('v128.any_true', large)();
  e.f.if();
  r.set(e.select(large, e.call(largeRemainder, x), r.get));
  quadrant.set(e.select(large, e.call(largeQuadrant, x), quadrant.get));
  e.f.end();
  return { r: r.get, quadrant: quadrant.get };
}
