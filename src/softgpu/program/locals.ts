/** Declarations in functions. */

import type { ConstDeclaration, LetDeclaration, Name, VarDeclaration } from '../wgsl/ast.ts';
import type { Body } from './body.ts';
import type { Environment } from './context.ts';
import { constExpression, convertTo, materialize, type Typed, value } from './expression.ts';
import type { Meaning } from './meaning.ts';
import { rootOfPointer } from './places.ts';
import type { Binding, Variable } from './program.ts';
import { reject } from './rejection.ts';
import { checkStoreType } from './storeType.ts';
import { addressSpace, typeExpression } from './typeExpression.ts';
import { isConstructible, typeName } from './typeRules.ts';
import type { Type } from './wgslType.ts';

type Initialized = { readonly name: Name; readonly type: ConstDeclaration['type'] };

/** The value a declaration starts with, as the type it states if it states one. */
export function initializer(env: Environment, given: Typed, type: Type | null, { name }: Initialized): Typed {
  if (type === null) return materialize(env, given);
  return convertTo(
    env,
    given,
    type,
    given.span,
    () => `cannot initialize '${name.text}' of type '${typeName(type)}' with '${typeName(given.type)}'`,
  );
}

export function declareLocal(env: Environment, name: Name, meaning: Meaning): void {
  if (!env.declare(name.text, meaning)) reject(name.span, `'${name.text}' is already declared in this scope`);
}

export function localVar(body: Body, node: VarDeclaration): void {
  const { env } = body;
  if (node.templateArgs !== null) {
    const [space, access] = node.templateArgs;
    if (space !== undefined && addressSpace(env, space) !== 'function')
      reject(space.span, "a 'var' in a function is in address space 'function'");
    if (access !== undefined) reject(access.span, "only variables in 'storage' take an access mode");
  }
  const stated = node.type === null ? null : typeExpression(env, node.type);
  const given = node.initializer === null ? null : value(env, node.initializer);
  const initial = given === null ? null : initializer(env, given, stated, node);
  const type = stated ?? initial?.type;
  if (type === undefined) reject(node.name.span, `'${node.name.text}' needs a type or an initializer`);
  checkStoreType(type, 'function', 'read_write', (node.type ?? node.name).span, "a 'var' in a function");
  const variable: Variable = {
    name: node.name.text,
    space: 'function',
    access: 'read_write',
    type,
    binding: null,
    initial,
    span: node.name.span,
  };
  declareLocal(env, node.name, { kind: 'variable', variable });
  body.out.push({ kind: 'variable', variable, span: node.span });
}

export function localLet(body: Body, node: LetDeclaration): void {
  const { env } = body;
  const stated = node.type === null ? null : typeExpression(env, node.type);
  const initial = initializer(env, value(env, node.initializer), stated, node);
  const { type } = initial;
  const isLettable = isConstructible(type) || type.kind === 'pointer' || type.kind === 'opaque';
  if (!isLettable) reject(node.name.span, `a 'let' cannot be of type '${typeName(type)}'`);
  const binding: Binding = { name: node.name.text, type, span: node.name.span };
  declareLocal(env, node.name, { kind: 'binding', binding });
  const root = type.kind === 'pointer' ? rootOfPointer(env, initial) : null;
  if (root !== null) env.roots.set(binding, root);
  body.out.push({ kind: 'let', binding, value: initial, span: node.span });
}

export function localConst(body: Body, node: ConstDeclaration): void {
  declareLocal(body.env, node.name, constMeaning(body.env, node));
}

/** What a `const` stands for; without a stated type its value stays abstract. */
export function constMeaning(env: Environment, node: ConstDeclaration): Meaning {
  const stated = node.type === null ? null : typeExpression(env, node.type);
  const given = constExpression(env, node.initializer, `the value of const '${node.name.text}'`);
  const initial = stated === null ? given : initializer(env, given, stated, node);
  if (initial.kind !== 'constant' || !isConstructible(initial.type))
    reject(node.name.span, `a 'const' cannot be of type '${typeName(initial.type)}'`);
  return { kind: 'constant', type: initial.type, value: initial.value };
}
