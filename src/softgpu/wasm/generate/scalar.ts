/** Scalars: i32, f32 and bool as i32. */

import type { Op, Opcode } from '../../ir/ir.ts';
import type { PlainOp } from '../instructions.ts';
import type { Generator } from './generator.ts';

const INTEGER: Partial<Record<Opcode, PlainOp>> = {
  add: 'i32.add',
  sub: 'i32.sub',
  mul: 'i32.mul',
  and: 'i32.and',
  or: 'i32.or',
  xor: 'i32.xor',
  shl: 'i32.shl',
  shrS: 'i32.shr_s',
  shrU: 'i32.shr_u',
  clz: 'i32.clz',
  ctz: 'i32.ctz',
  popcnt: 'i32.popcnt',
};

const INTEGER_COMPARISON: Partial<Record<Opcode, PlainOp>> = {
  eq: 'i32.eq',
  ne: 'i32.ne',
  ltS: 'i32.lt_s',
  ltU: 'i32.lt_u',
  leS: 'i32.le_s',
  leU: 'i32.le_u',
};

const FLOAT: Partial<Record<Opcode, PlainOp>> = {
  add: 'f32.add',
  sub: 'f32.sub',
  mul: 'f32.mul',
  div: 'f32.div',
  neg: 'f32.neg',
  abs: 'f32.abs',
  min: 'f32.min',
  max: 'f32.max',
  floor: 'f32.floor',
  ceil: 'f32.ceil',
  trunc: 'f32.trunc',
  round: 'f32.nearest',
  sqrt: 'f32.sqrt',
  eq: 'f32.eq',
  ne: 'f32.ne',
  lt: 'f32.lt',
  le: 'f32.le',
};

const CONVERSION: Partial<Record<Opcode, PlainOp>> = {
  floatFromS: 'f32.convert_i32_s',
  floatFromU: 'f32.convert_i32_u',
};

/** Past the range comes the largest float that the integers hold. https://www.w3.org/TR/WGSL/#floating-point-conversion */
export const LARGEST_FLOAT = { signedFromFloat: 2 ** 31 - 2 ** 7, unsignedFromFloat: 2 ** 32 - 2 ** 8 } as const;

/** Emits an instruction whose operands are scalars; false where it is none of these. */
export function emitScalar(g: Generator, op: Op): boolean {
  const { code, args } = op;
  const lane = args[0]?.type.lane;
  const plain =
    CONVERSION[code] ??
    (lane === 'f32'
      ? FLOAT[code]
      : (INTEGER_COMPARISON[code] ?? (op.type.lane === 'i32' || isLogic(code) ? INTEGER[code] : undefined)));
  if (plain !== undefined) {
    g.pushAll(args);
    g.f.op(plain);
    return true;
  }
  return emitSequence(g, op);
}

function isLogic(code: Opcode): boolean {
  return code === 'and' || code === 'or' || code === 'xor';
}

function emitSequence(g: Generator, op: Op): boolean {
  const { code, args, type } = op;
  const { f } = g;
  switch (code) {
    case 'neg':
      f.i32Const(0);
      g.push(args[0]!);
      f.op('i32.sub');
      return true;
    case 'not':
      g.push(args[0]!);
      if (type.lane === 'bool') {
        f.op('i32.eqz');
      } else {
        f.i32Const(-1);
        f.op('i32.xor');
      }
      return true;
    case 'abs': {
      // (x ^ s) - s with s = x >> 31.
      const x = g.temporary('i32');
      const sign = g.temporary('i32');
      g.push(args[0]!);
      f.tee(x);
      f.i32Const(31);
      f.op('i32.shr_s');
      f.tee(sign);
      f.get(x);
      f.op('i32.xor');
      f.get(sign);
      f.op('i32.sub');
      return true;
    }
    case 'minS':
    case 'minU':
    case 'maxS':
    case 'maxU':
      chooseInteger(g, op);
      return true;
    case 'divS':
    case 'divU':
    case 'remS':
    case 'remU':
      divide(g, op);
      return true;
    case 'fma': {
      const [a, b, c] = args as [Op, Op, Op];
      const negated = g.takes(a, 'neg');
      g.pushAll([c, negated ? a.args[0]! : a, b]);
      f.op('f32.mul');
      f.op(negated ? 'f32.sub' : 'f32.add');
      return true;
    }
    case 'select':
      g.push(args[1]!);
      g.push(args[2]!);
      g.push(args[0]!);
      f.op('select');
      return true;
    case 'bitcast':
      g.push(args[0]!);
      if (type.lane !== args[0]!.type.lane) f.op(type.lane === 'f32' ? 'f32.reinterpret_i32' : 'i32.reinterpret_f32');
      return true;
    case 'signedFromFloat':
    case 'unsignedFromFloat':
      g.push(args[0]!);
      f.f32Const(LARGEST_FLOAT[code]);
      f.op('f32.min');
      f.op(code === 'signedFromFloat' ? 'i32.trunc_sat_f32_s' : 'i32.trunc_sat_f32_u');
      return true;
    case 'intFromBool':
      g.push(args[0]!);
      return true;
    default:
      return false;
  }
}

const CHOICE = { minS: 'i32.lt_s', minU: 'i32.lt_u', maxS: 'i32.gt_s', maxU: 'i32.gt_u' } as const;

function chooseInteger(g: Generator, { code, args }: Op): void {
  const { f } = g;
  const a = g.temporary('i32');
  const b = g.temporary('i32');
  g.push(args[0]!);
  f.set(a);
  g.push(args[1]!);
  f.set(b);
  f.get(a);
  f.get(b);
  f.get(a);
  f.get(b);
  f.op(CHOICE[code as keyof typeof CHOICE]);
  f.op('select');
}

const DIVISION = { divS: 'i32.div_s', divU: 'i32.div_u', remS: 'i32.rem_s', remU: 'i32.rem_u' } as const;

/** WGSL: x / 0 = x and x % 0 = 0, and so for the smallest integer and -1. A divisor of 1 gives just that. */
function divide(g: Generator, { code, args }: Op): void {
  const { f } = g;
  const [dividend, divisor] = args as [Op, Op];
  const signed = code === 'divS' || code === 'remS';
  const constant = divisor.code === 'const' ? (divisor.detail as readonly number[])[0]! : 0;
  if (constant !== 0 && !(signed && constant === 0xffffffff)) {
    g.push(dividend);
    g.push(divisor);
    f.op(DIVISION[code as keyof typeof DIVISION]);
    return;
  }
  const x = g.temporary('i32');
  const y = g.temporary('i32');
  g.push(dividend);
  f.set(x);
  g.push(divisor);
  f.set(y);
  f.get(x);
  f.i32Const(1);
  f.get(y);
  f.get(y);
  f.op('i32.eqz');
  if (signed) {
    f.get(x);
    f.i32Const(-0x80000000);
    f.op('i32.eq');
    f.get(y);
    f.i32Const(-1);
    f.op('i32.eq');
    f.op('i32.and');
    f.op('i32.or');
  }
  f.op('select');
  f.op(DIVISION[code as keyof typeof DIVISION]);
}
