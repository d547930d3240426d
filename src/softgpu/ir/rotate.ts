import { cloneBlock } from './clone.ts';
import { innermostLoops } from './induction.ts';
import { type Block, Exit, If, type Loop, type Node, type Op } from './ir.ts';
import { hasEffect } from './walk.ts';

/** Longer conditions are not worth a second copy. */
const LONGEST = 12;

/**
 * Innermost loops that begin with their exit test it at the end of the round instead, and once in front: a round then
 * has one jump, and engines unroll such loops well.
 */
export function rotateLoops(body: Block): void {
  for (const { loop, block } of innermostLoops(body)) {
    const rotated = rotate(loop);
    if (rotated !== null) block.splice(block.indexOf(loop), 1, ...rotated);
  }
}

function rotate(loop: Loop): Node[] | null {
  const { body } = loop;
  const position = body.findIndex((node) => node.kind !== 'op' || hasEffect(node));
  const test = body[position];
  if (test?.kind !== 'if' || position > LONGEST || !isExit(test, loop) || body.at(-1)?.kind === 'exit') return null;
  const [head, rest] = [body.slice(0, position), body.slice(position + 1)];
  const first = tested(head, test.condition);
  const again = tested(head, test.condition);
  loop.body = [...head, ...rest, ...again.ops, new If(again.condition, [new Exit(loop)], [])];
  return [...first.ops, new If(first.condition, [], [loop])];
}

function isExit({ then, otherwise }: If, loop: Loop): boolean {
  const [only] = then;
  return then.length === 1 && otherwise.length === 0 && only?.kind === 'exit' && only.target === loop;
}

/** A copy of the instructions, and what the condition is in it. */
function tested(head: Block, condition: Op): { ops: Block; condition: Op } {
  let found = condition;
  const ops = cloneBlock(head, () => null);
  const at = head.indexOf(condition);
  if (at >= 0) found = ops[at] as Op;
  return { ops, condition: found };
}
