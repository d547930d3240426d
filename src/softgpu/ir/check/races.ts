/**
 * Checked kernels: before each load and store of memory that invocations share, a `touch` looks up what others did to
 * the same bytes. The code generator turns it into a call of a function that keeps, for each granule of memory, the last
 * write and two reads, each with invocation, epoch and place.
 *
 * Epochs count the barriers that order a memory space. Two accesses by different invocations race if one writes, and they
 * are in the same epoch of a workgroup or in two workgroups. Atomics cannot: WGSL gives their memory no other accesses.
 */

import { type Barrier, type Block, type Kernel, type Node, Op, Register, type Root, type Touched } from '../ir.ts';
import { I32 } from '../valueType.ts';
import { accessOf, blocksOf, visitOps } from '../walk.ts';
import type { SourcePlaces } from './places.ts';

/** Granules of storage buffers that are remembered at a time, a power of 2. */
export const TABLE_ENTRIES = 1 << 16;

/** The kernel with a `touch` before each access that may race. */
export function watchRaces(kernel: Kernel, places: SourcePlaces): Kernel {
  const variables = watchedVariables(kernel);
  if (variables.size === 0) return kernel;
  const epochs = { storage: new Register(I32, 'storage epoch'), workgroup: new Register(I32, 'workgroup epoch') };
  const { body } = kernel;
  watch(body, variables, epochs, places);
  // Registers outlive a workgroup.
  body.unshift(...setTo(epochs.storage, constant(1)), ...setTo(epochs.workgroup, constant(1)));
  const last = [...variables.values()].at(-1)!;
  return { ...kernel, shadowEntries: last.firstEntry + last.entries };
}

interface Variable {
  readonly number: number;
  readonly root: Root;
  readonly shift: 1 | 2;
  readonly firstEntry: number;
  readonly entries: number;
}

type Epochs = Readonly<Record<Touched['space'], Register>>;

/** Shared memory that some plain store writes. Halves of a word may belong to two invocations where it holds f16. */
function watchedVariables({ body }: Kernel): Map<Root, Variable> {
  const written = new Set<Root>();
  const halves = new Set<Root>();
  visitOps(body, (op) => {
    if (op.code !== 'load' && op.code !== 'store') return;
    const { root, format } = accessOf(op);
    if (format === 'f16') halves.add(root);
    if (op.code === 'store' && (root.kind === 'buffer' || root.space === 'workgroup')) written.add(root);
  });
  const variables = new Map<Root, Variable>();
  let firstEntry = TABLE_ENTRIES;
  for (const root of written) {
    const shift = halves.has(root) ? 1 : 2;
    const entries = root.kind === 'slot' ? Math.ceil(root.bytes / 2 ** shift) : 0;
    variables.set(root, { number: variables.size, root, shift, firstEntry, entries });
    firstEntry += entries;
  }
  return variables;
}

function watch(block: Block, variables: ReadonlyMap<Root, Variable>, epochs: Epochs, places: SourcePlaces): void {
  const nodes = block.splice(0);
  for (const node of nodes) {
    for (const inner of blocksOf(node)) watch(inner, variables, epochs, places);
    if (node.kind === 'op' && (node.code === 'load' || node.code === 'store')) {
      const variable = variables.get(accessOf(node).root);
      if (variable !== undefined && node.span !== null) append(block, touch(node, variable, epochs, places));
    }
    block.push(node);
    if (node.kind === 'barrier') append(block, nextEpochs(node, epochs));
  }
}

function append(block: Block, nodes: readonly Node[]): void {
  for (const node of nodes) block.push(node);
}

function touch(op: Op, variable: Variable, epochs: Epochs, places: SourcePlaces): Node[] {
  const { offset, format } = accessOf(op);
  const { root, number, shift, firstEntry } = variable;
  const space = root.kind === 'buffer' ? 'storage' : 'workgroup';
  const writes = op.code === 'store';
  const bytes = op.type.size * (format === 'f16' ? 2 : 4);
  const place = places.numberOf(op.span!, { variable: root.name, space, writes });
  const touched: Touched = { writes, space, variable: number, shift, offset, granules: bytes >> shift, firstEntry };
  const epoch = new Op('get', I32, [], epochs[space]);
  return [epoch, new Op('touch', I32, [op.args[0]!, epoch], { place, touched }, op.span)];
}

function nextEpochs({ orders }: Barrier, epochs: Epochs): Node[] {
  return (['storage', 'workgroup'] as const).flatMap((space) => {
    if (orders !== space && orders !== 'any') return [];
    const before = new Op('get', I32, [], epochs[space]);
    const one = constant(1);
    const after = new Op('add', I32, [before, one]);
    return [before, one, ...setTo(epochs[space], after)];
  });
}

function setTo(register: Register, value: Op): Op[] {
  return [value, new Op('set', I32, [value], register)];
}

function constant(value: number): Op {
  return new Op('const', I32, [], [value]);
}
