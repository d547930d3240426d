import { evaluateBuiltin } from '../../../../src/softgpu/program/constant/builtin.ts';
import { convertConstant } from '../../../../src/softgpu/program/constant/convert.ts';
import { evaluateBinary, evaluateUnary } from '../../../../src/softgpu/program/constant/operator.ts';
import { resolveBinary, resolveUnary } from '../../../../src/softgpu/program/overloads/operator.ts';
import { resolveBuiltin } from '../../../../src/softgpu/program/overloads/resolve.ts';
import type { BinaryOp, ConstantValue } from '../../../../src/softgpu/program/program.ts';
import { type, types } from '../typeText.ts';

/** A type's text and a value of it. */
export type Operand = readonly [type: string, value: ConstantValue];

/** The value of `name(args)`, resolved and converted as the checker does it. */
export function call(name: string, ...args: readonly Operand[]): ConstantValue {
  return callAs('', name, ...args);
}

/** The same with template arguments. */
export function callAs(template: string, name: string, ...args: readonly Operand[]): ConstantValue {
  const given = args.map(([text]) => type(text));
  const overload = resolveBuiltin(name, given, types(template), true);
  if ('failure' in overload) throw new Error(overload.failure);
  const values = args.map(([, value], i) => convertConstant(value, given[i]!, overload.parameters[i]!));
  return evaluateBuiltin(name, overload.parameters, values, overload.result!);
}

export function binary([leftText, left]: Operand, op: BinaryOp, [rightText, right]: Operand): ConstantValue {
  const overload = resolveBinary(op, type(leftText), type(rightText), true);
  if ('failure' in overload) throw new Error(overload.failure);
  const l = convertConstant(left, type(leftText), overload.left);
  const r = convertConstant(right, type(rightText), overload.right);
  return evaluateBinary(op, overload.left, l, overload.right, r, overload.result);
}

export function unary(op: '-' | '!' | '~', [text, value]: Operand): ConstantValue {
  const overload = resolveUnary(op, type(text), true);
  if ('failure' in overload) throw new Error(overload.failure);
  return evaluateUnary(op, overload.operand, value);
}
