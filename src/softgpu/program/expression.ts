/** Expressions: their types, the load rule, and constants folded on the way. https://www.w3.org/TR/WGSL/#expressions */

import type { Span, Expression as Syntax } from '../wgsl/ast.ts';
import { index, member } from './access.ts';
import { call } from './calls.ts';
import type { Environment } from './context.ts';
import { convertConstant, isConstExpression } from './fold.ts';
import { ABSTRACT_FLOAT, ABSTRACT_INT, BOOL, F16, F32, I32, U32 } from './intern.ts';
import { describe, type Meaning } from './meaning.ts';
import { binary, unary } from './operators.ts';
import { concretization, conversionRank } from './overloads/rank.ts';
import { addressOf, indirection, isPlace, recordAccess } from './places.ts';
import type { Constant, ConstantValue, Expression } from './program.ts';
import { reject } from './rejection.ts';
import { checkElementCount } from './storeType.ts';
import { isAbstract, isConstructible, typeName } from './typeRules.ts';
import type { ScalarType, Type } from './wgslType.ts';

/** An expression that has a value, or a place that can give one. */
export type Typed = Expression & { readonly type: Type };

/** Deeper nesting is refused, which keeps the recursion here bounded. */
const MAX_DEPTH = 512;

/** The expression as it stands: a place is not loaded. */
export function expression(env: Environment, node: Syntax): Typed {
  env.depth++;
  if (env.depth > MAX_DEPTH) reject(node.span, `expressions can be nested at most ${MAX_DEPTH} levels deep`);
  const checked = byKind(env, node);
  env.depth--;
  return checked;
}

/** The value of the expression, loaded from the place if it is one. */
export function value(env: Environment, node: Syntax): Typed {
  return load(env, expression(env, node));
}

function byKind(env: Environment, node: Syntax): Typed {
  switch (node.kind) {
    case 'bool':
      return constant(BOOL, node.value, node.span);
    case 'int':
      return node.suffix === ''
        ? constant(ABSTRACT_INT, node.value, node.span)
        : constant(node.suffix === 'i' ? I32 : U32, Number(node.value), node.span);
    case 'float':
      return constant(floatType(env, node.suffix, node.span), node.value, node.span);
    case 'identifier':
      return identifier(env, node);
    case 'call': {
      const called = call(env, node);
      if (called.type === null)
        reject(node.span, `'${node.callee.name.text}' returns nothing, so it has no value to use`);
      return called as Typed;
    }
    case 'member':
      return member(env, node);
    case 'index':
      return index(env, node);
    case 'unary':
      return unary(env, node);
    case 'binary':
      return binary(env, node);
    case 'paren':
      return expression(env, node.inner);
    case 'addressOf':
      return addressOf(env, node);
    case 'indirection':
      return indirection(env, node);
  }
}

function floatType({ module }: Environment, suffix: '' | 'f' | 'h', span: Span): ScalarType {
  if (suffix === '') return ABSTRACT_FLOAT;
  if (suffix === 'f') return F32;
  if (!module.extensions.has('f16')) reject(span, "f16 literals need 'enable f16;' at the start of the module");
  return F16;
}

function identifier(env: Environment, node: Syntax & { kind: 'identifier' }): Typed {
  const { text: name, span } = node.name;
  const meaning = env.lookup(name, span);
  if (meaning === undefined) reject(span, `unresolved identifier '${name}'`);
  if (node.templateArgs !== null) reject(node.span, `${describe(meaning, name)} is not a value`);
  if (env.skipped?.has(meaning)) {
    reject(span, `'${name}' cannot be used in 'continuing': a 'continue' above its declaration skips it`);
  }
  return named(env, meaning, name, span);
}

function named(env: Environment, meaning: Meaning, name: string, span: Span): Typed {
  switch (meaning.kind) {
    case 'constant':
      return constant(meaning.type, meaning.value, span);
    case 'override':
      return meaning.value === null
        ? { kind: 'override', type: meaning.type, span, name }
        : { ...constant(meaning.type, meaning.value, span), fromOverride: true };
    case 'binding':
      return { kind: 'binding', type: meaning.binding.type, span, binding: meaning.binding };
    case 'variable': {
      const { variable } = meaning;
      if (env.record === null)
        reject(span, `var '${name}' cannot be used at module scope: its value is known only when a shader runs`);
      if (variable.space !== 'function') env.record.variables.add(variable);
      return { kind: 'variable', type: variable.type, span, variable };
    }
    default:
      return reject(span, `cannot use ${describe(meaning, name)} as a value`);
  }
}

export function constant(type: Type, value: ConstantValue, span: Span): Constant {
  return { kind: 'constant', type, value, span };
}

/** The load rule: where a value is wanted, a place is read. */
export function load(env: Environment, place: Typed): Typed {
  if (!isPlace(place)) return place;
  if (!isConstructible(place.type) && place.type.kind !== 'opaque') {
    const way = place.type.kind === 'atomic' ? ": use 'atomicLoad' with its address" : '';
    reject(place.span, `cannot read a value of type '${typeName(place.type)}'${way}`);
  }
  checkElementCount(place.type, place.span);
  recordAccess(env, place, 'reads');
  return { kind: 'load', type: place.type, span: place.span, place };
}

/** An abstract value as the concrete one it is where nothing asks for another type. */
export function materialize(env: Environment, value: Typed): Typed {
  if (value.kind !== 'constant' || !isAbstract(value.type)) return value;
  return convertConstant(env, value, concretization(value.type), value.span);
}

/** `value` as `type`, by automatic conversion; rejected with `message()` where there is none. */
export function convertTo(env: Environment, value: Typed, type: Type, span: Span, message: () => string): Typed {
  if (value.type === type) return value;
  if (value.kind !== 'constant' || conversionRank(value.type, type) === null) reject(span, message());
  return convertConstant(env, value, type, span);
}

/** A const-expression's value. */
export function constExpression(env: Environment, node: Syntax, what: string): Constant {
  const checked = value(env, node);
  if (checked.kind !== 'constant' || !isConstExpression(checked))
    reject(node.span, `${what} must be a const-expression`);
  return checked;
}
