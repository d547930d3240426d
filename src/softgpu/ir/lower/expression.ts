/** Expressions to values and places. */

import type { Expression } from '../../program/program.ts';
import type { Type } from '../../program/wgslType.ts';
import { reachesMemory, watchIndex } from '../check/bounds.ts';
import { scalarBits } from '../valueType.ts';
import { callBuiltin } from './builtin.ts';
import { callFunction } from './call.ts';
import { type Context, LoweringError } from './context.ts';
import { branch } from './control.ts';
import { clampIndex } from './index.ts';
import { newLocal } from './local.ts';
import { newSlot, storeMemory } from './memory.ts';
import { binary, convert, isCheap, unary } from './operator.ts';
import {
  chooseColumn,
  elementOf,
  isLarge,
  load,
  type MemoryPlace,
  memberOf,
  type Place,
  store,
  wholeOf,
} from './place.ts';
import { newTable } from './table.ts';
import { constantValue, isParts, isStored, opOf, opType, partCount, partsOf, partType, type Value } from './value.ts';

export function value(c: Context, e: Expression): Value {
  const outer = c.b.span;
  c.b.span = e.span;
  const result = evaluated(c, e);
  c.b.span = outer;
  return result;
}

function evaluated(c: Context, e: Expression): Value {
  switch (e.kind) {
    case 'constant':
      return constantValue(c.b, e.type, e.value);
    case 'binding': {
      const place = c.places.get(e.binding);
      return place === undefined ? c.values.get(e.binding)! : load(c, place);
    }
    case 'load':
      return load(c, place(c, e.place));
    case 'member':
      return partOfTable(c, e) ?? partOf(c, e.base, e.index);
    case 'element':
      return partOfTable(c, e) ?? elementValue(c, e, value(c, e.base));
    case 'swizzle':
      return swizzled(c, e.base, e.lanes);
    case 'unary':
      return unary(c, e.op, value(c, e.operand));
    case 'binary':
      if (e.op === '&&' || e.op === '||') return logical(c, e.op, e.left, e.right);
      return binary(c, e.op, typeOf(e.left), value(c, e.left), typeOf(e.right), value(c, e.right));
    case 'construct':
      return construct(c, e.type, e.args);
    case 'convert':
      return convert(c, typeOf(e.value), e.type, value(c, e.value));
    case 'builtin':
      return callBuiltin(c, e) ?? [];
    case 'call':
      return callFunction(c, e.callee, e.args, e.span) ?? [];
    case 'override':
      throw new LoweringError(`the override '${e.name}' has no value`, e.span);
    case 'variable':
    case 'deref':
      return load(c, place(c, e));
    case 'addressOf':
      throw new LoweringError('a pointer cannot be used as a value here', e.span);
  }
}

/** The place that a reference or, through `addressOf` and bindings, a pointer stands for. */
export function place(c: Context, e: Expression): Place {
  switch (e.kind) {
    case 'variable': {
      const local = c.locals.get(e.variable);
      if (local !== undefined) return wholeOf(local);
      const root = c.roots.get(e.variable);
      if (root === undefined)
        throw new LoweringError(`'${e.variable.name}' cannot be used in a compute shader here`, e.span);
      return { kind: 'memory', type: e.type, root, address: null, offset: 0 };
    }
    case 'deref':
      return place(c, e.pointer);
    case 'addressOf':
      return place(c, e.place);
    case 'binding': {
      const known = c.places.get(e.binding);
      if (known === undefined) throw new LoweringError(`'${e.binding.name}' is no pointer`, e.span);
      return known;
    }
    case 'member':
      return memberOf(place(c, e.base), e.index);
    case 'element': {
      const base = place(c, e.base);
      const index = opOf(value(c, e.index));
      watchIndex(c, index, base, e.span);
      return elementOf(c, base, index);
    }
    case 'swizzle':
      return elementOf(c, place(c, e.base), c.b.i32(e.lanes[0]!));
    default:
      throw new LoweringError(`a ${e.kind} is no place`, e.span);
  }
}

// Only the part is loaded of what is loaded for a part.
function partOf(c: Context, base: Expression, index: number): Value {
  if (base.kind === 'load') return load(c, memberOf(place(c, base.place), index));
  return partsOf(value(c, base))[index]!;
}

function swizzled(c: Context, base: Expression, lanes: readonly number[]): Value {
  const vector = opOf(value(c, base));
  return lanes.length === 1 ? c.b.extract(vector, lanes[0]!) : c.b.shuffle([vector], lanes);
}

function elementValue(c: Context, e: Extract<Expression, { kind: 'element' }>, base: Value): Value {
  const { b } = c;
  const type = typeOf(e.base);
  const index = opOf(value(c, e.index));
  watchIndex(c, index, { kind: 'value', type }, e.span);
  if (isStored(base)) return load(c, elementOf(c, base.place, index));
  if (type.kind === 'vector') return b.extractDynamic(opOf(base), clampIndex(c, index, b.i32(type.size - 1)));
  const parts = partsOf(base);
  const constant = scalarBits(index);
  if (constant !== null) return parts[Math.min(constant, parts.length - 1)]!;
  const inRange = clampIndex(c, index, b.i32(parts.length - 1));
  if (type.kind === 'matrix') return chooseColumn(c, parts.map(opOf), inRange);
  return load(c, elementOf(c, inSlot(c, e.base, base), inRange));
}

/** Puts an array value into memory, to index it dynamically. */
function inSlot(c: Context, e: Expression, array: Value): MemoryPlace {
  const place = newSlot(c, typeOf(e));
  storeMemory(c, place, array);
  return place;
}

/** The place of a part, chosen by dynamic index, of a constant array; null where `e` is something else. */
function tablePart(c: Context, e: Expression): Place | null {
  switch (e.kind) {
    case 'constant': {
      if (e.type.kind !== 'array' && e.type.kind !== 'struct') return null;
      const known = c.tables.get(e.value) ?? newTable(c, e.type, value(c, e));
      c.tables.set(e.value, known);
      return known;
    }
    case 'member': {
      const base = tablePart(c, e.base);
      return base === null ? null : memberOf(base, e.index);
    }
    case 'element': {
      const base = tablePart(c, e.base);
      if (base === null) return null;
      const index = opOf(value(c, e.index));
      watchIndex(c, index, { kind: 'value', type: base.type }, e.span);
      return elementOf(c, base, index);
    }
    default:
      return null;
  }
}

function partOfTable(c: Context, e: Expression): Value | null {
  const part = tablePart(c, e);
  if (part === null) return null;
  // Nothing writes to a table: what is large need not be copied.
  return isLarge(part.type) ? { kind: 'stored', place: part as MemoryPlace } : load(c, part);
}

/** `&&` and `||`: both sides are evaluated where that is harmless. */
function logical(c: Context, op: '&&' | '||', left: Expression, right: Expression): Value {
  const { b } = c;
  const first = opOf(value(c, left));
  const decided = scalarBits(first);
  if (decided !== null) return (decided !== 0) === (op === '&&') ? value(c, right) : first;
  if (isCheap(right) && (c.watched === null || !reachesMemory(right)))
    return b.op(op === '&&' ? 'and' : 'or', first.type, [first, opOf(value(c, right))]);
  const result = wholeOf(newLocal(c, op, typeOf(left)));
  store(c, result, first);
  branch(
    c,
    op === '&&' ? first : b.not(first),
    () => store(c, result, value(c, right)),
    () => {},
  );
  return load(c, result);
}

function construct(c: Context, type: Type, args: readonly Expression[]): Value {
  const { b } = c;
  if (type.kind === 'array' || type.kind === 'struct') return args.map((arg) => value(c, arg));
  const values = args.map((arg) => value(c, arg));
  if (type.kind === 'scalar') return values[0]!;
  if (type.kind === 'vector') {
    if (values.length === 1) {
      const only = opOf(values[0]!);
      return only.type.size === type.size ? only : b.splat(only, type.size);
    }
    return b.build(values.flatMap((part) => lanesOf(c, part)));
  }
  if (values.length === 1 && isParts(values[0]!)) return values[0]!;
  if (values.length === partCount(type) && opOf(values[0]!).type.size > 1) return values;
  const { size } = opType(partType(type, 0));
  const scalars = values.map(opOf);
  return Array.from({ length: partCount(type) }, (_, column) =>
    b.build(scalars.slice(column * size, (column + 1) * size)),
  );
}

function lanesOf(c: Context, part: Value) {
  const op = opOf(part);
  return Array.from({ length: op.type.size }, (_, lane) => c.b.extract(op, lane));
}

/** Whether a value of the expression's type is copied in memory rather than taken apart. */
export function isLargeLoad(e: Expression): e is Extract<Expression, { kind: 'load' }> {
  return e.kind === 'load' && isLarge(e.type);
}

/** The type of an expression that has a value. */
export function typeOf(e: Expression): Type {
  if (e.type === null) throw new LoweringError('a function without a result gives no value', e.span);
  return e.type;
}
