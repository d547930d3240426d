/** Rewrites of pure instructions into simpler ones, as the builder emits them. */

import type { Builder } from './builder.ts';
import { evaluate } from './evaluate.ts';
import type { Detail, Op, Opcode, ValueType } from './ir.ts';
import { rangeOf } from './range.ts';
import { simplifyVector } from './simplifyVector.ts';
import { bitsOfFloat, constantBits, valueType } from './valueType.ts';

/** A simpler instruction with the same value; null where there is none. */
export function simplify(b: Builder, code: Opcode, type: ValueType, args: readonly Op[], detail: Detail): Op | null {
  if (code === 'math' || args.length === 0) return null;
  const vector = simplifyVector(b, code, type, args, detail);
  if (vector !== null) return vector;
  if (args.every(isConstant)) {
    const folded = fold(b, code, type, args);
    if (folded !== null) return folded;
  }
  if (code === 'select') return simplifySelect(b, args[0]!, args[1]!, args[2]!);
  if (code === 'not') return simplifyNot(b, args[0]!);
  if (code === 'fma') return simplifyFma(b, args[0]!, args[1]!, args[2]!);
  if (args.length !== 2) return simplifyUnary(b, code, args[0]!);
  const [x, y] = args as readonly [Op, Op];
  if (COMMUTATIVE.has(code) && isConstant(x) && !isConstant(y)) return b.op(code, type, [y, x], detail);
  return x.type.lane === 'f32' ? simplifyFloat(b, code, x, y) : simplifyInteger(b, code, x, y);
}

const COMMUTATIVE: ReadonlySet<Opcode> = new Set([
  'add',
  'mul',
  'and',
  'or',
  'xor',
  'eq',
  'ne',
  'minS',
  'minU',
  'maxS',
  'maxU',
]);

function isConstant(op: Op): boolean {
  return op.code === 'const';
}

function fold(b: Builder, code: Opcode, type: ValueType, args: readonly Op[]): Op | null {
  if (code === 'select') return null;
  const [first, second, third] = args.map((arg) => constantBits(arg)!);
  const bits: number[] = [];
  for (let lane = 0; lane < type.size; lane++) {
    const value = evaluate(code, args[0]!.type.lane, first![lane]!, second?.[lane] ?? 0, third?.[lane] ?? 0);
    if (value === null) return null;
    bits.push(value);
  }
  return b.constant(type, bits);
}

function simplifyUnary(b: Builder, code: Opcode, x: Op): Op | null {
  if (code === 'neg' && x.code === 'neg') return x.args[0]!;
  if (code === 'bitcast' && x.code === 'bitcast') return b.bitcast(x.type.lane === 'f32' ? 'i32' : 'f32', x.args[0]!);
  if (
    code === 'roundF16' &&
    (x.code === 'roundF16' || (x.code === 'load' && (x.detail as { format: string }).format === 'f16'))
  )
    return x;
  return null;
}

function simplifySelect(b: Builder, condition: Op, whenTrue: Op, whenFalse: Op): Op | null {
  if (whenTrue === whenFalse) return whenTrue;
  const bits = constantBits(condition);
  if (bits !== null) {
    if (bits.every((bit) => bit !== 0)) return whenTrue;
    if (bits.every((bit) => bit === 0)) return whenFalse;
    const lanes = whenTrue.type.size;
    return b.build(Array.from({ length: lanes }, (_, lane) => b.extract(bits[lane] ? whenTrue : whenFalse, lane)));
  }
  if (condition.code === 'not') return b.select(condition.args[0]!, whenFalse, whenTrue);
  if (
    whenTrue.type.lane === 'bool' &&
    condition.type === whenTrue.type &&
    isConstant(whenTrue) &&
    isConstant(whenFalse)
  ) {
    if (isAll(whenTrue, 1) && isAll(whenFalse, 0)) return condition;
    if (isAll(whenTrue, 0) && isAll(whenFalse, 1)) return b.not(condition);
  }
  return null;
}

const INVERSE: Readonly<Partial<Record<Opcode, Opcode>>> = { eq: 'ne', ne: 'eq' };
// The operands change sides.
const INVERSE_ORDER: Readonly<Partial<Record<Opcode, Opcode>>> = { ltS: 'leS', ltU: 'leU', leS: 'ltS', leU: 'ltU' };

function simplifyNot(b: Builder, x: Op): Op | null {
  if (x.code === 'not') return x.args[0]!;
  const inverse = INVERSE[x.code];
  // A NaN is neither equal nor unequal by inversion only of eq and ne.
  if (inverse !== undefined) return b.op(inverse, x.type, x.args);
  const order = INVERSE_ORDER[x.code];
  return order === undefined ? null : b.op(order, x.type, [x.args[1]!, x.args[0]!]);
}

function simplifyFma(b: Builder, x: Op, y: Op, z: Op): Op | null {
  if (isAll(z, 0)) return b.mul(x, y);
  if (isAll(x, ONE)) return b.add(y, z);
  return isAll(y, ONE) ? b.add(x, z) : null;
}

const ONE = bitsOfFloat(1);

// WGSL leaves the sign of a zero open, so adding zero is the identity; multiplying by zero is not zero for inf and NaN.
function simplifyFloat(b: Builder, code: Opcode, x: Op, y: Op): Op | null {
  switch (code) {
    case 'add':
      if (isAll(y, 0)) return x;
      return y.code === 'neg' ? b.sub(x, y.args[0]!) : null;
    case 'sub':
      return isAll(y, 0) ? x : null;
    case 'mul':
    case 'div':
      return isAll(y, ONE) ? x : null;
    case 'min':
    case 'max':
      return x === y ? x : null;
    default:
      return null;
  }
}

function simplifyInteger(b: Builder, code: Opcode, x: Op, y: Op): Op | null {
  if (x === y) {
    const same = simplifySame(b, code, x);
    if (same !== null) return same;
  }
  const bound = x.type.size === 1 && x.type.lane === 'i32' ? simplifyByRange(b, code, x, y) : null;
  if (bound !== null) return bound;
  const bits = constantBits(y);
  if (bits === null) return null;
  const first = bits[0]!;
  if (!bits.every((other) => other === first)) return null;
  return simplifyWithConstant(b, code, x, y, first);
}

function simplifySame(b: Builder, code: Opcode, x: Op): Op | null {
  if (code === 'and' || code === 'or' || code.startsWith('min') || code.startsWith('max')) return x;
  if (code === 'sub' || code === 'xor') return b.zero(x.type);
  if (code === 'eq' || code === 'leS' || code === 'leU')
    return b.constant(valueType('bool', x.type.size), [1, 1, 1, 1].slice(0, x.type.size));
  if (code === 'ne' || code === 'ltS' || code === 'ltU') return b.zero(valueType('bool', x.type.size));
  return null;
}

/** Comparisons and minima that the ranges of their operands decide. */
function simplifyByRange(b: Builder, code: Opcode, x: Op, y: Op): Op | null {
  if (code !== 'ltU' && code !== 'leU' && code !== 'minU' && code !== 'maxU' && code !== 'ltS' && code !== 'leS')
    return null;
  const left = rangeOf(x, b.ranges);
  const right = rangeOf(y, b.ranges);
  const signed = code === 'ltS' || code === 'leS';
  if (signed && (left.high > 0x7fffffff || right.high > 0x7fffffff)) return null;
  if (code === 'minU') return left.high <= right.low ? x : right.high <= left.low ? y : null;
  if (code === 'maxU') return left.low >= right.high ? x : right.low >= left.high ? y : null;
  const strict = code === 'ltU' || code === 'ltS';
  if (strict ? left.high < right.low : left.high <= right.low) return b.bool(true);
  if (strict ? left.low >= right.high : left.low > right.high) return b.bool(false);
  return null;
}

function simplifyWithConstant(b: Builder, code: Opcode, x: Op, y: Op, value: number): Op | null {
  const { type } = x;
  const ones = type.lane === 'bool' ? 1 : 0xffffffff;
  const constant = (bits: number) => b.constant(type, [bits, bits, bits, bits].slice(0, type.size));
  const power = value !== 0 && (value & (value - 1)) === 0 ? 31 - Math.clz32(value) : null;
  switch (code) {
    case 'add':
      if (value === 0) return x;
      if (x.code === 'add' && isConstant(x.args[1]!)) return b.add(x.args[0]!, b.add(x.args[1]!, y));
      return null;
    case 'sub':
      return b.add(x, constant(-value >>> 0));
    case 'mul':
      if (value === 0) return y;
      if (value === 1) return x;
      if (power !== null) return b.op('shl', type, [x, constant(power)]);
      return x.code === 'mul' && isConstant(x.args[1]!) ? b.mul(x.args[0]!, b.mul(x.args[1]!, y)) : null;
    case 'shl':
    case 'shrU':
    case 'shrS':
      return (value & 31) === 0 ? x : null;
    case 'divU':
      if (power === 0) return x;
      return power === null ? null : b.op('shrU', type, [x, constant(power)]);
    case 'divS':
      return value === 1 ? x : divideByRange(b, x, y, power);
    case 'remU':
      return power === null ? null : b.op('and', type, [x, constant(value - 1)]);
    case 'remS':
      return power !== null && isNonNegative(b, x) ? b.op('and', type, [x, constant(value - 1)]) : null;
    case 'and':
      if (value === 0) return y;
      return value === ones ? x : maskOfRange(b, x, value);
    case 'or':
      if (value === 0) return x;
      return value === ones ? y : null;
    case 'xor':
      if (value === 0) return x;
      return value === ones && type.lane === 'bool' ? b.not(x) : null;
    case 'eq':
      if (type.lane !== 'bool')
        return x.code === 'intFromBool' && value < 2 ? (value === 1 ? x.args[0]! : b.not(x.args[0]!)) : null;
      return value === 1 ? x : b.not(x);
    case 'ne':
      if (type.lane !== 'bool') return x.code === 'intFromBool' && value === 0 ? x.args[0]! : null;
      return value === 0 ? x : b.not(x);
    default:
      return null;
  }
}

function isNonNegative(b: Builder, x: Op): boolean {
  return x.type.size === 1 && rangeOf(x, b.ranges).high <= 0x7fffffff;
}

function divideByRange(b: Builder, x: Op, y: Op, power: number | null): Op | null {
  return power !== null && isNonNegative(b, x) ? b.op('divU', x.type, [x, y]) : null;
}

// A mask that keeps every bit the operand can have.
function maskOfRange(b: Builder, x: Op, mask: number): Op | null {
  if (x.type.size > 1 || x.type.lane !== 'i32') return null;
  const isLowBits = ((mask + 1) & mask) === 0;
  return isLowBits && rangeOf(x, b.ranges).high <= mask ? x : null;
}

function isAll(op: Op, bits: number): boolean {
  return constantBits(op)?.every((lane) => lane === bits) ?? false;
}
