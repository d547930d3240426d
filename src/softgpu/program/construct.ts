/** Value constructors: `vec3f(…)`, `array(…)`, `i32(…)`, `Struct(…)`. */

import type { CallExpression, IdentifierExpression } from '../wgsl/ast.ts';
import { constructConstant, zeroValue } from './constant/construct.ts';
import type { Environment } from './context.ts';
import { constant, convertTo, type Typed } from './expression.ts';
import { convertConstant, inherit, isConstExpression } from './fold.ts';
import type { Lanes } from './intern.ts';
import type { Meaning } from './meaning.ts';
import { type ConstructorTarget, resolveConstructor } from './overloads/construct.ts';
import { reject } from './rejection.ts';
import { typeExpression } from './typeExpression.ts';

/** What a call of a type makes: that type, or one whose elements the arguments decide. */
export function constructorTarget(env: Environment, callee: IdentifierExpression, meaning: Meaning): ConstructorTarget {
  const inferred = callee.templateArgs === null && meaning.kind === 'generator' ? inferredTarget(meaning.name) : null;
  return inferred ?? typeExpression(env, callee);
}

function inferredTarget(name: string): ConstructorTarget | null {
  if (name === 'array') return { kind: 'infer-array' };
  if (name.startsWith('vec')) return { kind: 'infer-vector', size: Number(name[3]) as Lanes };
  if (!name.startsWith('mat')) return null;
  return { kind: 'infer-matrix', columns: Number(name[3]) as Lanes, rows: Number(name[5]) as Lanes };
}

/** `given` are values. */
export function construct(
  env: Environment,
  target: ConstructorTarget,
  given: readonly Typed[],
  node: CallExpression,
): Typed {
  const allConst = given.every(isConstExpression);
  const construction = resolveConstructor(
    target,
    given.map((arg) => arg.type),
    allConst,
  );
  if ('failure' in construction) reject(node.span, construction.failure);
  const { form, type, parameters } = construction;
  if (form === 'zero') return constant(type, zeroValue(type), node.span);
  const args: Typed[] = [];
  for (const [i, arg] of given.entries()) args.push(convertTo(env, arg, parameters[i]!, arg.span, () => ''));
  const [first] = args;
  if (first === undefined || form === 'identity') return first ?? constant(type, zeroValue(type), node.span);
  if (form === 'convert') {
    if (first.kind === 'constant') return convertConstant(env, first, type, node.span);
    return { kind: 'convert', type, span: node.span, value: first };
  }
  if (args.every((arg) => arg.kind === 'constant')) {
    const parts = args.map((arg) => arg.value);
    return inherit(constant(type, constructConstant(type, parameters, parts), node.span), args);
  }
  return { kind: 'construct', type, span: node.span, args };
}
