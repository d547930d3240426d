/** Constant arrays in memory, to be indexed dynamically. */

import { f16Bits } from '../../program/constant/number.ts';
import type { Type } from '../../program/wgslType.ts';
import { Slot } from '../ir.ts';
import { floatOfBits } from '../valueType.ts';
import type { Context } from './context.ts';
import type { MemoryPlace } from './place.ts';
import { formatOf, isParts, opOf, partOffset, partType, slotBytes, type Value } from './value.ts';

/** A place that holds `value`, made of constants: one for all invocations, filled once. */
export function newTable(c: Context, type: Type, value: Value): MemoryPlace {
  const contents = new Uint8Array(slotBytes(type));
  write(new DataView(contents.buffer), 0, type, value);
  const slot = new Slot('table', 'workgroup', contents.length, contents);
  c.slots.push(slot);
  return { kind: 'memory', type, root: slot, address: null, offset: 0 };
}

function write(view: DataView, offset: number, type: Type, value: Value): void {
  if (isParts(value)) {
    for (const [i, part] of value.entries()) write(view, offset + partOffset(type, i), partType(type, i), part);
    return;
  }
  const half = formatOf(type) === 'f16';
  for (const [i, bits] of (opOf(value).detail as readonly number[]).entries()) {
    if (half) view.setUint16(offset + 2 * i, f16Bits(floatOfBits(bits)), true);
    else view.setUint32(offset + 4 * i, bits, true);
  }
}
