import type { Kernel, Slot } from '../../ir/ir.ts';

/**
 * Where slots lie in a thread's scratch memory: workgroup variables, then the
 * private slots that one invocation leaves to the next, then one frame of
 * persistent private slots for each invocation (for each four, in a wide kernel).
 */
export interface Frame {
  /** Byte offset from the scratch address, or from the invocation's frame for a persistent slot. */
  readonly offsets: ReadonlyMap<Slot, number>;
  /** Where the first invocation's frame begins. */
  readonly persistent: number;
  /** Bytes from one invocation's frame to the next. */
  readonly stride: number;
  readonly bytes: number;
}

export function layOut({ slots, workgroupSize: [x, y, z], width }: Kernel): Frame {
  const offsets = new Map<Slot, number>();
  const place = (chosen: readonly Slot[], start: number): number => {
    let end = start;
    for (const slot of chosen) {
      const align = slot.bytes >= 16 ? 16 : 4;
      end = Math.ceil(end / align) * align;
      offsets.set(slot, end);
      end += slot.bytes;
    }
    return Math.ceil(end / 16) * 16;
  };
  const workgroup = slots.filter(({ space }) => space === 'workgroup');
  const transient = slots.filter(({ space, persistent }) => space === 'private' && !persistent);
  const kept = slots.filter(({ space, persistent }) => space === 'private' && persistent);
  const persistent = place(transient, place(workgroup, 0));
  const stride = place(kept, 0);
  return { offsets, persistent, stride, bytes: persistent + stride * Math.ceil(x / width) * y * z };
}
