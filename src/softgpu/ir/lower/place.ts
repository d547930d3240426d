/** Places: parts of variables that can be loaded and stored. A pointer is a place evaluated before. */

import type { ArrayType, Type } from '../../program/wgslType.ts';
import type { Op, Root } from '../ir.ts';
import { scalarBits } from '../valueType.ts';
import type { Context } from './context.ts';
import { arrayCount, clampIndex, scaled } from './index.ts';
import type { ArrayRange, Local } from './local.ts';
import { copyMemory, loadMemory, storeMemory } from './memory.ts';
import {
  isLeaf,
  isStored,
  leafCount,
  MOST_PARTS,
  opOf,
  partCount,
  partOffset,
  partStride,
  partsOf,
  partType,
  type Value,
} from './value.ts';

export type Place = MemoryPlace | LocalPlace | PartPlace;

export interface MemoryPlace {
  readonly kind: 'memory';
  readonly type: Type;
  readonly root: Root;
  /** Bytes from the start of the root beside `offset`; null: none. */
  readonly address: Op | null;
  readonly offset: number;
}

/** A static part of a variable of a function. */
export interface LocalPlace {
  readonly kind: 'local';
  readonly type: Type;
  readonly local: Local;
  readonly offset: number;
  readonly array: ArrayRange | null;
}

/** A component of a vector, or a column of a matrix by dynamic index, of a variable of a function. */
export interface PartPlace {
  readonly kind: 'part';
  readonly type: Type;
  readonly of: LocalPlace | PartPlace;
  readonly index: number | Op;
}

export function wholeOf(local: Local): LocalPlace {
  return { kind: 'local', type: local.type, local, offset: 0, array: null };
}

/** A structure's member. */
export function memberOf(place: Place, index: number): Place {
  return staticElement(place, index);
}

/** An array's element, a matrix's column or a vector's component. */
export function elementOf(c: Context, place: Place, index: Op): Place {
  const { type } = place;
  const count = type.kind === 'vector' ? type.size : type.kind === 'array' ? type.count : partCount(type);
  const constant = count === 1 ? 0 : scalarBits(index);
  const at = constant === null || count === null ? null : Math.min(constant, count - 1);
  if (at !== null || (count === null && constant === 0)) return staticElement(place, at ?? 0);
  if (place.kind === 'memory') return memoryElement(c, place, index, count);
  if (place.kind === 'part' || type.kind !== 'array') {
    return { kind: 'part', type: partType(type, 0), of: place, index: clampIndex(c, index, c.b.i32(count! - 1)) };
  }
  return memoryElement(c, inMemory(c, place, type), index, count);
}

/** An array of a variable, from now on in memory. */
function inMemory(c: Context, place: LocalPlace, type: ArrayType): MemoryPlace {
  const array = place.array ?? { type, offset: place.offset };
  const root = place.local.slot(c, array);
  return { kind: 'memory', type, root, address: null, offset: place.offset - array.offset };
}

/** Values of such types are not taken apart. */
export function isLarge(type: Type): type is ArrayType {
  return type.kind === 'array' && leafCount(type) > MOST_PARTS;
}

function staticElement(place: Place, index: number): Place {
  const type = partType(place.type, index);
  if (place.kind === 'part' || (place.kind === 'local' && place.type.kind === 'vector')) {
    return { kind: 'part', type, of: place, index };
  }
  const offset = place.offset + partOffset(place.type, index);
  if (place.kind === 'memory') return { ...place, type, offset };
  const array = place.array ?? (place.type.kind === 'array' ? { type: place.type, offset: place.offset } : null);
  return { ...place, type, offset, array };
}

function memoryElement(c: Context, place: MemoryPlace, index: Op, count: number | null): MemoryPlace {
  const last = count === null ? c.b.atEntry(() => c.b.add(arrayCount(c, place), c.b.i32(-1))) : c.b.i32(count - 1);
  const { address, offset } = scaled(c, clampIndex(c, index, last), partStride(place.type));
  return {
    ...place,
    type: partType(place.type, 0),
    address: place.address === null ? address : address === null ? place.address : c.b.add(place.address, address),
    offset: place.offset + offset,
  };
}

export function load(c: Context, place: Place): Value {
  if (place.kind === 'memory') return loadMemory(c, place);
  if (place.kind === 'part') return loadPart(c, place);
  return loadLocal(c, place);
}

function loadLocal(c: Context, place: LocalPlace): Value {
  const { type } = place;
  if (isLarge(type)) return loadMemory(c, inMemory(c, place, type));
  if (!isLeaf(type)) return Array.from({ length: partCount(type) }, (_, i) => loadLocal(c, partOf(place, i)));
  const register = place.local.register(c, type, place.offset);
  const known = c.known.get(register);
  if (known !== undefined) return known;
  const value = c.b.get(register);
  c.known.learn(register, value);
  return value;
}

/** A part of a composite. */
function partOf<P extends LocalPlace | MemoryPlace>(place: P, index: number): P {
  return staticElement(place, index) as P;
}

function loadPart(c: Context, { of, index }: PartPlace): Value {
  const whole = load(c, of);
  if (of.type.kind === 'vector') {
    return typeof index === 'number' ? c.b.extract(opOf(whole), index) : c.b.extractDynamic(opOf(whole), index);
  }
  return chooseColumn(c, partsOf(whole).map(opOf), index as Op);
}

/** One of a few vectors by dynamic index. */
export function chooseColumn(c: Context, columns: readonly Op[], index: Op): Op {
  return columns.reduce((chosen, column, i) => c.b.select(c.b.compare('eq', index, c.b.i32(i)), column, chosen));
}

export function store(c: Context, place: Place, value: Value): void {
  if (place.kind === 'memory') storeMemory(c, place, value);
  else if (place.kind === 'part') storePart(c, place, opOf(value));
  else storeLocal(c, place, value);
}

function storeLocal(c: Context, place: LocalPlace, value: Value): void {
  const { type } = place;
  if (isStored(value)) {
    copyMemory(c, value.place, inMemory(c, place, type as ArrayType));
  } else if (isLeaf(type)) {
    const register = place.local.register(c, type, place.offset);
    const op = opOf(value);
    c.b.set(register, op);
    c.known.set(register, op);
  } else {
    partsOf(value).forEach((part, i) => {
      storeLocal(c, partOf(place, i), part);
    });
  }
}

function storePart(c: Context, { of, index }: PartPlace, value: Op): void {
  const whole = load(c, of);
  if (of.type.kind === 'vector') {
    const vector = opOf(whole);
    store(
      c,
      of,
      typeof index === 'number' ? c.b.insert(vector, value, index) : c.b.insertDynamic(vector, value, index),
    );
    return;
  }
  const columns = partsOf(whole).map((column, i) =>
    c.b.select(c.b.compare('eq', index as Op, c.b.i32(i)), value, opOf(column)),
  );
  store(c, of, columns);
}

/** Sets a place to the value of another one. */
export function copy(c: Context, from: Place, to: Place): void {
  const { type } = from;
  if (!isLarge(type)) {
    store(c, to, load(c, from));
    return;
  }
  copyMemory(c, memoryOf(c, from), memoryOf(c, to));
}

function memoryOf(c: Context, place: Place): MemoryPlace {
  if (place.kind === 'memory') return place;
  return inMemory(c, place as LocalPlace, place.type as ArrayType);
}
