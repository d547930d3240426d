/** Unary and binary expressions. */

import type { BinaryExpression, BinaryOperator, UnaryExpression } from '../wgsl/ast.ts';
import type { Environment } from './context.ts';
import { constant, convertTo, expression, load, type Typed, value } from './expression.ts';
import { checkOperands, foldBinary, foldUnary, isConstExpression } from './fold.ts';
import { BOOL } from './intern.ts';
import { resolveBinary, resolveUnary } from './overloads/operator.ts';
import { reject } from './rejection.ts';

export function unary(env: Environment, node: UnaryExpression): Typed {
  const given = value(env, node.operand);
  const isConst = given.kind === 'constant';
  const overload = resolveUnary(node.operator, given.type, isConst);
  if ('failure' in overload) reject(node.span, overload.failure);
  const operand = convertTo(env, given, overload.operand, node.span, () => '');
  if (operand.kind === 'constant') return foldUnary(env, node.operator, operand, overload.result, node.span);
  return { kind: 'unary', type: overload.result, span: node.span, op: node.operator, operand };
}

export function binary(env: Environment, node: BinaryExpression): Typed {
  const left = load(env, expression(env, node.left));
  const right = rightOperand(env, node, left);
  return operation(env, node.operator, left, right, node);
}

/** Where the left side decides, the right side is not evaluated: its errors of evaluation are none. */
function rightOperand(env: Environment, node: BinaryExpression, left: Typed): Typed {
  const { operator } = node;
  const decides =
    left.kind === 'constant' &&
    ((operator === '&&' && left.value === false) || (operator === '||' && left.value === true));
  if (!decides || !env.evaluating) return value(env, node.right);
  env.evaluating = false;
  const right = value(env, node.right);
  env.evaluating = true;
  // Its value does not count, whatever stands for it.
  return right.kind === 'constant' && right.type === BOOL ? constant(BOOL, left.value as boolean, right.span) : right;
}

/** `left op right` on values: of a binary expression, or of a compound assignment. */
export function operation(
  env: Environment,
  op: BinaryOperator,
  left: Typed,
  right: Typed,
  { span, operatorSpan }: Pick<BinaryExpression, 'span' | 'operatorSpan'>,
): Typed {
  const overload = resolveBinary(op, left.type, right.type, isConstExpression(left) && isConstExpression(right));
  if ('failure' in overload) reject(operatorSpan, overload.failure);
  const l = convertTo(env, left, overload.left, left.span, () => '');
  const r = convertTo(env, right, overload.right, right.span, () => '');
  if (l.kind === 'constant' && r.kind === 'constant') return foldBinary(env, op, l, r, overload.result, span);
  checkOperands(env, op, l, r, span);
  return { kind: 'binary', type: overload.result, span, op, left: l, right: r };
}
