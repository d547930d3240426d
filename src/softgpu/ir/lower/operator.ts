/** Unary and binary operators, and conversions. */

import type { BinaryOp, Expression } from '../../program/program.ts';
import type { ScalarKind, Type } from '../../program/wgslType.ts';
import type { Op, Opcode } from '../ir.ts';
import type { Context } from './context.ts';
import { isParts, opOf, opType, partsOf, scalarKind, type Value } from './value.ts';

/** An f16 value is kept as f32 and rounded after each operation. */
export function rounded(c: Context, kind: ScalarKind, op: Op): Op {
  return kind === 'f16' ? c.b.same('roundF16', op) : op;
}

type Codes = Readonly<Partial<Record<BinaryOp, Opcode>>>;

const COMMON: Codes = { '+': 'add', '-': 'sub', '*': 'mul', '==': 'eq', '!=': 'ne' };
const FLOAT: Codes = { ...COMMON, '/': 'div', '%': 'rem', '<': 'lt', '<=': 'le' };
const INTEGER: Codes = { ...COMMON, '&': 'and', '|': 'or', '^': 'xor', '<<': 'shl' };
const SIGNED: Codes = { ...INTEGER, '/': 'divS', '%': 'remS', '>>': 'shrS', '<': 'ltS', '<=': 'leS' };
const UNSIGNED: Codes = { ...INTEGER, '/': 'divU', '%': 'remU', '>>': 'shrU', '<': 'ltU', '<=': 'leU' };
const BOOL: Codes = { '==': 'eq', '!=': 'ne', '&': 'and', '|': 'or', '&&': 'and', '||': 'or' };

function codesOf(kind: ScalarKind): Codes {
  if (kind === 'f32' || kind === 'f16') return FLOAT;
  if (kind === 'bool') return BOOL;
  return kind === 'i32' ? SIGNED : UNSIGNED;
}

/** `left op right` without short circuit. */
export function binary(c: Context, op: BinaryOp, leftType: Type, left: Value, rightType: Type, right: Value): Value {
  if (leftType.kind === 'matrix' || rightType.kind === 'matrix') {
    return matrixBinary(c, op, leftType, left, rightType, right);
  }
  const size = Math.max(opType(leftType).size, opType(rightType).size);
  const a = widened(c, opOf(left), size);
  const b = widened(c, opOf(right), size);
  return scalarBinary(c, op, scalarKind(leftType), a, b);
}

function widened(c: Context, op: Op, size: number): Op {
  return op.type.size === size ? op : c.b.splat(op, size);
}

function scalarBinary(c: Context, op: BinaryOp, kind: ScalarKind, a: Op, b: Op): Op {
  if (op === '>') return scalarBinary(c, '<', kind, b, a);
  if (op === '>=') return scalarBinary(c, '<=', kind, b, a);
  const code = codesOf(kind)[op]!;
  if (op === '==' || op === '!=' || op === '<' || op === '<=') return c.b.compare(code as 'eq', a, b);
  return rounded(c, kind, c.b.same(code, a, b));
}

function matrixBinary(c: Context, op: BinaryOp, leftType: Type, left: Value, rightType: Type, right: Value): Value {
  const kind = scalarKind(leftType);
  if (op !== '*')
    return partsOf(left).map((column, i) => scalarBinary(c, op, kind, opOf(column), opOf(partsOf(right)[i]!)));
  if (isParts(left) && isParts(right)) return right.map((column) => timesVector(c, kind, left, opOf(column)));
  if (isParts(left)) {
    const factor = opOf(right);
    if (rightType.kind === 'vector') return timesVector(c, kind, left, factor);
    return left.map((column) => scaledVector(c, kind, opOf(column), factor));
  }
  const factor = opOf(left);
  if (leftType.kind === 'scalar') return partsOf(right).map((column) => scaledVector(c, kind, opOf(column), factor));
  return c.b.build(partsOf(right).map((column) => rounded(c, kind, dot(c, factor, opOf(column)))));
}

function scaledVector(c: Context, kind: ScalarKind, vector: Op, factor: Op): Op {
  return rounded(c, kind, c.b.mul(vector, c.b.splat(factor, vector.type.size)));
}

/** The sum of the columns, each times a component. */
function timesVector(c: Context, kind: ScalarKind, columns: readonly Value[], vector: Op): Op {
  let sum: Op | null = null;
  for (const [i, value] of columns.entries()) {
    const column = opOf(value);
    const factor = c.b.splat(c.b.extract(vector, i), column.type.size);
    sum = sum === null ? c.b.mul(column, factor) : c.b.fma(column, factor, sum);
  }
  return rounded(c, kind, sum!);
}

/** Not rounded for f16. */
export function dot(c: Context, a: Op, b: Op): Op {
  const products = c.b.mul(a, b);
  let sum = c.b.extract(products, 0);
  for (let lane = 1; lane < a.type.size; lane++) sum = c.b.add(sum, c.b.extract(products, lane));
  return sum;
}

export function unary(c: Context, op: '-' | '!' | '~', value: Value): Value {
  if (isParts(value)) return value.map((column) => unary(c, op, column));
  return op === '-' ? c.b.same('neg', opOf(value)) : c.b.not(opOf(value));
}

export function convert(c: Context, from: Type, to: Type, value: Value): Value {
  if (isParts(value)) return value.map((column) => convertOp(c, scalarKind(from), scalarKind(to), opOf(column)));
  return convertOp(c, scalarKind(from), scalarKind(to), opOf(value));
}

function convertOp(c: Context, from: ScalarKind, to: ScalarKind, value: Op): Op {
  const { b } = c;
  if (from === to) return value;
  const isFloat = from === 'f32' || from === 'f16';
  if (to === 'bool') return b.compare('ne', value, b.zero(value.type));
  if (from === 'bool') {
    const bit = b.convert('intFromBool', 'i32', value);
    return to === 'i32' || to === 'u32' ? bit : b.convert('floatFromU', 'f32', bit);
  }
  if (to === 'i32') return isFloat ? b.convert('signedFromFloat', 'i32', value) : value;
  if (to === 'u32') return isFloat ? b.convert('unsignedFromFloat', 'i32', value) : value;
  if (isFloat) return rounded(c, to, value);
  return rounded(c, to, b.convert(from === 'i32' ? 'floatFromS' : 'floatFromU', 'f32', value));
}

/** Whether evaluating the expression for nothing costs little and changes nothing. */
export function isCheap(expression: Expression): boolean {
  return weigh(expression, 24) >= 0;
}

function weigh(e: Expression, left: number): number {
  if (left < 0) return left;
  switch (e.kind) {
    case 'constant':
    case 'binding':
    case 'variable':
    case 'override':
      return left - 1;
    case 'member':
    case 'swizzle':
      return weigh(e.base, left - 1);
    case 'element':
      return weigh(e.base, weigh(e.index, left - 1));
    case 'load':
    case 'addressOf':
      return weigh(e.place, left);
    case 'deref':
      return weigh(e.pointer, left);
    case 'unary':
      return weigh(e.operand, left - 1);
    case 'convert':
      return weigh(e.value, left - 1);
    case 'binary':
      return weigh(e.left, weigh(e.right, left - 1));
    case 'construct':
      return e.args.reduce((rest, arg) => weigh(arg, rest), left - 1);
    case 'builtin':
      return PLAIN.has(e.name) ? e.args.reduce((rest, arg) => weigh(arg, rest), left - 2) : -1;
    case 'call':
      return -1;
  }
}

const PLAIN: ReadonlySet<string> = new Set(
  'abs all any arrayLength bitcast ceil clamp floor fract max min select sign step trunc countOneBits dot'.split(' '),
);
