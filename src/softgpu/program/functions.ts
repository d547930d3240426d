/** Function declarations. https://www.w3.org/TR/WGSL/#function-declaration */

import type { FunctionDeclaration } from '../wgsl/ast.ts';
import { findAttribute } from './attributes.ts';
import { NEXT } from './behavior.ts';
import type { Body } from './body.ts';
import { type Context, Environment } from './context.ts';
import type { FunctionRecord, MutableFunction } from './functionRecord.ts';
import { declareLocal } from './locals.ts';
import type { Binding, Statement } from './program.ts';
import { reject } from './rejection.ts';
import { statements } from './statements.ts';
import { typeExpression } from './typeExpression.ts';
import { isConstructible, typeName } from './typeRules.ts';
import type { Type } from './wgslType.ts';

/** What calls of the function need to know: its parameters and its result. */
export function declareFunction(module: Context, node: FunctionDeclaration): FunctionRecord {
  const { name, span } = node;
  const env = new Environment(module, null);
  const parameters = node.parameters.map((parameter): Binding => {
    const type = typeExpression(env, parameter.type);
    const isAllowed = isConstructible(type) || type.kind === 'pointer' || type.kind === 'opaque';
    if (!isAllowed) reject(parameter.type.span, `a parameter cannot be of type '${typeName(type)}'`);
    return { name: parameter.name.text, type, span: parameter.name.span };
  });
  const result = resultType(env, node);
  const mustUse = findAttribute(node.attributes, 'must_use');
  return {
    declaration: node,
    name: name.text,
    function: { name: name.text, parameters, result, body: [], span },
    result,
    mustUse: mustUse !== undefined,
    calls: [],
    variables: new Set(),
    overrides: new Set(env.overrides),
    reads: new Set(),
    writes: new Set(),
    restrictions: [],
  };
}

function resultType(env: Environment, { returnType }: FunctionDeclaration): Type | null {
  if (returnType === null) return null;
  const type = typeExpression(env, returnType);
  if (!isConstructible(type)) reject(returnType.span, `a function cannot return a value of type '${typeName(type)}'`);
  return type;
}

export function checkFunction(module: Context, record: FunctionRecord): void {
  const { declaration, result, name } = record;
  const env = new Environment(module, record);
  const out: Statement[] = [];
  const body: Body = { env, record, out, loop: null, depth: 0 };
  // Parameters are in the scope of the body's own declarations.
  env.enterScope();
  for (const [i, parameter] of declaration.parameters.entries()) {
    const binding = record.function.parameters[i]!;
    if (binding.type.kind === 'pointer') env.roots.set(binding, binding);
    module.attempt(() => declareLocal(env, parameter.name, { kind: 'binding', binding }));
  }
  const behavior = statements(body, declaration.body.statements);
  if (result !== null && behavior & NEXT) {
    const { offset, length } = declaration.body.span;
    module.report(
      { offset: offset + length - 1, length: 1 },
      `'${name}' must return a value of type '${typeName(result)}' on every path`,
    );
  }
  fill(record.function, out);
}

function fill(target: MutableFunction, body: readonly Statement[]): void {
  target.body = body;
}
