import type { Block, Op } from './ir.ts';
import { blocksOf } from './walk.ts';

/**
 * Rewrites instructions in program order. `rewrite` gives what stands for an
 * instruction: itself, another one, or null for none; others may be put in
 * front through `out`.
 */
export function replaceOps(body: Block, rewrite: (op: Op, out: Op[]) => Op | null): void {
  const replaced = new Map<Op, Op>();
  const current = (op: Op) => replaced.get(op) ?? op;
  const block = (nodes: Block) => {
    const old = nodes.splice(0);
    const front: Op[] = [];
    for (const node of old) {
      if (node.kind === 'op') {
        if (node.args.some((arg) => replaced.has(arg))) node.args = node.args.map(current);
        const kept = rewrite(node, front);
        for (const each of front) nodes.push(each);
        front.length = 0;
        if (kept === null) continue;
        if (kept !== node) replaced.set(node, kept);
        nodes.push(kept);
        continue;
      }
      if (node.kind === 'if') node.condition = current(node.condition);
      else if (node.kind === 'switch') node.selector = current(node.selector);
      for (const inner of blocksOf(node)) block(inner);
      nodes.push(node);
    }
  };
  block(body);
}
