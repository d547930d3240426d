/**
 * Settles where variables of functions live. Lowering reads and writes them
 * through registers, one for each scalar and vector; those inside an array
 * that turned out to be indexed dynamically become accesses to its slot. Then
 * products are contracted, and what nothing reads is removed.
 */

import { sizeOf } from '../program/layout.ts';
import { contract } from './contract.ts';
import { removeDead } from './dead.ts';
import { type Access, type Block, type Kernel, Op, type Slot } from './ir.ts';
import type { Local } from './lower/local.ts';
import { replaceOps } from './replace.ts';
import { I32 } from './valueType.ts';

export function promote(kernel: Kernel, locals: readonly Local[]): void {
  const moved = new Map<unknown, Access>();
  const fills = new Map<Op, (block: Op[]) => void>();
  for (const local of locals) {
    for (const { register, offset, format } of local.leaves.values()) {
      const home = local.homeOf(offset);
      if (home === null) continue;
      moved.set(register, { root: home.slot, offset: offset - home.offset, format, atomic: null, uniformLoad: false });
    }
    for (const [fill, array] of local.zeros)
      fills.set(fill, (out) => spellOut(local, array.offset, sizeOf(array.type), out));
  }
  if (moved.size > 0 || fills.size > 0) settle(kernel.body, moved, fills);
  removeDead(kernel);
  contract(kernel.body);
}

function settle(body: Block, moved: ReadonlyMap<unknown, Access>, fills: ReadonlyMap<Op, (out: Op[]) => void>): void {
  const start = new Op('const', I32, [], [0]);
  body.unshift(start);
  replaceOps(body, (op, out) => {
    const fill = fills.get(op);
    if (fill !== undefined) {
      fill(out);
      return null;
    }
    const where = op.code === 'get' || op.code === 'set' ? moved.get(op.detail) : undefined;
    if (where === undefined) return op;
    if (op.code === 'get') return new Op('load', op.type, [start], where, op.span);
    return new Op('store', op.type, [start, op.args[0]!], where, op.span);
  });
}

/** Zeros in an array: its slot in whole, or the registers of its elements. */
function spellOut(local: Local, offset: number, bytes: number, out: Op[]): void {
  const home = local.homeOf(offset);
  if (home !== null) {
    out.push(new Op('zero', I32, [], slotAccess(home.slot)));
    return;
  }
  for (const leaf of local.leaves.values()) {
    if (leaf.offset < offset || leaf.offset >= offset + bytes) continue;
    const { type } = leaf.register;
    const zero = new Op('const', type, [], [0, 0, 0, 0].slice(0, type.size));
    out.push(zero, new Op('set', type, [zero], leaf.register));
  }
}

function slotAccess(root: Slot): Access {
  return { root, offset: 0, format: 'i32', atomic: null, uniformLoad: false };
}
