/**
 * A function or private variable: a register for each scalar and vector, by
 * its offset in memory. An array that is indexed dynamically gets a slot;
 * `promote` then turns the registers inside it into memory accesses.
 */

import { roundUp, sizeOf } from '../../program/layout.ts';
import type { ArrayType, Type } from '../../program/wgslType.ts';
import { type Format, type Op, Register, Slot } from '../ir.ts';
import type { Context } from './context.ts';
import { forEachLeaf, formatOf, leafCount, MOST_PARTS, opType, slotBytes } from './value.ts';

/** The outermost array around a place inside a variable. */
export interface ArrayRange {
  readonly type: ArrayType;
  readonly offset: number;
}

/** An array in memory. */
export interface Home {
  readonly slot: Slot;
  readonly offset: number;
  readonly end: number;
}

interface Leaf {
  readonly register: Register;
  readonly offset: number;
  readonly format: Format;
}

export class Local {
  readonly name: string;
  readonly type: Type;
  /** By offset. */
  readonly leaves = new Map<number, Leaf>();
  /** Arrays in memory, by offset. */
  readonly homes = new Map<number, Home>();
  /** Fills of arrays with zeros, to be spelled out where the array is not in memory. */
  readonly zeros = new Map<Op, ArrayRange>();

  constructor(name: string, type: Type) {
    this.name = name;
    this.type = type;
  }

  register(c: Context, type: Type, offset: number): Register {
    let leaf = this.leaves.get(offset);
    if (leaf === undefined) {
      const name = this.leaves.size === 0 && offset === 0 ? this.name : `${this.name}+${offset}`;
      leaf = { register: new Register(opType(type), name), offset, format: formatOf(type) };
      this.leaves.set(offset, leaf);
      c.homes.set(leaf.register, this);
    }
    return leaf.register;
  }

  /** The slot of an array, from now on. */
  slot(c: Context, array: ArrayRange): Slot {
    let home = this.homes.get(array.offset);
    if (home === undefined) {
      const slot = new Slot(this.name, 'private', slotBytes(array.type));
      home = { slot, offset: array.offset, end: array.offset + roundUp(4, sizeOf(array.type)) };
      this.homes.set(array.offset, home);
      c.slots.push(slot);
      c.owners.set(slot, () => {
        this.#forget(c, home!);
      });
    }
    return home.slot;
  }

  // After a store by a dynamic index.
  #forget(c: Context, home: Home): void {
    for (const [offset, leaf] of this.leaves) {
      if (offset >= home.offset && offset < home.end) c.known.forget(leaf.register);
    }
  }

  /** The array in memory that holds an offset. */
  homeOf(offset: number): Home | null {
    for (const home of this.homes.values()) if (offset >= home.offset && offset < home.end) return home;
    return null;
  }
}

export function newLocal(c: Context, name: string, type: Type): Local {
  const local = new Local(name, type);
  c.allLocals.push(local);
  return local;
}

/** Sets everything to zero. */
export function clear(c: Context, local: Local): void {
  clearPart(c, local, local.type, 0);
}

function clearPart(c: Context, local: Local, type: Type, offset: number): void {
  if (type.kind === 'struct') {
    for (const member of type.members) clearPart(c, local, member.type, offset + member.offset);
    return;
  }
  if (type.kind === 'array') {
    clearArray(c, local, { type, offset });
    return;
  }
  forEachLeaf(type, offset, (leaf, at) => {
    const zero = c.b.zero(opType(leaf));
    const register = local.register(c, leaf, at);
    c.b.set(register, zero);
    c.known.set(register, zero);
  });
}

function clearArray(c: Context, local: Local, array: ArrayRange): void {
  // Which slot it is shows only at the end; until then the fill is known by its own.
  const fill = c.b.zeroSlot(new Slot(local.name, 'private', 16));
  local.zeros.set(fill, array);
  if (leafCount(array.type) > MOST_PARTS) {
    for (const [offset, leaf] of local.leaves) {
      if (offset >= array.offset && offset < array.offset + sizeOf(array.type)) c.known.forget(leaf.register);
    }
    return;
  }
  forEachLeaf(array.type, array.offset, (leaf, at) => {
    c.known.set(local.register(c, leaf, at), c.b.zero(opType(leaf)));
  });
}
