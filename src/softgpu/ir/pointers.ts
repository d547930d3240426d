/**
 * Strength reduction: accesses of an innermost loop whose addresses grow
 * evenly share pointers, registers with an address in memory that one
 * addition a round moves on. What took a multiplication, a shift and the
 * buffer's address is then a constant offset.
 */

import {
  Front,
  Induction,
  type InnermostLoop,
  innermostLoops,
  isEqual,
  isZero,
  type Linear,
  sameTerms,
} from './induction.ts';
import { type Access, type Block, type Loop, Op, Register, type Root } from './ir.ts';
import { I32 } from './valueType.ts';
import { accessOf, visitOps } from './walk.ts';

/** More of them than registers of a processor would have to be kept in memory. */
const MOST_POINTERS = 8;
/** Accesses this many bytes apart share a pointer. All of memory that can be bound lies above, so that none wraps. */
const REACH = 256;

interface Pointer {
  readonly root: Root;
  readonly step: Linear;
  /** Of the first access. */
  start: Linear;
  readonly accesses: { readonly op: Op; readonly start: Linear }[];
}

export function makePointers(body: Block): void {
  for (const { loop, block, known } of innermostLoops(body)) {
    const front = reduce(loop, known);
    if (front !== null) block.splice(block.indexOf(loop), 0, ...front);
  }
}

function reduce(loop: Loop, known: InnermostLoop['known']): Op[] | null {
  if (loop.body.at(-1)?.kind === 'exit') return null;
  const front = new Front(known);
  const pointers = collect(loop, new Induction(loop, front));
  if (pointers.length === 0 || pointers.length > MOST_POINTERS) return null;
  const readings: Op[] = [];
  for (const pointer of pointers) {
    const { root, step, start } = pointer;
    const register = new Register(I32, `${root.name}.pointer`);
    const base = front.emit('address', I32, [], place(root));
    front.emit('set', I32, [front.emit('add', I32, [base, front.value(start)])], register);
    const reading = new Op('get', I32, [], register);
    readings.push(reading);
    for (const each of pointer.accesses) aim(each.op, reading, distance(start, each.start));
    const next = new Op('add', I32, [reading, front.value(step)]);
    loop.body.push(next, new Op('set', I32, [next], register));
  }
  loop.body.unshift(...readings);
  return front.ops;
}

function place(root: Root): Access {
  return { root, offset: 0, format: 'i32', atomic: null, uniformLoad: false };
}

function aim(op: Op, pointer: Op, offset: number): void {
  const access = accessOf(op);
  op.args = [pointer, ...op.args.slice(1)];
  op.detail = { ...access, offset: access.offset + offset, absolute: true };
}

function collect(loop: Loop, induction: Induction): Pointer[] {
  const pointers: Pointer[] = [];
  visitOps(loop.body, (op) => {
    if (op.code !== 'load' && op.code !== 'store') return;
    const { root, absolute } = accessOf(op);
    if (absolute || (root.kind === 'slot' && root.persistent)) return;
    const form = induction.formOf(op.args[0]!);
    if (form === null || isZero(form.step)) return;
    const { start, step } = form;
    const known = pointers.find(
      (each) =>
        each.root === root &&
        isEqual(each.step, step) &&
        sameTerms(each.start, start) &&
        each.accesses.every((other) => Math.abs(distance(other.start, start)) <= REACH),
    );
    if (known === undefined) {
      pointers.push({ root, step, start, accesses: [{ op, start }] });
    } else {
      known.accesses.push({ op, start });
      if (distance(known.start, start) < 0) known.start = start;
    }
  });
  return pointers;
}

/** Bytes from one start to another. */
function distance(from: Linear, to: Linear): number {
  return (to.constant - from.constant) | 0;
}
