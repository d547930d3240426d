import type { ConstAssert } from '../wgsl/ast.ts';
import type { Environment } from './context.ts';
import { constExpression } from './expression.ts';
import { BOOL } from './intern.ts';
import { reject } from './rejection.ts';
import { typeName } from './typeRules.ts';

/** `const_assert`, at module scope or in a function. */
export function checkAssertion(env: Environment, { condition }: ConstAssert): void {
  const { type, value } = constExpression(env, condition, 'what is asserted');
  if (type !== BOOL) reject(condition.span, `what is asserted must be a bool, not '${typeName(type)}'`);
  if (value !== true) reject(condition.span, 'const assertion failed');
}
