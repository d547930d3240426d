/** Loads and stores of whole values in buffers and slots. */

import type { Type } from '../../program/wgslType.ts';
import { access } from '../builder.ts';
import { type Op, Register, Slot } from '../ir.ts';
import { I32 } from '../valueType.ts';
import type { Context } from './context.ts';
import { scaled } from './index.ts';
import { isLarge, type MemoryPlace } from './place.ts';
import {
  formatOf,
  isLeaf,
  isParts,
  isStored,
  opType,
  partCount,
  partOffset,
  partStride,
  partType,
  slotBytes,
  type Value,
} from './value.ts';

export function addressOf(c: Context, { address }: MemoryPlace): Op {
  return address ?? c.b.i32(0);
}

export function loadMemory(c: Context, place: MemoryPlace, uniformLoad = false): Value {
  const { type } = place;
  if (isLeaf(type)) {
    const where = { ...access(place.root, place.offset, formatOf(type)), uniformLoad };
    return c.b.load(opType(type), addressOf(c, place), where);
  }
  if (isLarge(type)) {
    const kept = newSlot(c, type);
    copyMemory(c, place, kept);
    return { kind: 'stored', place: kept };
  }
  return Array.from({ length: partCount(type) }, (_, i) => loadMemory(c, partOf(place, i), uniformLoad));
}

export function storeMemory(c: Context, place: MemoryPlace, value: Value): void {
  storeParts(c, place, value);
  forgetOwner(c, place);
}

function storeParts(c: Context, place: MemoryPlace, value: Value): void {
  if (isParts(value)) {
    value.forEach((part, i) => {
      storeParts(c, partOf(place, i), part);
    });
  } else if (isStored(value)) copyMemory(c, value.place, place);
  else c.b.store(addressOf(c, place), value, access(place.root, place.offset, formatOf(place.type)));
}

// Registers of a variable whose array lies here may have changed.
function forgetOwner(c: Context, { root }: MemoryPlace): void {
  if (root.kind === 'slot') c.owners.get(root)?.();
}

function partOf(place: MemoryPlace, index: number): MemoryPlace {
  return { ...place, type: partType(place.type, index), offset: place.offset + partOffset(place.type, index) };
}

/** Copies a value; a large array by a loop. The places are the same or do not overlap. */
export function copyMemory(c: Context, from: MemoryPlace, to: MemoryPlace): void {
  const { type } = from;
  if (!isLarge(type)) {
    storeMemory(c, to, loadMemory(c, from));
    return;
  }
  forEach(c, type.count!, (index) => {
    const { address } = scaled(c, index, partStride(type));
    copyMemory(c, elementAt(c, from, address!), elementAt(c, to, address!));
  });
  forgetOwner(c, to);
}

function elementAt(c: Context, place: MemoryPlace, address: Op): MemoryPlace {
  const sum = place.address === null ? address : c.b.add(place.address, address);
  return { ...place, type: partType(place.type, 0), address: sum };
}

/** Runs `body` for each index below `count`, of 2 or more. */
function forEach(c: Context, count: number, body: (index: Op) => void): void {
  const { b } = c;
  const counter = new Register(I32, 'copied');
  b.set(counter, b.i32(0));
  c.known.enter();
  b.loop((loop) => {
    const index = b.get(counter);
    b.ranges.set(index, { low: 0, high: count - 1 });
    body(index);
    const next = b.add(index, b.i32(1));
    b.set(counter, next);
    // The next index is a number up to `count`, whatever the range of `index` says.
    b.if(b.compare('eq', next, b.i32(count)), () => b.exit(loop));
  });
  c.known.forgetAll(c.known.leave(true).touched);
}

export function newSlot(c: Context, type: Type): MemoryPlace {
  const slot = new Slot('value', 'private', slotBytes(type));
  c.slots.push(slot);
  return { kind: 'memory', type, root: slot, address: null, offset: 0 };
}
