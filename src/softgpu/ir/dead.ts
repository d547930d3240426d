/** Removes what nothing reads: instructions, writes of registers and private slots, empty control flow. */

import type { Block, If, Kernel, Node, Op, Register, Root, Switch } from './ir.ts';
import { accessOf, blocksOf, operandOf, registerOf, visit } from './walk.ts';

export function removeDead(kernel: Kernel): void {
  removeOverwritten(kernel.body);
  // A condition is only known to be unused when its branches have been emptied.
  while (sweep(kernel.body, new Marker(kernel.body).live));
  const used = new Set<Root>();
  visit(kernel.body, (node) => {
    if (node.kind === 'op' && REACHES.has(node.code)) used.add(accessOf(node).root);
  });
  kernel.slots = kernel.slots.filter((slot) => used.has(slot));
}

const REACHES = new Set(['load', 'store', 'atomic', 'zero']);

/** Sets of a register that the same block sets again before anything can read it. */
function removeOverwritten(block: Block): void {
  const overwritten = new Set<Register>();
  const dead = new Set<Node>();
  for (let at = block.length - 1; at >= 0; at--) {
    const node = block[at]!;
    if (node.kind !== 'op') {
      overwritten.clear();
      for (const inner of blocksOf(node)) removeOverwritten(inner);
    } else if (node.code === 'get') overwritten.delete(registerOf(node));
    else if (node.code === 'set') {
      if (overwritten.has(registerOf(node))) dead.add(node);
      overwritten.add(registerOf(node));
    }
  }
  if (dead.size > 0) keep(block, (node) => !dead.has(node));
}

function keep(block: Block, holds: (node: Node) => boolean): void {
  let length = 0;
  for (const node of block) if (holds(node)) block[length++] = node;
  block.length = length;
}

/** Finds the instructions that matter, from effects back to what they need. */
class Marker {
  readonly live = new Set<Op>();
  readonly #pending: Op[] = [];
  /** Writes that matter only if something reads what they write. */
  readonly #writes = new Map<Register | Root, Op[]>();

  constructor(body: Block) {
    visit(body, (node) => this.#see(node));
    for (let op = this.#pending.pop(); op !== undefined; op = this.#pending.pop()) {
      op.args.forEach((arg) => {
        this.#mark(arg);
      });
      if (op.code === 'get') this.#read(registerOf(op));
      else if (op.code === 'load') this.#read(accessOf(op).root);
    }
  }

  #see(node: Node): void {
    if (node.kind !== 'op') {
      const operand = operandOf(node);
      if (operand !== null) this.#mark(operand);
      return;
    }
    if (node.code === 'set') this.#write(registerOf(node), node);
    else if (node.code === 'store' || node.code === 'zero') {
      const { root } = accessOf(node);
      if (root.kind === 'slot' && root.space === 'private') this.#write(root, node);
      else this.#mark(node);
    } else if (node.code === 'report' || node.code === 'touch') this.#mark(node);
    else if (node.code === 'atomic' || (node.code === 'load' && accessOf(node).uniformLoad)) this.#mark(node);
  }

  #write(target: Register | Root, op: Op): void {
    const writes = this.#writes.get(target);
    if (writes === undefined) this.#writes.set(target, [op]);
    else writes.push(op);
  }

  #read(target: Register | Root): void {
    for (const op of this.#writes.get(target) ?? []) this.#mark(op);
    this.#writes.delete(target);
  }

  #mark(op: Op): void {
    if (this.live.has(op)) return;
    this.live.add(op);
    this.#pending.push(op);
  }
}

/** True if control flow was removed, after which more may be dead. */
function sweep(block: Block, live: ReadonlySet<Op>): boolean {
  let again = false;
  for (const node of block) for (const inner of blocksOf(node)) again = sweep(inner, live) || again;
  keep(block, (node) => {
    if (node.kind === 'op') return live.has(node);
    if ((node.kind === 'if' || node.kind === 'switch') && isEmpty(node)) {
      again = true;
      return false;
    }
    return (node.kind !== 'scope' && node.kind !== 'invocations') || node.body.length > 0;
  });
  return again;
}

function isEmpty(node: If | Switch): boolean {
  return blocksOf(node).every((block) => block.length === 0);
}
