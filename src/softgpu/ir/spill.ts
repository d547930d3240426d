/**
 * What one region of a kernel defines and another uses lives in memory
 * between them: a value is stored behind its definition and loaded at the
 * start of each region that needs it; a register is loaded at the start of a
 * region and stored at its end. Short arithmetic on the invocation's position
 * is cheaper to repeat than to keep.
 */

import {
  type Access,
  type Block,
  type Format,
  type Invocations,
  type Kernel,
  type Node,
  Op,
  type Register,
  type Root,
  Slot,
  type ValueType,
} from './ir.ts';
import { accessOf, blocksOf, hasEffect, operandOf, registerOf, visitOps } from './walk.ts';

/** Instructions worth repeating in place of a store and a load. */
const REPEATABLE = 6;

/** Null: the code that runs once for the workgroup. */
type Region = Invocations | null;

/** Makes memory for everything that crosses regions. */
export function spill(kernel: Kernel): void {
  const regions = regionsOf(kernel.body);
  const spiller = new Spiller(regions);
  keepSlots(kernel.body, regions);
  for (const region of regions) spiller.values(region.body, region);
  spiller.shared(kernel.body);
  spiller.store();
  spiller.registers();
  kernel.slots = [...kernel.slots, ...spiller.slots];
}

function regionsOf(body: Block): Invocations[] {
  return body.flatMap((node) => (node.kind === 'invocations' ? [node] : blocksOf(node).flatMap(regionsOf)));
}

class Spiller {
  readonly slots: Slot[] = [];
  readonly #regions: readonly Invocations[];
  readonly #home = new Map<Op, Invocations>();
  readonly #kept = new Map<Op, Slot>();
  /** Per region, the loads and repeated instructions at its start. */
  readonly #local = new Map<Region, Map<Op, Op>>();
  /** What a load or repeated instruction stands for. */
  readonly #original = new Map<Op, Op>();

  constructor(regions: readonly Invocations[]) {
    this.#regions = regions;
    for (const region of regions) visitOps(region.body, (op) => this.#home.set(op, region));
  }

  /** Rewrites operands that come from another region. */
  values(block: Block, region: Region): void {
    const front: Op[] = [];
    const rewrite = (node: Node) => {
      if (node.kind === 'op') node.args = node.args.map((arg) => this.#here(arg, region, front));
      else if (node.kind === 'if') node.condition = this.#here(node.condition, region, front);
      else if (node.kind === 'switch') node.selector = this.#here(node.selector, region, front);
      for (const inner of blocksOf(node)) for (const each of inner) rewrite(each);
    };
    for (const node of block) rewrite(node);
    const nodes = block.splice(0);
    for (const part of [front, nodes]) for (const node of part) block.push(node);
  }

  /** Conditions that run once for the workgroup but were computed by invocations: the first one's value serves. */
  shared(block: Block): void {
    for (let at = 0; at < block.length; at++) {
      const node = block[at]!;
      if (node.kind === 'invocations' || node.kind === 'op') continue;
      const operand = operandOf(node);
      if (operand !== null && this.#home.has(operand)) {
        const load = this.#load(operand);
        block.splice(at++, 0, ...loadOps(load));
        if (node.kind === 'if') node.condition = load;
        else if (node.kind === 'switch') node.selector = load;
      }
      for (const inner of blocksOf(node)) this.shared(inner);
    }
  }

  /** Stores each kept value right behind its definition. */
  store(): void {
    const place = (block: Block) => {
      for (let at = 0; at < block.length; at++) {
        const node = block[at]!;
        for (const inner of blocksOf(node)) place(inner);
        if (node.kind !== 'op') continue;
        const slot = this.#kept.get(node);
        if (slot === undefined) continue;
        const [zero, store] = storeOps(slot, node);
        block.splice(at + 1, 0, zero, store);
        at += 2;
      }
    };
    for (const region of this.#regions) place(region.body);
  }

  registers(): void {
    const users = new Map<Register, Set<Invocations>>();
    for (const region of this.#regions) {
      visitOps(region.body, (op) => {
        if (op.code !== 'get' && op.code !== 'set') return;
        const register = registerOf(op);
        if (register.uniform) return;
        users.set(register, (users.get(register) ?? new Set()).add(region));
      });
    }
    for (const [register, regions] of users) {
      if (regions.size === 1 && startsWithSet(register, [...regions][0]!.body)) continue;
      const slot = this.#slot(register.name, register.type);
      for (const region of regions) keepRegister(register, slot, region);
    }
  }

  #here(operand: Op, region: Region, front: Op[]): Op {
    const value = this.#original.get(operand) ?? operand;
    const home = this.#home.get(value);
    if (home === undefined || home === region) return operand;
    const local = this.#local.get(region) ?? new Map<Op, Op>();
    this.#local.set(region, local);
    const known = local.get(value);
    if (known !== undefined) return known;
    let op: Op;
    if (this.#cost(value) <= REPEATABLE) {
      op = new Op(
        value.code,
        value.type,
        value.args.map((arg) => this.#here(arg, region, front)),
        value.detail,
        value.span,
      );
      front.push(op);
    } else {
      op = this.#load(value);
      front.push(...loadOps(op));
    }
    op.uniform = value.uniform;
    local.set(value, op);
    this.#original.set(op, value);
    return op;
  }

  /** How many instructions give the value anew from what is known everywhere; infinite where it is more than `most`. */
  #cost(operand: Op, most = REPEATABLE): number {
    const value = this.#original.get(operand) ?? operand;
    if (!this.#home.has(value)) return 0;
    if (
      most === 0 ||
      hasEffect(value) ||
      value.code === 'get' ||
      value.code === 'load' ||
      value.code === 'atomic' ||
      value.code === 'math'
    )
      return Infinity;
    let cost = 1;
    for (const arg of value.args) {
      cost += this.#cost(arg, most - cost);
      if (cost > most) return Infinity;
    }
    return cost;
  }

  #load(value: Op): Op {
    const slot = this.#kept.get(value) ?? this.#slot('spill', value.type);
    this.#kept.set(value, slot);
    return loadOf(slot, value.type);
  }

  #slot(name: string, { size }: ValueType): Slot {
    const slot = new Slot(name, 'private', size === 1 ? 4 : 16);
    slot.persistent = true;
    this.slots.push(slot);
    return slot;
  }
}

const I32 = { lane: 'i32', size: 1 } as const;

function access(root: Root, format: Format): Access {
  return { root, offset: 0, format, atomic: null, uniformLoad: false };
}

function loadOf(slot: Slot, type: ValueType): Op {
  return new Op('load', type, [new Op('const', I32, [], [0])], access(slot, type.lane));
}

/** A load with the constant address it needs before it. */
function loadOps(load: Op): Op[] {
  return [load.args[0]!, load];
}

function storeOps(slot: Slot, value: Op): [Op, Op] {
  const zero = new Op('const', I32, [], [0]);
  return [zero, new Op('store', value.type, [zero, value], access(slot, value.type.lane))];
}

function keepRegister(register: Register, slot: Slot, region: Invocations): void {
  let written = false;
  visitOps(region.body, (op) => {
    if (op.code === 'set' && registerOf(op) === register) written = true;
  });
  if (written) {
    const get = new Op('get', register.type, [], register);
    region.body.push(get, ...storeOps(slot, get));
  }
  if (!startsWithSet(register, region.body)) {
    const load = loadOf(slot, register.type);
    region.body.unshift(...loadOps(load), new Op('set', register.type, [load], register));
  }
}

/** Whether the first access is a `set` in a block that holds all others, so that the value from before is never read. */
function startsWithSet(register: Register, block: Block): boolean {
  const touches = (node: Node): boolean =>
    node.kind === 'op'
      ? (node.code === 'get' || node.code === 'set') && registerOf(node) === register
      : blocksOf(node).some((inner) => inner.some(touches));
  const users = block.filter(touches);
  const [first] = users;
  if (first === undefined) return true;
  if (first.kind === 'op') return first.code === 'set';
  const inner = blocksOf(first).filter((each) => each.some(touches));
  return users.length === 1 && inner.length === 1 && startsWithSet(register, inner[0]!);
}

/** A private slot keeps its place between regions unless one region alone uses it and clears or writes it first. */
function keepSlots(body: Block, regions: readonly Invocations[]): void {
  const first = new Map<Slot, { region: Invocations; writes: boolean }>();
  for (const region of regions) {
    visitOps(region.body, (op) => {
      if (op.code !== 'load' && op.code !== 'store' && op.code !== 'zero') return;
      const { root } = accessOf(op);
      if (root.kind !== 'slot' || root.space !== 'private') return;
      const known = first.get(root);
      if (known === undefined) {
        first.set(root, { region, writes: op.code !== 'load' });
        if (op.code === 'load') root.persistent = true;
      } else if (known.region !== region) {
        root.persistent = true;
      }
    });
  }
  // Code that runs once for the workgroup reads the first invocation's place.
  const shared = (block: Block) => {
    for (const node of block) {
      if (node.kind === 'invocations') continue;
      if (node.kind === 'op' && (node.code === 'load' || node.code === 'store' || node.code === 'zero')) {
        const { root } = accessOf(node);
        if (root.kind === 'slot' && root.space === 'private') root.persistent = true;
      }
      for (const inner of blocksOf(node)) shared(inner);
    }
  };
  shared(body);
}
