/** Values of operators in const-expressions. https://www.w3.org/TR/WGSL/#arithmetic-expr */

import type { BinaryOp, ConstantValue } from '../program.ts';
import { scalarOf } from '../typeRules.ts';
import type { ScalarKind, Type } from '../wgslType.ts';
import { ConstantError, checkI64, formatConstant, isI64, nearest, parts, roundFloat } from './number.ts';

/**
 * `left op right`; the operands have the types that `resolveBinary` gives. The
 * checker skips the right side of `&&` and `||` itself where the left decides.
 */
export function evaluateBinary(
  op: BinaryOp,
  leftType: Type,
  left: ConstantValue,
  rightType: Type,
  right: ConstantValue,
  result: Type,
): ConstantValue {
  const kind = scalarOf(leftType)!.scalar;
  if (op === '*' && (leftType.kind === 'matrix' || rightType.kind === 'matrix')) {
    return matrixProduct(kind, leftType, left, rightType, right);
  }
  return result.kind === 'scalar' ? binaryScalar(op, kind, left, right) : eachPair(op, kind, left, right);
}

export function evaluateUnary(op: '-' | '!' | '~', type: Type, value: ConstantValue): ConstantValue {
  if (typeof value === 'object') {
    const element = scalarOf(type)!;
    return value.map((component) => evaluateUnary(op, element, component));
  }
  switch (op) {
    case '!':
      return !value;
    case '~':
      if (typeof value === 'bigint') return ~value;
      return scalarOf(type)!.scalar === 'u32' ? ~Number(value) >>> 0 : ~Number(value);
    case '-':
      // The most negative integer is its own negation.
      if (typeof value === 'bigint') return BigInt.asIntN(64, -value);
      return scalarOf(type)!.scalar === 'i32' ? -Number(value) | 0 : -Number(value);
  }
}

/** Component by component, down to the scalars; a scalar operand goes with every component of the other. */
function eachPair(op: BinaryOp, kind: ScalarKind, left: ConstantValue, right: ConstantValue): ConstantValue {
  if (typeof left === 'object') {
    return left.map((part, i) => eachPair(op, kind, part, typeof right === 'object' ? right[i]! : right));
  }
  if (typeof right === 'object') return right.map((part) => eachPair(op, kind, left, part));
  return binaryScalar(op, kind, left, right);
}

function binaryScalar(op: BinaryOp, kind: ScalarKind, left: ConstantValue, right: ConstantValue): ConstantValue {
  switch (op) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
  }
  switch (kind) {
    case 'bool':
      return op === '&' || op === '&&' ? Boolean(left) && Boolean(right) : Boolean(left) || Boolean(right);
    case 'abstract-int':
      return abstractInt(op, left as bigint, BigInt(right as bigint | number));
    case 'i32':
    case 'u32':
      return integer(op, kind, left as number, right as number);
    default:
      return float(op, kind, left as number, right as number);
  }
}

function abstractInt(op: BinaryOp, left: bigint, right: bigint): bigint {
  switch (op) {
    case '+':
      return inI64(left + right, op, left, right);
    case '-':
      return inI64(left - right, op, left, right);
    case '*':
      return inI64(left * right, op, left, right);
    case '/':
      refuseZero(op, left, right);
      return inI64(left / right, op, left, right);
    case '%':
      refuseZero(op, left, right);
      // The quotient overflows, though the remainder would not.
      inI64(left / right, op, left, right);
      return left % right;
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '<<':
      // No amount is too large for what stays in range; zero does whatever the amount, others not beyond 64.
      return left === 0n ? left : inI64(left << (right < 64n ? right : 64n), op, left, right);
    case '>>':
      return left >> right;
    default:
      throw new Error(`evaluateBinary: no operator ${op} for abstract integers`);
  }
}

/** Concrete integers wrap around in `+`, `-` and `*`; a division without result and a shift that loses bits are errors. */
function integer(op: BinaryOp, kind: 'i32' | 'u32', left: number, right: number): number {
  switch (op) {
    case '+':
      return wrap(kind, left + right);
    case '-':
      return wrap(kind, left - right);
    case '*':
      return wrap(kind, Math.imul(left, right));
    case '/':
      refuseDivision(op, kind, left, right);
      return Math.trunc(left / right) + 0;
    case '%':
      refuseDivision(op, kind, left, right);
      return (left % right) + 0;
    case '&':
      return wrap(kind, left & right);
    case '|':
      return wrap(kind, left | right);
    case '^':
      return wrap(kind, left ^ right);
    case '<<': {
      refuseShift(op, right, 32);
      const shifted = wrap(kind, left << right);
      // A double holds the product exactly: it scales by a power of two.
      if (shifted === left * 2 ** right) return shifted;
      throw new ConstantError(`${describe(op, left, right)}: bits are lost, the result does not fit in ${kind}`);
    }
    case '>>':
      refuseShift(op, right, 32);
      return kind === 'i32' ? left >> right : left >>> right;
    default:
      throw new Error(`evaluateBinary: no operator ${op} for ${kind}`);
  }
}

function wrap(kind: 'i32' | 'u32', x: number): number {
  return kind === 'i32' ? x | 0 : x >>> 0;
}

function float(op: BinaryOp, kind: ScalarKind, left: number, right: number): number {
  // One rounding from f64 gives the correctly rounded f32 and f16: f64 has more than twice their digits.
  switch (op) {
    case '+':
      return rounded(kind, left + right, op, left, right);
    case '-':
      return rounded(kind, left - right, op, left, right);
    case '*':
      return rounded(kind, left * right, op, left, right);
    case '/':
      refuseZero(op, left, right);
      return rounded(kind, left / right, op, left, right);
    case '%':
      refuseZero(op, left, right);
      return rounded(kind, left % right, op, left, right);
    default:
      throw new Error(`evaluateBinary: no operator ${op} for ${kind}`);
  }
}

// The words of an error are made only for an error.
function inI64(x: bigint, op: BinaryOp, left: bigint, right: bigint): bigint {
  return isI64(x) ? x : checkI64(x, describe(op, left, right));
}

function rounded(kind: ScalarKind, x: number, op: BinaryOp, left: number, right: number): number {
  const value = nearest(kind, x);
  return Number.isFinite(value) ? value : roundFloat(kind, x, describe(op, left, right));
}

function describe(op: BinaryOp, left: ConstantValue, right: ConstantValue): string {
  return `${formatConstant(left)} ${op} ${formatConstant(right)}`;
}

/** Division by zero is an error wherever the divisor is constant and of integer type, and in const-expressions. */
export function refuseZero(op: BinaryOp, left: ConstantValue | null, right: number | bigint): void {
  if (right !== 0 && right !== 0n) return;
  const what = left === null ? op : describe(op, left, right);
  throw new ConstantError(`${what}: ${op === '/' ? 'division by zero' : 'remainder of a division by zero'}`);
}

function refuseDivision(op: BinaryOp, kind: 'i32' | 'u32', left: number, right: number): void {
  refuseZero(op, left, right);
  if (kind === 'i32' && right === -1 && left === -0x80000000) {
    throw new ConstantError(`${describe(op, left, right)}: the quotient 2147483648 does not fit in i32`);
  }
}

/** The shift must be less than the width. */
export function refuseShift(op: BinaryOp, amount: number, width: number): void {
  if (amount < width) return;
  throw new ConstantError(`${op}: cannot shift by ${amount}, the shifted value has ${width} bits`);
}

/** A product in which a matrix takes part: columns of dot products, each step rounded. */
function matrixProduct(
  kind: ScalarKind,
  leftType: Type,
  left: ConstantValue,
  rightType: Type,
  right: ConstantValue,
): ConstantValue {
  if (leftType.kind === 'scalar' || rightType.kind === 'scalar') return eachPair('*', kind, left, right);
  if (leftType.kind === 'vector') return parts(right).map((column) => dotFloat(kind, parts(left), parts(column)));
  const rows = transpose(parts(left));
  const times = (column: ConstantValue) => rows.map((row) => dotFloat(kind, row, parts(column)));
  return rightType.kind === 'vector' ? times(right) : parts(right).map(times);
}

export function transpose(columns: readonly ConstantValue[]): readonly (readonly ConstantValue[])[] {
  return parts(columns[0]!).map((_, row) => columns.map((column) => parts(column)[row]!));
}

/** The dot product of float vectors, rounded to `kind` at each step, as WGSL defines its accuracy. */
export function dotFloat(kind: ScalarKind, left: readonly ConstantValue[], right: readonly ConstantValue[]): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) {
    const product = float('*', kind, left[i] as number, right[i] as number);
    sum = i === 0 ? product : float('+', kind, sum, product);
  }
  return sum;
}
