/**
 * Four invocations at once: scalars become vectors of four lanes, vectors
 * their components, conditions that vary between lanes masks (the execution
 * model of ispc; Pharr and Mark 2012, "ispc: A SPMD compiler"). What is
 * uniform stays scalar, and control flow that all lanes share stays control
 * flow. The result is IR like any other: vectors of four, no invocation left
 * but the first of each four.
 */

import { Builder } from '../builder.ts';
import { homesOf } from '../homes.ts';
import {
  type Block,
  type Input,
  Invocations,
  type Kernel,
  type Loop,
  type Node,
  type Op,
  Register,
  type Scope,
  Slot,
  type Switch,
} from '../ir.ts';
import type { Group } from '../uniform.ts';
import { valueType } from '../valueType.ts';
import { accessOf, registerOf } from '../walk.ts';
import { wideConstants, wideInput } from './inputs.ts';
import { Lanes } from './lanes.ts';
import { exitsOf, partialTargets } from './mask.ts';
import { WideMemory } from './memory.ts';
import { widenValue } from './value.ts';

export const LANES = 4;

/** Four invocations side by side along x, in lockstep. */
export const QUAD: Group = {
  input: (name) => name !== 'local_id.x' && name !== 'local_index',
  load: ({ root }) => root.kind === 'buffer' || root.space === 'workgroup',
  lockstep: true,
};

const BOOL4 = valueType('bool', LANES);

/** What is known of a loop or scope that is open. */
interface Open {
  readonly target: Loop | Scope;
  /** Lanes that have left it; null where all leave together. */
  readonly left: Register | null;
}

/** The kernel with its regions formed and `QUAD` marked, rewritten for four invocations a step. */
export function widen(kernel: Kernel): Kernel {
  return new Widener(kernel).run();
}

export class Widener {
  readonly b = new Builder();
  readonly lanes = new Lanes(this.b);
  readonly memory = new WideMemory(this);
  /** Lanes at work; null for all. */
  mask: Op | null = null;
  /** True outside of regions, where the first invocation stands for all. */
  shared = true;

  readonly kernel: Kernel;
  readonly #partial: ReadonlySet<Loop | Scope>;
  readonly #parts = new Map<Op, readonly Op[]>();
  readonly #registers = new Map<Register, readonly Register[]>();
  readonly #slots = new Map<Slot, Slot>();
  readonly #open = new Map<Loop | Scope, Open>();
  readonly #homes: ReadonlyMap<Node, readonly Register[]>;
  /** The lanes at work where a register begins: no others ever see it. */
  readonly #born = new Map<Register, Op | null>();

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.#partial = partialTargets(kernel.body);
    this.#homes = homesOf(kernel.body);
  }

  run(): Kernel {
    for (const slot of this.kernel.slots) {
      const wide = slot.space === 'private' ? new Slot(slot.name, slot.space, slot.bytes * LANES) : slot;
      wide.persistent = slot.persistent;
      this.#slots.set(slot, wide);
    }
    this.#block(this.kernel.body);
    return { ...this.kernel, width: LANES, slots: [...this.#slots.values()], body: this.b.finish() };
  }

  /** Component `i` of a value; a scalar's for every `i`. */
  part(op: Op, i: number): Op {
    const parts = this.#parts.get(op);
    if (parts === undefined) throw new Error(`widen: ${op.code} is used before it is defined`);
    return parts[parts.length === 1 ? 0 : i]!;
  }

  slot(slot: Slot): Slot {
    return this.#slots.get(slot)!;
  }

  /** The registers of each component. */
  registers(register: Register): readonly Register[] {
    let registers = this.#registers.get(register);
    if (registers === undefined) {
      const type = valueType(register.type.lane, register.uniform ? 1 : LANES);
      registers = Array.from({ length: register.type.size }, () => new Register(type, register.name));
      this.#registers.set(register, registers);
    }
    return registers;
  }

  #block(block: Block): void {
    for (const [i, node] of block.entries()) {
      for (const register of this.#homes.get(node) ?? []) this.#born.set(register, this.mask);
      switch (node.kind) {
        case 'op':
          this.#op(node);
          continue;
        case 'exit':
          this.#exit(node.target);
          return;
        case 'barrier':
          throw new Error('widen: a barrier is left inside a region');
        case 'workgroups':
          throw new Error('widen: workgroups come last');
        case 'invocations':
          this.#invocations(node.body);
          continue;
        case 'if':
          this.#if(this.part(node.condition, 0), node.then, node.otherwise);
          break;
        case 'switch':
          this.#switch(node);
          break;
        case 'loop':
          this.#loop(node);
          break;
        case 'scope':
          this.#scope(node);
          break;
      }
      const gone = this.#gone(node);
      if (gone === null) continue;
      const rest = block.slice(i + 1);
      if (rest.length === 0) return;
      const mask = this.#without(gone);
      this.b.if(this.b.any(mask), () => this.#under(mask, () => this.#block(rest)));
      return;
    }
  }

  #op(op: Op): void {
    switch (op.code) {
      case 'const':
        this.#parts.set(op, wideConstants(this.b, op));
        break;
      case 'input':
        this.#parts.set(op, [wideInput(this, op.detail as Input)]);
        break;
      case 'get':
        this.#parts.set(
          op,
          this.registers(registerOf(op)).map((register) => this.b.get(register)),
        );
        break;
      case 'set':
        this.#set(op);
        break;
      case 'load':
        this.#parts.set(op, this.memory.load(op));
        break;
      case 'store':
        this.memory.store(op);
        break;
      case 'atomic':
        this.#parts.set(op, [this.memory.atomic(op)]);
        break;
      case 'zero':
        this.b.zeroSlot(this.slot(accessOf(op).root as Slot));
        break;
      case 'length':
        this.#parts.set(op, [this.b.length(accessOf(op).root as never)]);
        break;
      default:
        this.#parts.set(op, widenValue(this, op));
    }
  }

  /** Lanes at rest keep what they have, where they may look at it again. */
  #set(op: Op): void {
    const { b } = this;
    const unseen = this.mask === null || this.#born.get(registerOf(op)) === this.mask;
    for (const [i, register] of this.registers(registerOf(op)).entries()) {
      const value = this.part(op.args[0]!, i);
      if (register.type.size === 1) b.set(register, value);
      else if (unseen || this.mask === null) b.set(register, this.lanes.widen(value));
      else b.set(register, b.select(this.mask, this.lanes.widen(value), b.get(register)));
    }
  }

  #invocations(body: Block): void {
    const { b } = this;
    const block = b.block(() => {
      this.shared = false;
      const [sx] = this.kernel.workgroupSize;
      if (sx % LANES === 0) {
        this.#block(body);
      } else {
        // The last step of a row has lanes past its end.
        const x = this.lanes.widen(wideInput(this, 'local_id.x'));
        const inside = b.compare('ltU', x, b.splat(b.i32(sx), LANES));
        this.#under(inside, () => this.#block(body));
      }
      this.shared = true;
    });
    b.append(new Invocations(block));
  }

  #under(mask: Op | null, body: () => void): void {
    const outer = this.mask;
    this.mask = mask;
    body();
    this.mask = outer;
  }

  #and(condition: Op): Op {
    return this.mask === null ? condition : this.b.op('and', BOOL4, [this.mask, condition]);
  }

  #if(condition: Op, then: Block, otherwise: Block): void {
    const { b, lanes } = this;
    const [only] = then;
    if (lanes.isWide(condition) && only?.kind === 'exit' && otherwise.length === 0) {
      this.#under(this.#and(condition), () => this.#exit(only.target));
      return;
    }
    if (!lanes.isWide(condition)) {
      b.if(
        condition,
        () => this.#block(then),
        () => this.#block(otherwise),
      );
      return;
    }
    this.#arm(this.#and(condition), then);
    this.#arm(this.#and(b.not(condition)), otherwise);
  }

  #arm(mask: Op, body: Block): void {
    if (body.length === 0) return;
    this.b.if(this.b.any(mask), () => this.#under(mask, () => this.#block(body)));
  }

  #switch(node: Switch): void {
    const { b, lanes } = this;
    const selector = this.part(node.selector, 0);
    if (!lanes.isWide(selector)) {
      const cases = node.cases.map(({ values, body }) => ({ values, body: () => this.#block(body) }));
      b.switch(selector, cases, () => this.#block(node.otherwise));
      return;
    }
    let any = b.constant(BOOL4, [0, 0, 0, 0]);
    for (const { values, body } of node.cases) {
      const here = values
        .map((value) => b.compare('eq', selector, b.splat(b.i32(value), LANES)))
        .reduce((x, y) => b.op('or', BOOL4, [x, y]), b.constant(BOOL4, [0, 0, 0, 0]));
      any = b.op('or', BOOL4, [any, here]);
      this.#arm(this.#and(here), body);
    }
    this.#arm(this.#and(b.not(any)), node.otherwise);
  }

  #scope(node: Scope): void {
    this.#enter(node);
    this.b.scope((scope) => {
      this.#targets.set(node, scope);
      this.#block(node.body);
    });
    this.#open.delete(node);
  }

  #loop(node: Loop): void {
    const { b } = this;
    this.#enter(node);
    const left = exitsOf(node).some((target) => this.#partial.has(target)) || this.#partial.has(node);
    b.loop((loop) => {
      this.#targets.set(node, loop);
      if (!left) {
        this.#block(node.body);
        return;
      }
      const mask = this.#without(this.#openWithLeft());
      b.if(b.not(b.any(mask)), () => b.exit(loop));
      this.#under(mask, () => this.#block(node.body));
    });
    this.#open.delete(node);
  }

  readonly #targets = new Map<Loop | Scope, Loop | Scope>();

  #enter(target: Loop | Scope): void {
    const left = this.#partial.has(target) ? new Register(BOOL4, 'left') : null;
    if (left !== null) this.b.set(left, this.b.constant(BOOL4, [0, 0, 0, 0]));
    this.#open.set(target, { target, left });
  }

  #exit(target: Loop | Scope): void {
    const { b } = this;
    const left = this.#open.get(target)?.left ?? null;
    if (left === null) b.exit(this.#targets.get(target)!);
    else
      b.set(left, this.mask === null ? b.constant(BOOL4, [1, 1, 1, 1]) : b.op('or', BOOL4, [b.get(left), this.mask]));
  }

  /** Registers of the lanes that exits inside the node may have sent out of what is open; null where there are none. */
  #gone(node: Block[number]): Register[] | null {
    const left = exitsOf(node).flatMap((target) => this.#open.get(target)?.left ?? []);
    return left.length > 0 ? left : null;
  }

  #openWithLeft(): Register[] {
    return [...this.#open.values()].flatMap(({ left }) => left ?? []);
  }

  /** The lanes at work but those that have left. */
  #without(left: readonly Register[]): Op {
    const { b } = this;
    return left.reduce(
      (mask, register) => b.op('and', BOOL4, [mask, b.not(b.get(register))]),
      this.mask ?? b.constant(BOOL4, [1, 1, 1, 1]),
    );
  }
}
