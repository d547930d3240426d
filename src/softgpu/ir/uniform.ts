/**
 * Which values are the same for a whole group of invocations.
 *
 * A value is uniform when its operands are, a register when every `set` of it
 * stores a uniform value while the group is together. Invocations part at a
 * condition that is not uniform, and meet again behind the target of the exits
 * taken there. Starts from "all is uniform" and takes back until nothing
 * changes.
 */

import { homesOf } from './homes.ts';
import type { Access, Block, If, Input, Kernel, Loop, Node, Op, Register, Scope, Switch } from './ir.ts';
import { accessOf, blocksOf, operandOf, registerOf, visitOps } from './walk.ts';

/** What is uniform by itself in the group in question. */
export interface Group {
  readonly input: (name: Input) => boolean;
  /** Of a load whose address is uniform. */
  readonly load: (access: Access) => boolean;
  /**
   * The invocations run the same instruction at the same time, those that are
   * elsewhere doing nothing. Then a register used only among invocations that
   * have parted from others may still be uniform for them.
   */
  readonly lockstep: boolean;
}

/** The whole workgroup: values stay the same from their definition to any use, however far apart invocations run. */
export const WORKGROUP: Group = {
  input: (name) => !name.startsWith('local'),
  load: ({ root, uniformLoad }) => uniformLoad || (root.kind === 'buffer' ? !root.writable : root.contents !== null),
  lockstep: false,
};

/** Sets `uniform` of every op and register; the registers `apart` count as one per invocation in any case. */
export function markUniform(kernel: Kernel, group: Group, apart: ReadonlySet<Register> = new Set()): void {
  visitOps(kernel.body, (op) => {
    op.uniform = true;
    if (op.code === 'get' || op.code === 'set') registerOf(op).uniform = !apart.has(registerOf(op));
  });
  const marker = new Marker(group, kernel.body);
  do marker.round(kernel.body);
  while (marker.changed);
}

/** Why some invocations may be elsewhere: a condition or loop around, or a target they left for. */
type Cause = Node;

class Marker {
  changed = false;
  readonly #group: Group;
  /** Loops in which some invocations may be a round ahead of others. */
  readonly #parted = new Set<Loop>();
  /** Causes that hold where the walk is. */
  readonly #causes = new Set<Cause>();
  /** Where all accesses of a register lie: from this node on, in its block. */
  readonly #homes: ReadonlyMap<Node, readonly Register[]>;
  /** Conditions with an exit inside. */
  readonly #leaving = new Set<Node>();
  /** The causes that hold where a loop or scope begins. */
  readonly #entries = new Map<Node, ReadonlySet<Cause>>();
  /** The causes that hold for all accesses of a register. */
  readonly #baselines = new Map<Register, ReadonlySet<Cause>>();

  constructor(group: Group, body: Block) {
    this.#group = group;
    this.#homes = group.lockstep ? homesOf(body) : new Map();
    this.#findExits(body);
  }

  #findExits(block: Block): boolean {
    let found = false;
    for (const node of block) {
      if (node.kind === 'exit') found = true;
      for (const inner of blocksOf(node)) if (this.#findExits(inner)) this.#leaving.add(node);
      if (this.#leaving.has(node)) found = true;
    }
    return found;
  }

  round(body: Block): void {
    this.changed = false;
    this.#block(body);
  }

  #block(block: Block): void {
    for (const node of block) {
      for (const register of this.#homes.get(node) ?? []) this.#baselines.set(register, new Set(this.#causes));
      switch (node.kind) {
        case 'op':
          this.#op(node);
          break;
        case 'exit':
          if (!this.#joined(this.#entries.get(node.target))) this.#causes.add(node.target);
          break;
        case 'loop':
          this.#loop(node);
          break;
        case 'scope':
          this.#enter(node);
          this.#block(node.body);
          this.#causes.delete(node);
          break;
        case 'invocations':
        case 'workgroups':
          this.#block(node.body);
          break;
        case 'if':
        case 'switch':
          this.#arms(node);
          break;
        case 'barrier':
          break;
      }
    }
  }

  #loop(node: Loop): void {
    // The mark of a loop that has parted is another than that of having left it.
    const before = new Set(this.#causes);
    this.#enter(node);
    if (this.#parted.has(node)) this.#causes.add(node);
    this.#block(node.body);
    const exits = [...this.#causes].some((cause) => !before.has(cause));
    if (exits && !this.#parted.has(node)) {
      this.#parted.add(node);
      this.changed = true;
    }
    this.#causes.delete(node);
  }

  #arms(node: If | Switch): void {
    const alone = !operandOf(node)!.uniform;
    if (!this.#leaving.has(node)) {
      if (alone) this.#causes.add(node);
      for (const inner of blocksOf(node)) this.#block(inner);
      if (alone) this.#causes.delete(node);
      return;
    }
    // Exits inside one arm do not part the invocations of another.
    const before = new Set(this.#causes);
    const after = new Set(this.#causes);
    for (const inner of blocksOf(node)) {
      this.#causes.clear();
      for (const cause of before) this.#causes.add(cause);
      if (alone) this.#causes.add(node);
      this.#block(inner);
      for (const cause of this.#causes) after.add(cause);
    }
    after.delete(node);
    this.#causes.clear();
    for (const cause of after) this.#causes.add(cause);
  }

  #op(op: Op): void {
    const operands = op.args.every(({ uniform }) => uniform);
    if (op.code === 'set') {
      const register = registerOf(op);
      if (register.uniform && !(operands && this.#joined(this.#baselines.get(register)))) {
        register.uniform = false;
        this.changed = true;
      }
    }
    const uniform = operands && this.#own(op);
    if (op.uniform && !uniform) {
      op.uniform = false;
      this.changed = true;
    }
  }

  #enter(target: Loop | Scope): void {
    if (this.#group.lockstep) this.#entries.set(target, new Set(this.#causes));
  }

  /** Whether all invocations are here that were at a place with those causes. */
  #joined(causes: ReadonlySet<Cause> | undefined): boolean {
    if (this.#causes.size === 0) return true;
    return causes !== undefined && [...this.#causes].every((cause) => causes.has(cause));
  }

  #own(op: Op): boolean {
    switch (op.code) {
      case 'input':
        return this.#group.input(op.detail as Input);
      case 'get':
      case 'set':
        return registerOf(op).uniform;
      case 'load':
        return this.#group.load(accessOf(op));
      case 'atomic':
        return false;
      default:
        return true;
    }
  }
}
