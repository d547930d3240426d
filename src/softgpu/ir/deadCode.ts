import type { Block, Op, Register } from './ir.ts';
import { blocksOf, hasEffect, operandOf, registerOf } from './walk.ts';

/** Removes instructions whose value nobody uses, and writes to registers nobody reads. */
export function removeDeadCode(body: Block): Block {
  const live = new Set<Op>();
  const read = new Set<Register>();
  const writes = new Map<Register, Op[]>();
  const work: Op[] = [];
  const use = (op: Op) => {
    if (live.has(op)) return;
    live.add(op);
    work.push(op);
  };
  const collect = (block: Block) => {
    for (const node of block) {
      const operand = operandOf(node);
      if (operand !== null) use(operand);
      if (node.kind === 'op' && node.code === 'set') {
        const register = registerOf(node);
        const known = writes.get(register);
        if (known === undefined) writes.set(register, [node]);
        else known.push(node);
      } else if (node.kind === 'op' && hasEffect(node)) {
        use(node);
      }
      for (const inner of blocksOf(node)) collect(inner);
    }
  };
  collect(body);
  for (let op = work.pop(); op !== undefined; op = work.pop()) {
    for (const arg of op.args) use(arg);
    if (op.code !== 'get' || read.has(registerOf(op))) continue;
    read.add(registerOf(op));
    for (const write of writes.get(registerOf(op)) ?? []) use(write);
  }
  return keep(body, live);
}

function keep(block: Block, live: ReadonlySet<Op>): Block {
  return block.filter((node) => {
    if (node.kind === 'op') return live.has(node);
    if (node.kind === 'if') {
      node.then = keep(node.then, live);
      node.otherwise = keep(node.otherwise, live);
      return node.then.length > 0 || node.otherwise.length > 0;
    }
    if (node.kind === 'switch') {
      for (const each of node.cases) each.body = keep(each.body, live);
      node.otherwise = keep(node.otherwise, live);
    } else if (node.kind !== 'exit' && node.kind !== 'barrier') {
      node.body = keep(node.body, live);
      if (node.kind === 'invocations' && node.body.length === 0) return false;
    }
    return true;
  });
}
