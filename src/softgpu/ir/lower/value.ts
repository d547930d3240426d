/** Values while lowering: what an expression gives, taken apart. */

import { vector } from '../../program/intern.ts';
import { alignOf, columnStride, roundUp, sizeOf, strideOf } from '../../program/layout.ts';
import type { ConstantValue } from '../../program/program.ts';
import { typeName } from '../../program/typeRules.ts';
import type { ScalarKind, Type } from '../../program/wgslType.ts';
import type { Builder } from '../builder.ts';
import { type Format, Op, type ValueType } from '../ir.ts';
import { bitsOfFloat, valueType } from '../valueType.ts';
import { LoweringError } from './context.ts';
import type { MemoryPlace } from './place.ts';

/**
 * A scalar or vector is one instruction; a matrix its columns, an array or a
 * structure its parts; an array too large for that lies in memory of its own.
 */
export type Value = Op | readonly Value[] | StoredValue;

/** Nothing writes to the place as long as the value is used. */
export interface StoredValue {
  readonly kind: 'stored';
  readonly place: MemoryPlace;
}

/** Values with more scalars and vectors than this stay in memory. */
export const MOST_PARTS = 64;

/** A constant of more would take all memory. */
const MOST_CONSTANTS = 65535;

export function opOf(value: Value): Op {
  if (value instanceof Op) return value;
  throw new Error('lowering: a scalar or vector was expected');
}

export function partsOf(value: Value): readonly Value[] {
  if (isParts(value)) return value;
  throw new Error('lowering: a composite was expected');
}

export function isParts(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isStored(value: Value): value is StoredValue {
  return !isParts(value) && value.kind === 'stored';
}

/** The scalar kind of a scalar, vector or matrix. */
export function scalarKind(type: Type): ScalarKind {
  if (type.kind === 'scalar') return type.scalar;
  if (type.kind === 'vector' || type.kind === 'matrix' || type.kind === 'atomic') return type.element.scalar;
  throw new Error(`lowering: a ${type.kind} has no scalar type`);
}

/** The type of the instruction for a value of a scalar or vector type. */
export function opType(type: Type): ValueType {
  return valueType(laneOf(scalarKind(type)), type.kind === 'vector' ? type.size : 1);
}

function laneOf(kind: ScalarKind): 'i32' | 'f32' | 'bool' {
  if (kind === 'f32' || kind === 'f16') return 'f32';
  return kind === 'bool' ? 'bool' : 'i32';
}

/** How a scalar or the lanes of a vector lie in memory. */
export function formatOf(type: Type): Format {
  const kind = scalarKind(type);
  return kind === 'u32' ? 'i32' : (kind as Format);
}

/** Scalars, vectors and atomics have no parts. */
export function isLeaf(type: Type): boolean {
  return type.kind === 'scalar' || type.kind === 'vector' || type.kind === 'atomic';
}

export function partCount(type: Type): number {
  if (type.kind === 'matrix') return type.columns;
  if (type.kind === 'array') return type.count ?? 0;
  return type.kind === 'struct' ? type.members.length : 0;
}

export function partType(type: Type, index: number): Type {
  if (type.kind === 'matrix') return vector(type.rows, type.element);
  if (type.kind === 'array') return type.element;
  if (type.kind === 'struct') return type.members[index]!.type;
  if (type.kind === 'vector') return type.element;
  throw new Error(`lowering: a ${type.kind} has no parts`);
}

/** Bytes from the start of a matrix, array, structure or vector to one of its parts. */
export function partOffset(type: Type, index: number): number {
  if (type.kind === 'struct') return type.members[index]!.offset;
  return index * partStride(type);
}

/** Bytes from one part to the next. */
export function partStride(type: Type): number {
  if (type.kind === 'matrix') return columnStride(type);
  if (type.kind === 'array') return strideOf(type);
  if (type.kind === 'vector') return sizeOf(type.element);
  throw new Error(`lowering: the parts of a ${type.kind} are no sequence`);
}

/** How many scalars and vectors a value takes. */
export function leafCount(type: Type): number {
  if (isLeaf(type)) return 1;
  if (type.kind === 'matrix') return type.columns;
  const known = leafCounts.get(type);
  if (known !== undefined) return known;
  let count = 0;
  if (type.kind === 'array') count = (type.count ?? 0) * leafCount(type.element);
  else if (type.kind === 'struct') for (const member of type.members) count += leafCount(member.type);
  leafCounts.set(type, count);
  return count;
}

const leafCounts = new WeakMap<Type, number>();

/** Visits the scalars and vectors of a type with their offsets. */
export function forEachLeaf(type: Type, offset: number, see: (type: Type, offset: number) => void): void {
  if (isLeaf(type)) {
    see(type, offset);
    return;
  }
  const count = partCount(type);
  for (let i = 0; i < count; i++) forEachLeaf(partType(type, i), offset + partOffset(type, i), see);
}

/** Bytes of a slot for a variable: a multiple of 16, since vectors are read in whole. */
export function slotBytes(type: Type): number {
  return roundUp(Math.max(16, alignOf(type)), sizeOf(type));
}

export function constantValue(b: Builder, type: Type, value: ConstantValue): Value {
  if (type.kind === 'scalar') return b.constant(opType(type), [scalarBits(type.scalar, value)]);
  if (leafCount(type) > MOST_CONSTANTS)
    throw new LoweringError(`a constant of type ${typeName(type)} is too large to be stored`, b.span);
  const parts = value as readonly ConstantValue[];
  if (type.kind === 'vector') {
    const kind = type.element.scalar;
    return b.constant(
      opType(type),
      parts.map((part) => scalarBits(kind, part)),
    );
  }
  return parts.map((part, i) => constantValue(b, partType(type, i), part));
}

function scalarBits(kind: ScalarKind, value: ConstantValue): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  const number = Number(value);
  return kind === 'f32' || kind === 'f16' ? bitsOfFloat(number) : number >>> 0;
}

export function zeroValue(b: Builder, type: Type): Value {
  if (isLeaf(type)) return b.zero(opType(type));
  return Array.from({ length: partCount(type) }, (_, i) => zeroValue(b, partType(type, i)));
}
