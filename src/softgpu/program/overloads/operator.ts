/** Types of operators. https://www.w3.org/TR/WGSL/#arithmetic-expr and the sections around it */

import { BOOL, type Lanes, matrix, U32, vector } from '../intern.ts';
import type { BinaryOp } from '../program.ts';
import { isFloat, isInteger, isNumeric, scalarOf, typeName } from '../typeRules.ts';
import type { ScalarType, Type } from '../wgslType.ts';
import type { Failure } from './overload.ts';
import { concreteScalar, conversionRank, joinScalars } from './rank.ts';

export interface BinaryOverload {
  /** The types the operands convert to. */
  readonly left: Type;
  readonly right: Type;
  readonly result: Type;
}

export interface UnaryOverload {
  readonly operand: Type;
  readonly result: Type;
}

/** Unless `allConst`, some operand is no const-expression, and no operand stays abstract. */
export function resolveBinary(op: BinaryOp, left: Type, right: Type, allConst: boolean): BinaryOverload | Failure {
  const overload = binary(op, left, right, allConst);
  if (overload !== null) return overload;
  return { failure: `no operator ${op} for ${typeName(left)} and ${typeName(right)}: it takes ${OPERANDS[op]}` };
}

export function resolveUnary(op: '-' | '!' | '~', operand: Type, allConst: boolean): UnaryOverload | Failure {
  const element = operand.kind === 'matrix' ? null : scalarOf(operand);
  if (element !== null && UNARY[op](element)) {
    const type = withElement(operand, allConst ? element : concreteScalar(element));
    return { operand: type, result: type };
  }
  return { failure: `no operator ${op} for ${typeName(operand)}: it takes ${UNARY_OPERANDS[op]}` };
}

const UNARY: Readonly<Record<'-' | '!' | '~', (element: ScalarType) => boolean>> = {
  '-': (element) => isNumeric(element) && element !== U32,
  '!': (element) => element === BOOL,
  '~': isInteger,
};

const UNARY_OPERANDS = {
  '-': 'a signed number or a vector of them',
  '!': 'a bool or a vector of bool',
  '~': 'an integer or a vector of them',
};

const ARITHMETIC = 'numbers of one type, vectors of them of one size, or a vector and a scalar';
const COMPARED = 'two numbers of one type, or vectors of them of one size';
const BITS = 'integers of one type, or vectors of them of one size';

const OPERANDS: Readonly<Record<BinaryOp, string>> = {
  '+': `${ARITHMETIC}; or two float matrices of one shape`,
  '-': `${ARITHMETIC}; or two float matrices of one shape`,
  '*': `${ARITHMETIC}; or float matrices, with a scalar, a vector or a matrix of fitting shape`,
  '/': ARITHMETIC,
  '%': ARITHMETIC,
  '&': `${BITS}; or bools`,
  '|': `${BITS}; or bools`,
  '^': BITS,
  '<<': 'an integer and a u32, or vectors of them of one size',
  '>>': 'an integer and a u32, or vectors of them of one size',
  '&&': 'two bools (not vectors)',
  '||': 'two bools (not vectors)',
  '==': `${COMPARED}; or bools`,
  '!=': `${COMPARED}; or bools`,
  '<': COMPARED,
  '<=': COMPARED,
  '>': COMPARED,
  '>=': COMPARED,
};

function binary(op: BinaryOp, left: Type, right: Type, allConst: boolean): BinaryOverload | null {
  switch (op) {
    case '&&':
    case '||':
      return left === BOOL && right === BOOL ? { left, right, result: BOOL } : null;
    case '<<':
    case '>>':
      return shift(left, right, allConst);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(op, left, right, allConst);
    default:
      return componentWise(op, left, right, allConst);
  }
}

function arithmetic(
  op: '+' | '-' | '*' | '/' | '%',
  left: Type,
  right: Type,
  allConst: boolean,
): BinaryOverload | null {
  const element = commonElement(left, right, allConst);
  if (element === null || !isNumeric(element)) return null;
  const l = withElement(left, element);
  const r = withElement(right, element);
  if (left.kind === 'matrix' || right.kind === 'matrix') {
    if (!isFloat(element)) return null;
    const result = op === '*' ? product(l, r, element) : op === '+' || op === '-' ? (l === r ? l : null) : null;
    return result === null ? null : { left: l, right: r, result };
  }
  if (l === r || r.kind === 'scalar') return { left: l, right: r, result: l };
  return l.kind === 'scalar' ? { left: l, right: r, result: r } : null;
}

/** A product in which a matrix takes part. */
function product(left: Type, right: Type, element: ScalarType): Type | null {
  if (left.kind === 'scalar') return right;
  if (right.kind === 'scalar') return left;
  if (left.kind === 'matrix' && right.kind === 'vector') {
    return left.columns === right.size ? vector(left.rows, element) : null;
  }
  if (left.kind === 'vector' && right.kind === 'matrix') {
    return left.size === right.rows ? vector(right.columns, element) : null;
  }
  if (left.kind !== 'matrix' || right.kind !== 'matrix' || left.columns !== right.rows) return null;
  return matrix(right.columns, left.rows, element);
}

/** Comparisons and bitwise operators. */
function componentWise(
  op: '&' | '|' | '^' | '==' | '!=' | '<' | '<=' | '>' | '>=',
  left: Type,
  right: Type,
  allConst: boolean,
): BinaryOverload | null {
  if (left.kind === 'matrix') return null;
  const element = commonElement(left, right, allConst);
  if (element === null) return null;
  const type = withElement(left, element);
  if (type !== withElement(right, element)) return null;
  const operands = { left: type, right: type };
  switch (op) {
    case '&':
    case '|':
      return isInteger(element) || element === BOOL ? { ...operands, result: type } : null;
    case '^':
      return isInteger(element) ? { ...operands, result: type } : null;
    case '==':
    case '!=':
      return { ...operands, result: withElement(type, BOOL) };
    default:
      return element === BOOL ? null : { ...operands, result: withElement(type, BOOL) };
  }
}

function shift(left: Type, right: Type, allConst: boolean): BinaryOverload | null {
  const element = left.kind === 'matrix' ? null : scalarOf(left);
  if (element === null || !isInteger(element)) return null;
  const amount = withElement(left, U32);
  if (conversionRank(right, amount) === null) return null;
  const type = withElement(left, allConst ? element : concreteScalar(element));
  return { left: type, right: amount, result: type };
}

function commonElement(left: Type, right: Type, allConst: boolean): ScalarType | null {
  const l = scalarOf(left);
  const r = scalarOf(right);
  const element = l === null || r === null ? null : joinScalars(l, r);
  return element === null || allConst ? element : concreteScalar(element);
}

/** A scalar, vector or matrix type with another element. */
function withElement(type: Type, element: ScalarType): Type {
  if (type.kind === 'vector') return vector(type.size as Lanes, element);
  return type.kind === 'matrix' ? matrix(type.columns, type.rows, element) : element;
}
