/**
 * Barriers become the seams between loops over invocations.
 *
 * WGSL demands that control flow around a barrier is uniform, so it can run
 * once for the workgroup: `Invocations` nodes hold what runs once for each
 * invocation, and no barrier is left inside one. Uniform values are computed
 * outside. What else is used across a seam is spilled: each invocation has its
 * own place in a private slot (Pocl's work-item loops, Jääskeläinen et al. 2015).
 *
 * An invocation that leaves alone (`if (lane == 0) { return; }`) can meet no
 * further barrier, but other regions may follow; it sets a flag that they test.
 */

import {
  type Block,
  Exit,
  If,
  Invocations,
  type Kernel,
  type Loop,
  type Node,
  Op,
  Register,
  Scope,
  type Slot,
} from './ir.ts';
import { spill } from './spill.ts';
import { markUniform, WORKGROUP } from './uniform.ts';
import { accessOf, blocksOf, hasEffect, operandOf, registerOf, some, visitOps } from './walk.ts';

const BOOL = { lane: 'bool', size: 1 } as const;

/** Splits the kernel at its barriers; without any, all of it is one region. */
export function formRegions(kernel: Kernel): void {
  if (!hasBarrier(kernel.body)) {
    kernel.body = [new Invocations(kernel.body)];
    return;
  }
  markUniform(kernel, WORKGROUP, setApart(kernel.body));
  const former = new Former();
  kernel.body = former.block(kernel.body);
  spill(kernel);
}

function hasBarrier(block: Block): boolean {
  return some(block, ({ kind }) => kind === 'barrier');
}

/** Registers set inside a node without a barrier: it runs within a region, once for each invocation. */
function setApart(block: Block): ReadonlySet<Register> {
  const found = new Set<Register>();
  const search = (inner: Block, inRegion: boolean) => {
    for (const node of inner) {
      if (inRegion && node.kind === 'op' && node.code === 'set') found.add(registerOf(node));
      for (const each of blocksOf(node)) search(each, inRegion || !hasBarrier([node]));
    }
  };
  search(block, false);
  return found;
}

class Former {
  /** Loops and scopes that run once for the workgroup, outermost first. */
  readonly #open: (Loop | Scope)[] = [];
  /** Per open target that invocations may leave alone: whether this one did. */
  readonly #left = new Map<Loop | Scope, Register>();

  block(block: Block): Block {
    const out: Block = [];
    let region: Block = [];
    /** Registers that control flow in the region reads. */
    const read = new Set<Register>();
    const close = () => {
      if (region.length > 0) out.push(this.#invocations(region));
      region = [];
      read.clear();
    };
    for (const node of block) {
      if (node.kind === 'barrier') {
        close();
      } else if (node.kind === 'op') {
        if (clearsWorkgroup(node)) {
          close();
          out.push(node);
        } else if (isShared(node)) {
          // What is shared comes to stand before the region: not a write that the region must not see yet.
          if (node.code === 'set' && read.has(registerOf(node))) close();
          out.push(node);
        } else region.push(node);
      } else if (this.#isShared(node)) {
        close();
        out.push(...this.#shared(node));
      } else {
        region.push(node);
        visitOps([node], (op) => {
          if (op.code === 'get') read.add(registerOf(op));
        });
      }
    }
    close();
    return out;
  }

  /** Whether a node must run once for the workgroup: it holds a barrier, or all leave together. */
  #isShared(node: Exclude<Node, Op>): boolean {
    if (hasBarrier([node])) return true;
    const targets = this.#exits([node]);
    // A loop that runs once for the workgroup holds a barrier: nobody may leave it alone.
    if (targets.some(({ kind }) => kind === 'loop')) return true;
    if (targets.some((target) => this.#left.has(target))) return false;
    if (node.kind === 'exit') return true;
    return targets.length > 0 && operandOf(node)?.uniform === true;
  }

  #shared(node: Exclude<Node, Op>): Node[] {
    switch (node.kind) {
      case 'loop':
      case 'scope':
        this.#open.push(node);
        node.body = this.block(node.body);
        this.#open.pop();
        this.#reset(node);
        return [node];
      case 'if':
        node.then = this.block(node.then);
        node.otherwise = this.block(node.otherwise);
        return [node];
      case 'switch':
        for (const each of node.cases) each.body = this.block(each.body);
        node.otherwise = this.block(node.otherwise);
        return [node];
      default:
        return [node];
    }
  }

  /** A scope is entered with nobody gone. */
  #reset(node: Loop | Scope): void {
    const left = this.#left.get(node);
    if (left === undefined) return;
    const no = new Op('const', BOOL, [], [0]);
    node.body.unshift(new Invocations([no, new Op('set', BOOL, [no], left)]));
    this.#left.delete(node);
  }

  /** Targets outside of the blocks that exits inside name. */
  #exits(block: Block): (Loop | Scope)[] {
    const found = new Set<Loop | Scope>();
    const search = (inner: Block) => {
      for (const node of inner) {
        if (node.kind === 'exit' && this.#open.includes(node.target)) found.add(node.target);
        for (const each of blocksOf(node)) search(each);
      }
    };
    search(block);
    return [...found];
  }

  #invocations(region: Block): Invocations {
    const guards = [...new Set(this.#left.values())];
    const targets = this.#exits(region);
    let body = region;
    if (targets.length > 0) {
      const end = new Scope(body);
      for (const target of targets) {
        if (!this.#left.has(target)) this.#left.set(target, new Register(BOOL, 'left'));
      }
      this.#redirect(body, new Map(targets.map((target) => [target, end])));
      body = [end];
    }
    for (const guard of guards) {
      const left = new Op('get', BOOL, [], guard);
      body = [left, new If(left, [], body)];
    }
    return new Invocations(body);
  }

  /** Exits to shared targets end the region and leave a note. */
  #redirect(block: Block, ends: ReadonlyMap<Loop | Scope, Scope>): void {
    for (let at = 0; at < block.length; at++) {
      const node = block[at]!;
      for (const inner of blocksOf(node)) this.#redirect(inner, ends);
      if (node.kind !== 'exit') continue;
      const end = ends.get(node.target);
      if (end === undefined) continue;
      const yes = new Op('const', BOOL, [], [1]);
      block.splice(at, 1, yes, new Op('set', BOOL, [yes], this.#left.get(node.target)!), new Exit(end));
      return;
    }
  }
}

/** Whether an instruction runs once for the workgroup: what it gives is uniform and needs no invocation. */
function isShared(op: Op): boolean {
  return op.uniform && (!hasEffect(op) || (op.code === 'set' && registerOf(op).uniform));
}

function clearsWorkgroup(op: Op): boolean {
  return op.code === 'zero' && (accessOf(op).root as Slot).space === 'workgroup';
}
