/** Control flow: IR blocks as structured WebAssembly, and the loops over workgroups and invocations. */

import type { Block, Input, Invocations, Loop, Op, Scope, Switch } from '../../ir/ir.ts';
import { blocksOf } from '../../ir/walk.ts';
import type { Label } from '../functionBuilder.ts';
import type { Generator } from './generator.ts';

/** Switch values this close together become one jump through a table. */
const TABLE_SPAN = 128;

const AXIS = { x: 0, y: 1, z: 2 } as const;

/** Labels of the loops and scopes that are open. */
export type Labels = Map<Loop | Scope, Label>;

export function emitBlock(g: Generator, block: Block, labels: Labels): void {
  const { f } = g;
  for (const node of block) {
    if (node.kind === 'op') {
      g.define(node);
      continue;
    }
    switch (node.kind) {
      case 'if': {
        if (node.then.length === 0 && node.otherwise.length === 0) break;
        const negated = node.then.length === 0;
        g.push(node.condition);
        g.settleAll();
        const [only] = node.then;
        if (only?.kind === 'exit' && node.otherwise.length === 0) {
          f.brIf(labels.get(only.target)!);
          break;
        }
        if (negated) f.op('i32.eqz');
        f.if();
        arm(g, negated ? node.otherwise : node.then, labels);
        if (!negated && node.otherwise.length > 0) {
          f.else();
          arm(g, node.otherwise, labels);
        }
        f.end();
        break;
      }
      case 'scope':
        g.settleAll();
        labels.set(node, f.block());
        arm(g, node.body, labels);
        f.end();
        break;
      case 'loop': {
        g.settleAll();
        labels.set(node, f.block());
        const again = f.loop();
        arm(g, node.body, labels);
        if (node.body.at(-1)?.kind !== 'exit') f.br(again);
        f.end();
        f.end();
        break;
      }
      case 'exit':
        g.settleAll();
        f.br(labels.get(node.target)!);
        break;
      case 'switch':
        emitSwitch(g, node, labels);
        break;
      case 'invocations':
        g.settleAll();
        emitInvocations(g, node, labels);
        break;
      case 'workgroups':
        g.settleAll();
        emitWorkgroups(g, node.body, labels);
        break;
      case 'barrier':
        throw new Error('generate: a barrier is left inside a region');
    }
  }
}

function arm(g: Generator, block: Block, labels: Labels): void {
  g.open();
  emitBlock(g, block, labels);
  g.close();
}

function emitSwitch(g: Generator, { selector, cases, otherwise }: Switch, labels: Labels): void {
  const { f } = g;
  const value = g.temporary('i32');
  g.push(selector);
  f.set(value);
  g.settleAll();
  const all = cases.flatMap(({ values }) => values.map((each) => each | 0));
  const least = Math.min(...all);
  const end = f.block();
  if (all.length > 2 && Math.max(...all) - least < TABLE_SPAN) {
    // One block around another for each case; a jump out of the inner ones lands behind them.
    const fallback = f.block();
    const entries = cases.map(() => f.block()).toReversed();
    const table: Label[] = [];
    for (const [i, { values }] of cases.entries()) for (const each of values) table[(each | 0) - least] = entries[i]!;
    f.get(value);
    f.i32Const(least);
    f.op('i32.sub');
    f.brTable(
      Array.from(table, (label) => label ?? fallback),
      fallback,
    );
    for (const each of cases) {
      f.end();
      arm(g, each.body, labels);
      f.br(end);
    }
    f.end();
  } else {
    for (const each of cases) {
      for (const [i, wanted] of each.values.entries()) {
        f.get(value);
        f.i32Const(wanted | 0);
        f.op('i32.eq');
        if (i > 0) f.op('i32.or');
      }
      if (each.values.length === 0) f.i32Const(0);
      f.if();
      arm(g, each.body, labels);
      f.br(end);
      f.end();
    }
  }
  arm(g, otherwise, labels);
  f.end();
}

/** The local that counts an axis. */
export function axisLocal(g: Generator, axis: 'x' | 'y' | 'z'): number {
  return inputLocal(g, `local_id.${axis}`);
}

export function inputLocal(g: Generator, name: Input): number {
  let local = g.inputs.get(name);
  if (local === undefined) {
    local = g.f.local('i32', name);
    g.inputs.set(name, local);
  }
  return local;
}

function emitInvocations(g: Generator, { axis, body }: Invocations, labels: Labels): void {
  const { f } = g;
  if (axis === null) throw new Error('generate: invocations without an axis');
  const count = g.kernel.workgroupSize[AXIS[axis]];
  const width = axis === 'x' ? g.kernel.width : 1;
  const counter = axisLocal(g, axis);
  const innermost = !body.some((node) => node.kind === 'invocations') && axis === 'x';
  const outermost = g.axisDepth === 0;
  if (outermost && g.frame.stride > 0) g.resetFrame();
  g.axisDepth++;
  if (count <= width) {
    arm(g, body, labels);
    if (innermost) g.nextFrame();
  } else {
    f.i32Const(0);
    f.set(counter);
    const again = f.loop();
    arm(g, body, labels);
    if (innermost) g.nextFrame();
    f.get(counter);
    f.i32Const(width);
    f.op('i32.add');
    f.tee(counter);
    f.i32Const(count);
    f.op('i32.lt_u');
    f.brIf(again);
    f.end();
  }
  g.axisDepth--;
  // Code that runs once for the workgroup stands in the first invocation's place.
  if (outermost && g.frame.stride > 0) g.resetFrame();
}

/** Parameters of `run`. */
export const ARGS = 0;
export const FIRST = 2;
export const END = 3;

/** Linear indices from `first` to `end`, x fastest; index 0 lies at the z that `workgroup_id.z` begins with. */
function emitWorkgroups(g: Generator, body: Block, labels: Labels): void {
  const { f } = g;
  const size = (axis: 'x' | 'y') => f.get(inputLocal(g, `num_workgroups.${axis}`));
  const [x, y, z] = (['x', 'y', 'z'] as const).map((axis) => inputLocal(g, `workgroup_id.${axis}`)) as [
    number,
    number,
    number,
  ];
  const done = f.block();
  f.get(FIRST);
  f.get(END);
  f.op('i32.ge_u');
  f.brIf(done);
  f.get(FIRST);
  size('x');
  f.op('i32.rem_u');
  f.set(x);
  f.get(FIRST);
  size('x');
  f.op('i32.div_u');
  f.tee(y);
  size('y');
  f.op('i32.div_u');
  f.get(z);
  f.op('i32.add');
  f.set(z);
  f.get(y);
  size('y');
  f.op('i32.rem_u');
  f.set(y);
  const again = f.loop();
  arm(g, body, labels);
  step(
    g,
    x,
    () => size('x'),
    y,
    () => size('y'),
    z,
  );
  f.get(FIRST);
  f.i32Const(1);
  f.op('i32.add');
  f.tee(FIRST);
  f.get(END);
  f.op('i32.lt_u');
  f.brIf(again);
  f.end();
  f.end();
}

/** x += 1; past the end it goes back to 0 and y += 1, and so on. */
function step({ f }: Generator, x: number, sizeX: () => void, y: number, sizeY: () => void, z: number): void {
  const advance = (local: number) => {
    f.get(local);
    f.i32Const(1);
    f.op('i32.add');
    f.set(local);
  };
  const wrap = (local: number, size: () => void, next: () => void) => {
    advance(local);
    f.get(local);
    size();
    f.op('i32.eq');
    f.if();
    f.i32Const(0);
    f.set(local);
    next();
    f.end();
  };
  wrap(x, sizeX, () => wrap(y, sizeY, () => advance(z)));
}

/** How often each value is used, by instructions and by control flow. */
export function countUses(block: Block, uses = new Map<Op, number>()): Map<Op, number> {
  const use = (op: Op) => uses.set(op, (uses.get(op) ?? 0) + 1);
  for (const node of block) {
    if (node.kind === 'op') for (const arg of node.args) use(arg);
    else if (node.kind === 'if') use(node.condition);
    else if (node.kind === 'switch') use(node.selector);
    for (const inner of blocksOf(node)) countUses(inner, uses);
  }
  return uses;
}
