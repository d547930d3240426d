/** Attributes whose argument is a number. The parser has checked where they stand and how many arguments they have. */

import type { Attribute } from '../wgsl/ast.ts';
import type { Environment } from './context.ts';
import { constExpression, materialize } from './expression.ts';
import { reject } from './rejection.ts';
import { isInteger, typeName } from './typeRules.ts';

export function findAttribute(attributes: readonly Attribute[], name: string): Attribute | undefined {
  for (const attribute of attributes) if (attribute.name.text === name) return attribute;
  return undefined;
}

/** The one argument of the attribute: a const-expression of i32 or u32. */
export function integerAttribute(env: Environment, { name, args, span }: Attribute): number {
  const [node] = args;
  if (node === undefined) reject(span, `@${name.text} takes one argument`);
  const { type, value } = materialize(env, constExpression(env, node, `the argument of @${name.text}`)) as ReturnType<
    typeof constExpression
  >;
  if (type.kind !== 'scalar' || !isInteger(type))
    reject(node.span, `@${name.text} takes an i32 or a u32, not '${typeName(type)}'`);
  return Number(value);
}

/** The same for what cannot be negative. */
export function naturalAttribute(env: Environment, attribute: Attribute): number {
  const value = integerAttribute(env, attribute);
  if (value < 0) reject(attribute.span, `@${attribute.name.text} cannot be negative, got ${value}`);
  return value;
}
