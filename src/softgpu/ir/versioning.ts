/**
 * Clamps out of hot loops.
 *
 * Where the indexes of an innermost loop grow evenly and the number of rounds
 * is known as it begins, one check of the largest indexes in front of it
 * decides between a copy without clamps and the loop as it was.
 *
 * With start s, step d and at most r + 1 rounds, s + r * d <= bound as exact
 * numbers means that no round passes the bound, and that no sum wraps around:
 * `min(index, bound)` is the index. The product is exact where the leading
 * zeros of its factors are 32 together; indexes in range never fail that,
 * since they are below 2^30.
 */

import { cloneBlock } from './clone.ts';
import {
  Front,
  Induction,
  type InnermostLoop,
  innermostLoops,
  isEqual,
  isZero,
  type Linear,
  sizeOfBlock,
} from './induction.ts';
import { type Block, If, type Loop, type Node, type Op } from './ir.ts';
import { BOOL, I32, scalarBits } from './valueType.ts';
import { visitOps } from './walk.ts';

/** Larger loops are left alone: their copy would cost more than the clamps. */
const LARGEST = 400;
/** The most checks of different steps or bounds for one loop. */
const MOST_CHECKS = 6;

/** Starts of indexes that grow by the same step towards the same bound. */
interface Check {
  readonly step: Linear;
  readonly bound: Op;
  readonly starts: Linear[];
}

export function versionLoops(body: Block): void {
  for (const { loop, block, known } of innermostLoops(body)) {
    const versioned = version(loop, known);
    if (versioned !== null) block.splice(block.indexOf(loop), 1, ...versioned);
  }
}

function version(loop: Loop, known: InnermostLoop['known']): Node[] | null {
  if (sizeOfBlock(loop.body) > LARGEST) return null;
  const front = new Front(known);
  const induction = new Induction(loop, front);
  const exit = countedExit(loop, induction, front);
  if (exit === null) return null;
  const { clamps, checks } = collect(loop.body.slice(exit.position + 1), induction);
  if (clamps.size === 0 || checks.length > MOST_CHECKS) return null;
  const rounds = exit.lastRound();
  const conditions = [...exit.conditions(), ...checks.flatMap((check) => conditionsOf(check, rounds, front))];
  const [fast] = cloneBlock([loop], (op, args) => (clamps.has(op) ? args[op.args.indexOf(clamps.get(op)!)]! : null));
  const condition = conditions.reduce((all, each) => front.emit('and', BOOL, [all, each]));
  return [...front.ops, new If(condition, [fast!], [loop])];
}

interface CountedExit {
  /** Where in the loop's body the exit stands. */
  readonly position: number;
  /** The number of rounds that pass the exit, less one; of no meaning where none does. */
  readonly lastRound: () => Op;
  /** Under which it is right. */
  readonly conditions: () => Op[];
}

/** Exits that a growing counter takes: once it is not below a limit, or above it. */
const COMPARISONS: ReadonlySet<string> = new Set(['leU', 'leS', 'ltU', 'ltS']);

/** The exit in the loop's body that a counter takes once it has reached or passed a limit. */
function countedExit(loop: Loop, induction: Induction, front: Front): CountedExit | null {
  for (const [position, node] of loop.body.entries()) {
    if (node.kind !== 'if' || node.then.length !== 1 || node.otherwise.length !== 0) continue;
    const leave = node.then[0]!;
    const { code, args } = node.condition;
    if (leave.kind !== 'exit' || leave.target !== loop || !COMPARISONS.has(code)) continue;
    const [limit, counter] = args as [Op, Op];
    const form = induction.isInside(limit) ? null : induction.formOf(counter);
    if (form === null || form.step.terms.size > 0) continue;
    const step = form.step.constant;
    if (step === 0 || step > 0xffff) continue;
    // The counter stops at the limit, or one behind it.
    const behind = code === 'leU' || code === 'leS' ? 1 : 0;
    // The round that passes the limit must not pass the largest number as well.
    const largest = (code.endsWith('U') ? 0xffffffff : 0x7fffffff) - step + behind;
    const isSafe = largest === 0xffffffff || largest === 0x7fffffff;
    return {
      position,
      lastRound: () => {
        const first = front.value({ ...form.start, constant: (form.start.constant + behind) >>> 0 });
        const distance = front.emit('sub', I32, [limit, first]);
        return step === 1 ? distance : front.emit('divU', I32, [distance, front.constant(step)]);
      },
      conditions: () =>
        isSafe ? [] : [front.emit(code.endsWith('U') ? 'leU' : 'leS', BOOL, [limit, front.constant(largest)])],
    };
  }
  return null;
}

/** The clamps of growing indexes, each with the index it clamps. */
function collect(nodes: readonly Node[], induction: Induction): { clamps: Map<Op, Op>; checks: Check[] } {
  const clamps = new Map<Op, Op>();
  const checks: Check[] = [];
  visitOps([...nodes], (op) => {
    if (op.code !== 'minU' || op.type !== I32) return;
    const [x, y] = op.args as [Op, Op];
    const [index, bound] = induction.isInside(x) && scalarBits(x) === null ? [x, y] : [y, x];
    if (induction.isInside(bound) && scalarBits(bound) === null) return;
    const form = induction.formOf(index);
    if (form === null || isZero(form.step)) return;
    clamps.set(op, index);
    const known = checks.find((check) => check.bound === bound && isEqual(check.step, form.step));
    if (known === undefined) checks.push({ step: form.step, bound, starts: [form.start] });
    else if (!known.starts.some((start) => isEqual(start, form.start))) known.starts.push(form.start);
  });
  return { clamps, checks };
}

function conditionsOf({ step, bound, starts }: Check, rounds: Op, front: Front): Op[] {
  const by = front.value(step);
  const zeros = front.emit('add', I32, [front.emit('clz', I32, [rounds]), front.emit('clz', I32, [by])]);
  const exact = front.emit('leU', BOOL, [front.constant(32), zeros]);
  const way = front.emit('mul', I32, [rounds, by]);
  const fits = front.emit('leU', BOOL, [way, bound]);
  const start = starts.map((each) => front.value(each)).reduce((a, b) => front.emit('maxU', I32, [a, b]));
  return [exact, fits, front.emit('leU', BOOL, [start, front.emit('sub', I32, [bound, way])])];
}
