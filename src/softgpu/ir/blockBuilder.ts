/** Puts instructions and control flow into blocks. What there is to put, builder.ts says. */

import {
  type Block,
  type Case,
  type Detail,
  Exit,
  If,
  Loop,
  type Node,
  type Op,
  type Opcode,
  Scope,
  Switch,
  type ValueType,
} from './ir.ts';
import { hashOf, NumberedOp, SharedOps } from './sharing.ts';

/** The program has more instructions than a kernel may have. */
export class TooManyInstructions extends Error {}

export interface BuilderOptions {
  /** The most instructions to emit. */
  readonly limit?: number;
}

export class BlockBuilder {
  /** Where in the source the instructions come from that are emitted next. */
  span: Op['span'] = null;

  #block: Block = [];
  readonly #prologue: Block = [];
  #reachable = true;
  readonly #shared = new SharedOps();
  readonly #entryShared = new SharedOps();
  readonly #exits = new Set<Loop | Scope>();
  #atEntry = false;
  #count = 0;
  readonly #limit: number;

  constructor(options: BuilderOptions = {}) {
    this.#limit = options.limit ?? 400_000;
  }

  /** False behind an exit: what is emitted there is dropped. */
  get reachable(): boolean {
    return this.#reachable;
  }

  /** How many instructions have been emitted. */
  get count(): number {
    return this.#count;
  }

  /** The outermost block, with the prologue before it. */
  finish(): Block {
    return [...this.#prologue, ...this.#block];
  }

  /** Runs `emit` with everything going to the prologue. Its operands must be there as well. */
  atEntry<T>(emit: () => T): T {
    const outer = this.#atEntry;
    this.#atEntry = true;
    const result = emit();
    this.#atEntry = outer;
    return result;
  }

  /** A conditional; one branch alone, in place, where the condition is constant. */
  if(condition: Op, then: () => void, otherwise: () => void = nothing): void {
    if (condition.code === 'const') {
      if ((condition.detail as readonly number[])[0] !== 0) then();
      else otherwise();
      return;
    }
    if (!this.#reachable) return;
    const thenBlock = this.#nested(then);
    const thenReachable = this.#takeReachable();
    const otherwiseBlock = this.#nested(otherwise);
    const otherwiseReachable = this.#takeReachable();
    if (thenBlock.length > 0 || otherwiseBlock.length > 0) this.append(new If(condition, thenBlock, otherwiseBlock));
    this.#reachable = thenReachable || otherwiseReachable;
  }

  loop(body: (loop: Loop) => void): void {
    const loop = new Loop([]);
    this.append(loop);
    loop.body = this.#nested(() => body(loop));
    this.#reachable = this.#exits.has(loop);
  }

  /** A scope that `body` may exit; without exits its body stands in place. */
  scope(body: (scope: Scope) => void): void {
    const scope = new Scope([]);
    const outer = this.#block;
    const known = this.#shared.size;
    this.#block = scope.body;
    body(scope);
    this.#block = outer;
    if (!this.#exits.has(scope)) {
      for (const node of scope.body) outer.push(node);
      return;
    }
    this.#shared.truncate(known);
    outer.push(scope);
    this.#reachable = true;
  }

  /** True where an exit of `target` has been emitted. */
  isLeft(target: Loop | Scope): boolean {
    return this.#exits.has(target);
  }

  exit(target: Loop | Scope): void {
    if (!this.#reachable) return;
    this.append(new Exit(target));
    this.#exits.add(target);
    this.#reachable = false;
  }

  switch(selector: Op, cases: readonly { values: readonly number[]; body: () => void }[], otherwise: () => void): void {
    const constant = selector.code === 'const' ? (selector.detail as readonly number[])[0]! : null;
    if (constant !== null) {
      const taken = cases.find(({ values }) => values.includes(constant));
      if (taken === undefined) otherwise();
      else taken.body();
      return;
    }
    if (!this.#reachable) return;
    let reachable = false;
    const blocks: Case[] = cases.map(({ values, body }) => {
      const block = this.#nested(body);
      reachable = this.#takeReachable() || reachable;
      return { values, body: block };
    });
    const last = this.#nested(otherwise);
    reachable = this.#takeReachable() || reachable;
    this.append(new Switch(selector, blocks, last));
    this.#reachable = reachable;
  }

  /** The nodes that `emit` makes, for a node of the caller's. */
  block(emit: () => void): Block {
    return this.#nested(emit);
  }

  /** Puts a finished node into the current block. */
  append(node: Node): void {
    if (this.#reachable) this.#block.push(node);
  }

  // A branch starts where the one before it started: reachable.
  #takeReachable(): boolean {
    const reachable = this.#reachable;
    this.#reachable = true;
    return reachable;
  }

  #nested(emit: () => void): Block {
    const outer = this.#block;
    const known = this.#shared.size;
    const block: Block = [];
    this.#block = block;
    emit();
    this.#block = outer;
    this.#shared.truncate(known);
    return block;
  }

  protected emit(code: Opcode, type: ValueType, args: readonly Op[], detail: Detail): Op {
    const op = new NumberedOp(code, type, args, detail, this.span);
    this.#place(op, this.#atEntry);
    return op;
  }

  #place(op: Op, early: boolean): void {
    this.#count++;
    if (this.#count > this.#limit) throw new TooManyInstructions();
    if (early) this.#prologue.push(op);
    else if (this.#reachable) this.#block.push(op);
  }

  /** An instruction without effect. `anywhere`: in the prologue, where its operands must be as well. */
  protected shared(code: Opcode, type: ValueType, args: readonly Op[], detail: Detail, anywhere = false): Op {
    const early = anywhere || this.#atEntry;
    const hash = hashOf(code, type, args, detail);
    const entry = this.#entryShared.find(hash, code, type, args, detail);
    const known = entry ?? (early ? null : this.#shared.find(hash, code, type, args, detail));
    if (known !== null) return known;
    const op = new NumberedOp(code, type, args, detail, this.span);
    this.#place(op, early);
    if (early) this.#entryShared.add(hash, op);
    else if (this.#reachable) this.#shared.add(hash, op);
    return op;
  }
}

function nothing(): void {}
