import type { Emitter, Value } from './emitter.ts';
import type { MathFunction } from './mathFunction.ts';

/** The divisor with 1 in place of those that WGSL gives a result of their own: x / 0 = x, MIN / -1 = MIN. */
function safeDivisor(e: Emitter, x: Value, y: Value, signed: boolean): Value {
  const zero = e.op('i32x4.eq', y, e.i32(0));
  const overflow = e.and(e.op('i32x4.eq', x, e.i32(0x80000000)), e.op('i32x4.eq', y, e.i32(-1)));
  return e.let(e.select(signed ? e.or(zero, overflow) : zero, e.i32(1), y));
}

/** Quotients of 32-bit integers are exact in f64, rounded toward zero afterwards. */
function quotient(e: Emitter, x: Value, y: Value, signed: boolean): Value {
  const convert = signed ? 'f64x2.convert_low_i32x4_s' : 'f64x2.convert_low_i32x4_u';
  const truncate = signed ? 'i32x4.trunc_sat_f64x2_s_zero' : 'i32x4.trunc_sat_f64x2_u_zero';
  const high = (value: Value) => e.shuffle32(value, value, [2, 3, 2, 3]);
  const lower = e.op(truncate, e.op('f64x2.div', e.op(convert, x), e.op(convert, y)));
  const upper = e.op(truncate, e.op('f64x2.div', e.op(convert, high(x)), e.op(convert, high(y))));
  return e.shuffle32(lower, upper, [0, 1, 4, 5]);
}

/** For scalars, wasm's own division, which would trap where WGSL has a result. */
function scalarDivision(name: string, op: 'i32.div_s' | 'i32.div_u' | 'i32.rem_s' | 'i32.rem_u'): MathFunction {
  return {
    name,
    params: ['i32', 'i32'],
    result: 'i32',
    inline: 'always',
    emit: (e, x, y) => {
      const zero = e.op('i32.eqz', y);
      const overflow = e.op('i32.and', e.op('i32.eq', x, e.int(-(2 ** 31))), e.op('i32.eq', y, e.int(-1)));
      const unsafe = op.endsWith('_s') ? e.op('i32.or', zero, overflow) : zero;
      return e.op(op, x, e.op('select', e.int(1), y, unsafe));
    },
  };
}

type ScalarDivision = Parameters<typeof scalarDivision>[1];

function division(name: string, signed: boolean, scalar: ScalarDivision): MathFunction {
  return {
    name,
    params: ['i32x4', 'i32x4'],
    result: 'i32x4',
    inline: 'never',
    emit: (e, x, y) => quotient(e, x, safeDivisor(e, x, y, signed), signed),
    scalar: scalarDivision(name, scalar),
  };
}

function remainder(name: string, signed: boolean, scalar: ScalarDivision): MathFunction {
  return {
    name,
    params: ['i32x4', 'i32x4'],
    result: 'i32x4',
    inline: 'never',
    emit: (e, x, y) => {
      const divisor = safeDivisor(e, x, y, signed);
      return e.op('i32x4.sub', x, e.op('i32x4.mul', quotient(e, x, divisor, signed), divisor));
    },
    scalar: scalarDivision(name, scalar),
  };
}

export const divideI32 = division('divideI32', true, 'i32.div_s');
export const divideU32 = division('divideU32', false, 'i32.div_u');
export const remainderI32 = remainder('remainderI32', true, 'i32.rem_s');
export const remainderU32 = remainder('remainderU32', false, 'i32.rem_u');
