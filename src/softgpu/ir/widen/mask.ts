import type { Block, Loop, Op, Scope } from '../ir.ts';
import { blocksOf, operandOf } from '../walk.ts';

/**
 * Loops and scopes that some lanes may leave while others stay: an exit under
 * a condition that varies between lanes, or after such an exit.
 */
export function partialTargets(body: Block): ReadonlySet<Loop | Scope> {
  const partial = new Set<Loop | Scope>();
  let size: number;
  do {
    size = partial.size;
    search(body, [], partial);
  } while (partial.size > size);
  return partial;
}

interface Around {
  readonly target: Loop | Scope | null;
  readonly varying: boolean;
}

function search(block: Block, around: readonly Around[], partial: Set<Loop | Scope>): void {
  for (const node of block) {
    if (node.kind === 'exit') {
      const inside = around.slice(around.findIndex(({ target }) => target === node.target));
      const alone = inside.some(({ target, varying }) => varying || (target !== null && partial.has(target)));
      if (alone) partial.add(node.target);
      continue;
    }
    const condition: Op | null = operandOf(node);
    const here: Around = {
      target: node.kind === 'loop' || node.kind === 'scope' ? node : null,
      varying: condition !== null && !condition.uniform,
    };
    for (const inner of blocksOf(node)) search(inner, [...around, here], partial);
  }
}

/** Targets of the exits inside a node that lie outside of it. */
export function exitsOf(node: Block[number]): readonly (Loop | Scope)[] {
  const found = new Set<Loop | Scope>();
  const inside = new Set<Loop | Scope>();
  const walk = (each: Block[number]) => {
    if (each.kind === 'exit') found.add(each.target);
    if (each.kind === 'loop' || each.kind === 'scope') inside.add(each);
    for (const block of blocksOf(each)) for (const inner of block) walk(inner);
  };
  walk(node);
  return [...found].filter((target) => !inside.has(target));
}
