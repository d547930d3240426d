/** `base.member`, `base.xyz` and `base[index]`. https://www.w3.org/TR/WGSL/#composite-value-decomposition-expr */

import type { IndexExpression, MemberExpression } from '../wgsl/ast.ts';
import { zeroValue } from './constant/construct.ts';
import type { Environment } from './context.ts';
import { constant, expression, load, materialize, type Typed, value } from './expression.ts';
import { inherit, isConstExpression } from './fold.ts';
import { type Lanes, vector } from './intern.ts';
import { isPlace, throughPointer } from './places.ts';
import type { ConstantValue } from './program.ts';
import { reject } from './rejection.ts';
import { isInteger, typeName } from './typeRules.ts';
import type { Type } from './wgslType.ts';

export function member(env: Environment, node: MemberExpression): Typed {
  const base = throughPointer(expression(env, node.base));
  if (base.type.kind === 'struct') return structMember(base, node);
  if (base.type.kind === 'vector') return swizzle(env, base, base.type.size, node);
  return reject(node.member.span, `'${typeName(base.type)}' has no member '${node.member.text}'`);
}

function structMember(base: Typed, { member: { text, span }, span: whole }: MemberExpression): Typed {
  if (base.type.kind !== 'struct') return base;
  const index = base.type.members.findIndex((candidate) => candidate.name === text);
  const found = base.type.members[index];
  if (found === undefined) reject(span, `'${typeName(base.type)}' has no member '${text}'`);
  if (base.kind === 'constant') {
    const parts = base.value as readonly ConstantValue[];
    return inherit(constant(found.type, parts[index]!, whole), [base]);
  }
  return { kind: 'member', type: found.type, span: whole, base, index };
}

const SWIZZLES = ['xyzw', 'rgba'];

function swizzle(env: Environment, base: Typed, size: number, node: MemberExpression): Typed {
  const { text, span } = node.member;
  const lanes = lanesOf(text);
  if (lanes === null) reject(span, `'${typeName(base.type)}' has no component or swizzle '${text}'`);
  if (base.type.kind !== 'vector' || lanes.some((lane) => lane >= size)) {
    reject(span, `swizzle '${text}' goes beyond the ${size} components of '${typeName(base.type)}'`);
  }
  const { element } = base.type;
  const type = lanes.length === 1 ? element : vector(lanes.length as Lanes, element);
  if (base.kind === 'constant') {
    const parts = base.value as readonly ConstantValue[];
    const picked = lanes.length === 1 ? parts[lanes[0]!]! : lanes.map((lane) => parts[lane]!);
    return inherit(constant(type, picked, node.span), [base]);
  }
  // Several components are no place: they are taken from the vector's value.
  return { kind: 'swizzle', type, span: node.span, base: lanes.length === 1 ? base : load(env, base), lanes };
}

/** The components that a swizzle names, all in one of its two alphabets; null if it is none. */
function lanesOf(text: string): number[] | null {
  if (text.length > 4) return null;
  for (const alphabet of SWIZZLES) {
    const lanes = Array.from(text, (letter) => alphabet.indexOf(letter));
    if (!lanes.includes(-1)) return lanes;
  }
  return null;
}

export function index(env: Environment, node: IndexExpression): Typed {
  const base = throughPointer(expression(env, node.base));
  const part = elementType(base.type);
  if (part === null) reject(node.span, `cannot index a value of type '${typeName(base.type)}'`);
  const at = indexValue(env, node);
  const { count } = part;
  if (at.kind === 'constant' && env.evaluating) {
    const number = at.value as number;
    if (number < 0 || (count !== null && number >= count)) {
      const range =
        count === null ? 'an index is never negative' : `'${typeName(base.type)}' has the indexes 0 to ${count - 1}`;
      reject(node.index.span, `index ${number} is out of bounds: ${range}`);
    }
  }
  const indexed = isConstExpression(at) ? base : materialize(env, base);
  const { type } = elementType(indexed.type) ?? part;
  if (indexed.kind === 'constant' && at.kind === 'constant') {
    const parts = indexed.value as readonly ConstantValue[];
    const picked = env.evaluating ? parts[at.value as number]! : zeroValue(type);
    return inherit(constant(type, picked, node.span), [indexed, at]);
  }
  return {
    kind: 'element',
    type,
    span: node.span,
    base: isPlace(indexed) ? indexed : load(env, indexed),
    index: at,
  };
}

function indexValue(env: Environment, node: IndexExpression): Typed {
  // The index is an expression of its own: it nests, but does not chain as `a[0][0]` does.
  const at = materialize(env, value(env, node.index));
  if (at.type.kind !== 'scalar' || !isInteger(at.type))
    reject(node.index.span, `an index must be of i32 or u32, not of '${typeName(at.type)}'`);
  return at;
}

/** The parts that an index picks from, and how many there are if that is known. */
function elementType(type: Type): { type: Type; count: number | null } | null {
  switch (type.kind) {
    case 'array':
      return { type: type.element, count: type.count };
    case 'vector':
      return { type: type.element, count: type.size };
    case 'matrix':
      return { type: vector(type.rows, type.element), count: type.columns };
    default:
      return null;
  }
}
