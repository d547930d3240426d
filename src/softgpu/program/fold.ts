/** Constant expressions folded, with their errors at the place in the source. https://www.w3.org/TR/WGSL/#const-expr */

import type { Span } from '../wgsl/ast.ts';
import { evaluateBuiltin } from './constant/builtin.ts';
import { zeroValue } from './constant/construct.ts';
import { convertConstant as convert } from './constant/convert.ts';
import { ConstantError } from './constant/number.ts';
import { evaluateBinary, evaluateUnary } from './constant/operator.ts';
import { checkPartialBinary, checkPartialConstants } from './constant/partial.ts';
import type { Environment } from './context.ts';
import type { Typed } from './expression.ts';
import type { BuiltinOverload } from './overloads/overload.ts';
import type { BinaryOp, Constant, ConstantValue } from './program.ts';
import { reject } from './rejection.ts';
import type { Type } from './wgslType.ts';

/** The constant that `evaluate` gives; where a short-circuit skips it, any of its type. */
function folded(
  env: Environment,
  operands: readonly Typed[],
  type: Type,
  span: Span,
  evaluate: () => ConstantValue,
): Constant {
  const value = env.evaluating ? guarded(span, evaluate) : zeroValue(type);
  return inherit({ kind: 'constant', type, value, span }, operands);
}

/** What is made of an override's value is one too. */
export function inherit(made: Constant, operands: readonly Typed[]): Constant {
  return operands.every(isConstExpression) ? made : { ...made, fromOverride: true };
}

export function isConstExpression(value: Typed): boolean {
  return value.kind === 'constant' && value.fromOverride !== true;
}

function guarded<T>(span: Span, evaluate: () => T): T {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof ConstantError) return reject(span, error.message);
    throw error;
  }
}

/** `constant` as `type`, by automatic conversion or a value constructor. */
export function convertConstant(env: Environment, constant: Constant, type: Type, span: Span): Constant {
  return folded(env, [constant], type, span, () => convert(constant.value, constant.type, type));
}

export function foldUnary(env: Environment, op: '-' | '!' | '~', operand: Constant, type: Type, span: Span): Constant {
  return folded(env, [operand], type, span, () => evaluateUnary(op, operand.type, operand.value));
}

export function foldBinary(
  env: Environment,
  op: BinaryOp,
  left: Constant,
  right: Constant,
  type: Type,
  span: Span,
): Constant {
  return folded(env, [left, right], type, span, () =>
    evaluateBinary(op, left.type, left.value, right.type, right.value, type),
  );
}

export function foldBuiltin(
  env: Environment,
  { name, parameters }: BuiltinOverload,
  args: readonly Typed[],
  type: Type,
  span: Span,
): Constant {
  const values = args.map((arg) => (arg.kind === 'constant' ? arg.value : 0));
  return folded(env, args, type, span, () => evaluateBuiltin(name, parameters, values, type));
}

/** What is an error though only one operand is constant: an integer divided by zero, a shift by too much. */
export function checkOperands({ evaluating }: Environment, op: BinaryOp, left: Typed, right: Typed, span: Span): void {
  if (evaluating && right.kind === 'constant')
    guarded(span, () => checkPartialBinary(op, left.type, known(left), known(right)));
}

/** What is an error though only some arguments are constant. */
export function checkArguments(
  { evaluating }: Environment,
  { name, parameters }: BuiltinOverload,
  args: readonly Typed[],
  span: Span,
): void {
  if (evaluating && args.some((arg) => arg.kind === 'constant'))
    guarded(span, () => checkPartialConstants(name, parameters, args.map(known)));
}

function known(value: Typed): ConstantValue | null {
  return value.kind === 'constant' ? value.value : null;
}
