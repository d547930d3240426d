/** Whether four invocations a step are worth it. */

import type { Block, Kernel, Op } from '../ir.ts';
import { accessOf, blocksOf, hasEffect, operandOf } from '../walk.ts';
import { exitsOf } from './mask.ts';
import { LANES } from './widen.ts';

/** Rounds a loop is taken to run. */
const ROUNDS = 8;

interface Cost {
  /** Instructions of four invocations one after the other. */
  narrow: number;
  /** Instructions of four at once. */
  wide: number;
}

/**
 * Estimates both ways, with what is uniform marked for four lanes. Vectors
 * are one instruction in a narrow kernel and one for each component in a wide
 * one; a gather is a load for each lane.
 */
export function isWideCheaper(kernel: Kernel): boolean {
  const cost: Cost = { narrow: 0, wide: 0 };
  add(cost, kernel.body, 1, false);
  return cost.wide < 0.9 * cost.narrow;
}

/** Deeper control flow could exhaust the stack of a pass, or of an engine. */
const DEEPEST = 500;

/** Whether a wide kernel can be made: lanes lie along x, private memory is made of words, and not too many exits follow each other. */
export function canWiden(kernel: Kernel): boolean {
  const [x] = kernel.workgroupSize;
  if (x < LANES || nestingOf(kernel.body) > DEEPEST) return false;
  const holdsHalves = (block: Block): boolean =>
    block.some((node) => {
      if (node.kind !== 'op') return blocksOf(node).some(holdsHalves);
      if (node.code !== 'load' && node.code !== 'store') return false;
      const { root, format } = accessOf(node);
      return format === 'f16' && root.kind === 'slot' && root.space === 'private';
    });
  return !holdsHalves(kernel.body);
}

/** How deep control flow nests once it is wide: what follows a node that lanes may leave stands under a condition. */
function nestingOf(block: Block): number {
  let around = 0;
  let deepest = 0;
  for (const node of block) {
    for (const inner of blocksOf(node)) deepest = Math.max(deepest, around + 1 + nestingOf(inner));
    if (node.kind !== 'op' && exitsOf(node).length > 0) around++;
  }
  return Math.max(deepest, around);
}

function add(cost: Cost, block: Block, weight: number, parted: boolean): void {
  for (const node of block) {
    if (node.kind === 'op') {
      addOp(cost, node, weight, parted);
      continue;
    }
    const condition = operandOf(node);
    const varies = parted || (condition !== null && !condition.uniform);
    // Where lanes part, both arms run, mostly.
    const inner = node.kind === 'loop' ? weight * ROUNDS : weight;
    if (condition !== null) {
      cost.narrow += LANES * weight;
      cost.wide += (varies ? 4 : 1) * weight;
    }
    for (const each of blocksOf(node)) {
      const before = cost.narrow;
      add(cost, each, inner, varies);
      if (condition !== null && !condition.uniform) cost.narrow -= (cost.narrow - before) / 3;
    }
  }
}

function addOp(cost: Cost, op: Op, weight: number, parted: boolean): void {
  const { code, type } = op;
  if (code === 'const' || code === 'input' || code === 'length' || code === 'get') return;
  const size = Math.max(type.size, ...op.args.map((arg) => arg.type.size));
  // Uniform instructions are hoisted either way.
  if (op.uniform && !hasEffect(op)) {
    cost.narrow += weight;
    cost.wide += weight;
    return;
  }
  if (code === 'load' || code === 'store') {
    addAccess(cost, op, weight, parted);
  } else if (code === 'atomic') {
    cost.narrow += LANES * 5 * weight;
    cost.wide += LANES * 6 * weight;
  } else if (code === 'math') {
    cost.narrow += LANES * 12 * weight;
    cost.wide += 12 * size * weight;
  } else if (/^(div|rem)[SU]$/.test(code)) {
    // Lane by lane either way.
    cost.narrow += LANES * 4 * size * weight;
    cost.wide += LANES * 5 * size * weight;
  } else if (code === 'splat' || code === 'extract' || code === 'build' || code === 'shuffle' || code === 'insert') {
    cost.narrow += LANES * (code === 'build' ? size : 1) * weight;
  } else {
    // Processors run more integer instructions at once than vector instructions.
    cost.narrow += LANES * (size === 1 && type.lane === 'i32' ? 0.6 : 1) * weight;
    cost.wide += size * weight;
  }
}

function addAccess(cost: Cost, op: Op, weight: number, parted: boolean): void {
  const { root } = accessOf(op);
  const { size } = op.code === 'load' ? op.type : op.args[1]!.type;
  cost.narrow += LANES * weight;
  const address = op.args[0]!;
  const inWords = root.kind === 'slot' && root.space === 'private';
  if (inWords && address.uniform) cost.wide += size * weight;
  else if (size === 1 && isSequential(address)) cost.wide += 2 * weight;
  else if (size === 1) cost.wide += 9 * weight;
  else cost.wide += (LANES * 3 + 2 * size) * weight;
  // Where lanes part, each lane's store stands under a condition of its own.
  if (op.code === 'store' && parted && !inWords) cost.wide += LANES * 2 * weight;
}

/** Whether neighboring invocations access neighboring words: a guess from how the address is made. */
function isSequential(address: Op): boolean {
  return strideOf(address, 0) === 4;
}

function strideOf(op: Op, depth: number): number | null {
  if (op.uniform) return 0;
  if (depth > 12) return null;
  const [x, y] = op.args as readonly [Op?, Op?];
  if (op.code === 'input') return 1;
  if (x === undefined || y === undefined) return null;
  const left = strideOf(x, depth + 1);
  if (left === null) return null;
  const constant = y.code === 'const' ? (y.detail as readonly number[])[0]! : null;
  switch (op.code) {
    case 'add': {
      const right = strideOf(y, depth + 1);
      return right === null ? null : left + right;
    }
    case 'sub': {
      const right = strideOf(y, depth + 1);
      return right === null ? null : left - right;
    }
    case 'minU': {
      const right = strideOf(y, depth + 1);
      return right === 0 ? left : null;
    }
    case 'mul':
      return constant === null ? null : left * constant;
    case 'shl':
      return constant === null ? null : left * 2 ** constant;
    default:
      return null;
  }
}
