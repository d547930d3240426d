/** What the registers of variables hold at the current point, where that is known. */

import type { Op, Register } from '../ir.ts';

/** What a branch leaves behind: the registers it set or forgot, and what it knows of them at its end. */
export interface BranchEnd {
  readonly touched: ReadonlySet<Register>;
  /** Null where the end is not reached. */
  readonly values: ReadonlyMap<Register, Op> | null;
}

interface Frame {
  /** What was known at the start, of registers about which that changed. */
  readonly before: Map<Register, Op | undefined>;
  /** Registers written inside, on any path. */
  readonly touched: Set<Register>;
}

export class KnownValues {
  readonly #values = new Map<Register, Op>();
  readonly #frames: Frame[] = [];

  get(register: Register): Op | undefined {
    return this.#values.get(register);
  }

  /** A write. */
  set(register: Register, value: Op): void {
    this.#change(register, value);
    this.#frames.at(-1)?.touched.add(register);
  }

  /** A write of something unknown. */
  forget(register: Register): void {
    this.#change(register, undefined);
    this.#frames.at(-1)?.touched.add(register);
  }

  /** A read: what the register holds has been found out. */
  learn(register: Register, value: Op): void {
    this.#change(register, value);
  }

  /** Starts a block of its own. */
  enter(): void {
    this.#frames.push({ before: new Map(), touched: new Set() });
  }

  /** Ends a block and goes back to what was known before it. */
  leave(reachable: boolean): BranchEnd {
    const frame = this.#frames.pop()!;
    const values = reachable ? new Map<Register, Op>() : null;
    for (const [register, before] of frame.before) {
      const value = this.#values.get(register);
      if (value !== undefined) values?.set(register, value);
      this.#restore(register, before);
    }
    const outer = this.#frames.at(-1);
    if (outer !== undefined) for (const register of frame.touched) outer.touched.add(register);
    return { touched: frame.touched, values };
  }

  /** Ends a block that turned out to stand in place: what it knows stays. */
  merge(): void {
    const frame = this.#frames.pop()!;
    const outer = this.#frames.at(-1);
    if (outer === undefined) return;
    for (const [register, before] of frame.before) {
      if (!outer.before.has(register)) outer.before.set(register, before);
    }
    for (const register of frame.touched) outer.touched.add(register);
  }

  /** Goes on behind branches of which one was taken. */
  join(ends: readonly BranchEnd[]): void {
    const touched = new Set<Register>();
    for (const end of ends) for (const register of end.touched) touched.add(register);
    for (const register of touched) {
      const before = this.#values.get(register);
      const values = ends.filter((end) => end.values !== null).map((end) => endValue(end, register, before));
      const [first] = values;
      // A value computed inside a branch cannot be used behind it; one from before and a constant can.
      const usable = first !== undefined && (first === before || first.code === 'const');
      if (usable && values.every((value) => value === first)) this.set(register, first);
      else this.forget(register);
    }
  }

  forgetAll(registers: Iterable<Register>): void {
    for (const register of registers) this.forget(register);
  }

  #change(register: Register, value: Op | undefined): void {
    const frame = this.#frames.at(-1);
    if (frame !== undefined && !frame.before.has(register)) frame.before.set(register, this.#values.get(register));
    this.#restore(register, value);
  }

  #restore(register: Register, value: Op | undefined): void {
    if (value === undefined) this.#values.delete(register);
    else this.#values.set(register, value);
  }
}

function endValue(end: BranchEnd, register: Register, before: Op | undefined): Op | undefined {
  return end.touched.has(register) ? end.values!.get(register) : before;
}
