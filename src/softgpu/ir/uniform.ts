/**
 * Which values are the same for a whole group of invocations.
 *
 * A value is uniform when its operands are, a register when every `set` of it
 * stores a uniform value while the group is together. Invocations part at a
 * condition that is not uniform, and meet again behind the target of the exits
 * taken there. Starts from "all is uniform" and takes back until nothing
 * changes.
 */

import type { Access, Block, Input, Kernel, Loop, Op, Register, Scope } from './ir.ts';
import { accessOf, operandOf, registerOf, visitOps } from './walk.ts';

/** What is uniform by itself in the group in question. */
export interface Group {
  readonly input: (name: Input) => boolean;
  /** Of a load whose address is uniform. */
  readonly load: (access: Access) => boolean;
}

/** The whole workgroup: values stay the same from their definition to any use, however far apart invocations run. */
export const WORKGROUP: Group = {
  input: (name) => !name.startsWith('local'),
  load: ({ root, uniformLoad }) => uniformLoad || (root.kind === 'buffer' && !root.writable),
};

/** Sets `uniform` of every op and register; the registers `apart` count as one per invocation in any case. */
export function markUniform(kernel: Kernel, group: Group, apart: ReadonlySet<Register> = new Set()): void {
  visitOps(kernel.body, (op) => {
    op.uniform = true;
    if (op.code === 'get' || op.code === 'set') registerOf(op).uniform = !apart.has(registerOf(op));
  });
  const marker = new Marker(group);
  do marker.round(kernel.body);
  while (marker.changed);
}

class Marker {
  changed = false;
  readonly #group: Group;
  /** Loops in which some invocations may be a round ahead of others. */
  readonly #parted = new Set<Loop>();
  /** Targets of exits that only some invocations took, and that have not been reached yet. */
  readonly #left = new Set<Loop | Scope>();

  constructor(group: Group) {
    this.#group = group;
  }

  round(body: Block): void {
    this.changed = false;
    this.#block(body, true);
  }

  #block(block: Block, together: boolean): void {
    for (const node of block) {
      const here = together && this.#left.size === 0;
      switch (node.kind) {
        case 'op':
          this.#op(node, here);
          break;
        case 'exit':
          if (!here) this.#left.add(node.target);
          break;
        case 'loop':
          this.#block(node.body, here && !this.#parted.has(node));
          if (this.#left.size > 0 && !this.#parted.has(node)) {
            this.#parted.add(node);
            this.changed = true;
          }
          this.#left.delete(node);
          break;
        case 'scope':
        case 'invocations':
        case 'workgroups':
          this.#block(node.body, here);
          if (node.kind === 'scope') this.#left.delete(node);
          break;
        case 'if':
        case 'switch': {
          const same = here && operandOf(node)!.uniform;
          const blocks =
            node.kind === 'if' ? [node.then, node.otherwise] : [...node.cases.map(({ body }) => body), node.otherwise];
          // Exits inside one arm do not part the invocations of another.
          const before = new Set(this.#left);
          const after = new Set(this.#left);
          for (const inner of blocks) {
            this.#left.clear();
            for (const target of before) this.#left.add(target);
            this.#block(inner, same);
            for (const target of this.#left) after.add(target);
          }
          for (const target of after) this.#left.add(target);
          break;
        }
        case 'barrier':
          break;
      }
    }
  }

  #op(op: Op, together: boolean): void {
    const operands = op.args.every(({ uniform }) => uniform);
    if (op.code === 'set') {
      const register = registerOf(op);
      if (register.uniform && !(operands && together)) {
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
