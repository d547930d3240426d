/**
 * Loop-invariant code motion. An instruction without effect moves in front of
 * every loop that changes none of what it reads: out of the kernel's own
 * loops, and out of the loops over invocations and workgroups, so that what is
 * uniform is computed once per workgroup and what depends on the dispatch
 * alone once per call.
 *
 * Division is total and addresses are clamped, so moving early is safe; only
 * costly instructions stay where they might not have run at all.
 */

import type { Block, Input, Invocations, Loop, Op, Register, Root, Workgroups } from './ir.ts';
import { accessOf, hasEffect, registerOf, visitOps } from './walk.ts';

type Repeated = Loop | Invocations | Workgroups;

/** A loop being walked, and what its rounds change. */
interface Level {
  readonly depth: number;
  readonly node: Repeated;
  /** What is to stand in front of it. */
  readonly front: Op[];
  readonly registers: ReadonlySet<Register>;
  readonly roots: ReadonlySet<Root>;
}

/** Moves what it can; the result is the new body. */
export function moveInvariants(body: Block): Block {
  return new Mover().block(body, true);
}

class Mover {
  readonly #levels: Level[] = [];
  /** The number of loops around the place where an instruction now stands. */
  readonly #depth = new Map<Op, number>();

  /** `certain`: the block does not stand in an arm of a condition inside its loop. */
  block(block: Block, certain: boolean): Block {
    const out: Block = [];
    for (const node of block) {
      switch (node.kind) {
        case 'op': {
          const depth = this.#target(node, certain);
          this.#depth.set(node, depth);
          if (depth < this.#levels.length) this.#levels[depth]!.front.push(node);
          else out.push(node);
          break;
        }
        case 'loop':
        case 'invocations':
        case 'workgroups': {
          const level = enter(node, this.#levels.length);
          this.#levels.push(level);
          node.body = this.block(node.body, true);
          this.#levels.pop();
          for (const each of level.front) out.push(each);
          out.push(node);
          break;
        }
        case 'scope':
          node.body = this.block(node.body, certain);
          out.push(node);
          break;
        case 'if':
          node.then = this.block(node.then, false);
          node.otherwise = this.block(node.otherwise, false);
          out.push(node);
          break;
        case 'switch':
          for (const each of node.cases) each.body = this.block(each.body, false);
          node.otherwise = this.block(node.otherwise, false);
          out.push(node);
          break;
        case 'exit':
        case 'barrier':
          out.push(node);
          break;
      }
    }
    return out;
  }

  /** The least number of loops around a place where the instruction gives the same value. */
  #target(op: Op, certain: boolean): number {
    const here = this.#levels.length;
    if (hasEffect(op) || (!certain && isCostly(op))) return here;
    let depth = 0;
    for (const arg of op.args) depth = Math.max(depth, this.#depth.get(arg) ?? 0);
    while (depth < here && this.#levels.slice(depth).some((level) => changes(level, op))) depth++;
    return depth;
  }
}

function enter(node: Repeated, depth: number): Level {
  const registers = new Set<Register>();
  const roots = new Set<Root>();
  visitOps(node.body, (op) => {
    if (op.code === 'set') registers.add(registerOf(op));
    else if (op.code === 'store' || op.code === 'atomic' || op.code === 'zero') roots.add(accessOf(op).root);
  });
  return { depth, node, front: [], registers, roots };
}

function changes(level: Level, op: Op): boolean {
  switch (op.code) {
    case 'get':
      return level.registers.has(registerOf(op)) || level.node.kind !== 'loop';
    case 'load': {
      const { root } = accessOf(op);
      // Other invocations and workgroups write what may be written at all.
      if (root.kind === 'buffer') return root.writable && (level.node.kind !== 'loop' || level.roots.has(root));
      return root.contents === null && (level.roots.has(root) || level.node.kind !== 'loop');
    }
    case 'input': {
      const name = op.detail as Input;
      if (level.node.kind === 'invocations') return name === 'local_index' || name === `local_id.${level.node.axis}`;
      return level.node.kind === 'workgroups' && name.startsWith('workgroup');
    }
    default:
      return false;
  }
}

function isCostly({ code, type }: Op): boolean {
  return (
    code === 'math' ||
    code === 'load' ||
    code === 'div' ||
    code === 'sqrt' ||
    (type.size > 1 && /^(div|rem)[SU]$/.test(code))
  );
}
