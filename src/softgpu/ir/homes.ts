import type { Block, Node, Op, Register } from './ir.ts';
import { blocksOf, registerOf, visitOps } from './walk.ts';

/**
 * Where registers begin: the first node that touches one, in the innermost
 * block that holds all its accesses. Listed by node.
 */
export function homesOf(body: Block): ReadonlyMap<Node, readonly Register[]> {
  const homes = new Map<Node, Register[]>();
  const total = new Map<Register, number>();
  visitOps(body, (op) => {
    if (op.code === 'get' || op.code === 'set') total.set(registerOf(op), (total.get(registerOf(op)) ?? 0) + 1);
  });
  // How often each register is touched inside; those touched nowhere else are done.
  const walk = (block: Block): Map<Register, number> => {
    const counts = new Map<Register, number>();
    const first = new Map<Register, Node>();
    for (const node of block) {
      const inside = node.kind === 'op' ? touched(node) : merged(blocksOf(node).map(walk));
      for (const [register, count] of inside) {
        if (!first.has(register)) first.set(register, node);
        counts.set(register, (counts.get(register) ?? 0) + count);
      }
    }
    for (const [register, count] of counts) {
      if (count !== total.get(register)) continue;
      const node = first.get(register)!;
      homes.set(node, [...(homes.get(node) ?? []), register]);
      counts.delete(register);
    }
    return counts;
  };
  walk(body);
  return homes;
}

function touched(op: Op): Map<Register, number> {
  return op.code === 'get' || op.code === 'set' ? new Map([[registerOf(op), 1]]) : new Map();
}

function merged(all: readonly Map<Register, number>[]): Map<Register, number> {
  const sum = new Map<Register, number>();
  for (const counts of all) for (const [register, count] of counts) sum.set(register, (sum.get(register) ?? 0) + count);
  return sum;
}
