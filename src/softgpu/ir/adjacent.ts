/**
 * Four stores of words that lie side by side become one store of a vector:
 * where their indexes are clamped, behind a check that the clamps change
 * nothing.
 */

import { type Access, type Block, If, type Node, Op } from './ir.ts';
import { BOOL, I32, scalarBits, valueType } from './valueType.ts';
import { accessOf, blocksOf, hasEffect } from './walk.ts';

/** A store of a word at `(index + distance) * 4 + offset` bytes, the index at most `bound`. */
interface WordStore {
  readonly op: Op;
  readonly index: Op;
  readonly distance: number;
  /** Null where it is in range anyhow. */
  readonly bound: Op | null;
}

export function mergeStores(block: Block): void {
  const out: Node[] = [];
  let run: WordStore[] = [];
  /** Where the run's first store stands. */
  let start = 0;
  for (const node of block) {
    out.push(node);
    if (node.kind !== 'op') {
      for (const inner of blocksOf(node)) mergeStores(inner);
      run = [];
      continue;
    }
    const store = wordStore(node);
    if (store !== null) {
      if (run.length === 0 || !isNext(run, store)) [run, start] = [[], out.length - 1];
      run.push(store);
    } else if (run.length > 0 && disturbs(node, run[0]!)) run = [];
    if (run.length < 4) continue;
    const stores = new Set<Node>(run.map(({ op }) => op));
    for (const each of out.splice(start)) if (!stores.has(each)) out.push(each);
    out.push(...merge(run));
    run = [];
  }
  for (const [at, node] of out.entries()) block[at] = node;
  block.length = out.length;
}

function wordStore(op: Op): WordStore | null {
  if (op.code !== 'store' || op.args[1]!.type.size !== 1) return null;
  const { format, absolute } = accessOf(op);
  const [address] = op.args as [Op];
  if (absolute || (format !== 'f32' && format !== 'i32')) return null;
  if (address.code !== 'shl' || scalarBits(address.args[1]!) !== 2) return null;
  const [element] = address.args as [Op];
  const clamped = element.code === 'minU';
  const whole = clamped ? element.args[0]! : element;
  const added = whole.code === 'add' ? scalarBits(whole.args[1]!) : null;
  const bound = clamped ? element.args[1]! : null;
  return { op, index: added === null ? whole : whole.args[0]!, distance: added ?? 0, bound };
}

function isNext(run: readonly WordStore[], { op, index, distance, bound }: WordStore): boolean {
  const [first] = run as [WordStore];
  const [a, b] = [accessOf(first.op), accessOf(op)];
  const isSamePlace = a.root === b.root && a.offset === b.offset && first.bound === bound && first.index === index;
  return isSamePlace && distance === first.distance + run.length && op.args[1]!.type === first.op.args[1]!.type;
}

/** Whether stores may not move behind the instruction. */
function disturbs(node: Op, { op }: WordStore): boolean {
  if (node.code === 'set') return false;
  if (hasEffect(node) || node.code === 'load') return accessOf(node).root === accessOf(op).root;
  return false;
}

function merge(run: readonly WordStore[]): Node[] {
  const [{ op, index, distance, bound }] = run as [WordStore];
  const out: Node[] = [];
  const emit = (code: Op['code'], type: Op['type'], args: readonly Op[], detail: Op['detail'] = null): Op => {
    const made = new Op(code, type, args, detail, op.span);
    out.push(made);
    return made;
  };
  const number = (value: number) => emit('const', I32, [], [value]);
  const values = run.map((each) => each.op.args[1]!);
  const vector = wholeOf(values) ?? emit('build', valueType(values[0]!.type.lane, 4), values);
  const first = distance === 0 ? index : emit('add', I32, [index, number(distance)]);
  const address = emit('shl', I32, [first, number(2)]);
  const whole = new Op('store', vector.type, [address, vector], accessOf(op) as Access, op.span);
  if (bound === null) return [...out, whole];
  // first + 3 <= bound, without a sum that could wrap around.
  const isLong = emit('leU', BOOL, [number(3), bound]);
  const isBelow = emit('leU', BOOL, [first, emit('sub', I32, [bound, number(3)])]);
  const fits = emit('and', BOOL, [isLong, isBelow]);
  return [
    ...out,
    new If(
      fits,
      [whole],
      run.map((each) => each.op),
    ),
  ];
}

/** The vector whose components the values are, in order. */
function wholeOf(values: readonly Op[]): Op | null {
  const [vector] = values[0]!.args;
  const isComponent = (op: Op, lane: number) =>
    op.code === 'extract' && op.args[0] === vector && (op.detail as readonly number[])[0] === lane;
  return vector?.type.size === 4 && values.every(isComponent) ? vector : null;
}
