/** Ways through the nodes of a kernel. */

import type { Access, Block, Node, Op, Register } from './ir.ts';

/** Most nodes are instructions: one empty list serves them all. */
const NO_BLOCKS: readonly Block[] = [];

/** The blocks directly inside a node. */
export function blocksOf(node: Node): readonly Block[] {
  switch (node.kind) {
    case 'if':
      return [node.then, node.otherwise];
    case 'loop':
    case 'scope':
    case 'invocations':
    case 'workgroups':
      return [node.body];
    case 'switch':
      return [...node.cases.map(({ body }) => body), node.otherwise];
    case 'op':
    case 'exit':
    case 'barrier':
      return NO_BLOCKS;
  }
}

/** The value a node itself reads, beside those of its blocks. */
export function operandOf(node: Node): Op | null {
  if (node.kind === 'if') return node.condition;
  return node.kind === 'switch' ? node.selector : null;
}

/** Visits every node inside, in program order, outer nodes first. */
export function visit(block: Block, see: (node: Node) => void): void {
  for (const node of block) {
    see(node);
    if (node.kind !== 'op') for (const inner of blocksOf(node)) visit(inner, see);
  }
}

/** Visits every instruction inside, in program order. */
export function visitOps(block: Block, see: (op: Op) => void): void {
  for (const node of block) {
    if (node.kind === 'op') see(node);
    else for (const inner of blocksOf(node)) visitOps(inner, see);
  }
}

/** Whether some node inside satisfies the condition. */
export function some(block: Block, holds: (node: Node) => boolean): boolean {
  return block.some((node) => holds(node) || blocksOf(node).some((inner) => some(inner, holds)));
}

const EFFECTS = new Set(['set', 'store', 'atomic', 'zero', 'report', 'touch']);

/** Whether the instruction does something beside giving its value. */
export function hasEffect(op: Op): boolean {
  return EFFECTS.has(op.code);
}

export function accessOf(op: Op): Access {
  return op.detail as Access;
}

export function registerOf(op: Op): Register {
  return op.detail as Register;
}
