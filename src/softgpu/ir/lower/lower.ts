/** One entry point of a program to a kernel. */

import { sizeOf } from '../../program/layout.ts';
import type { BuiltinInput, EntryPoint, Program, Variable } from '../../program/program.ts';
import { TooManyInstructions } from '../blockBuilder.ts';
import type { SourcePlaces } from '../check/places.ts';
import { Barrier, BufferRoot, type Input, type Kernel, type Op, Slot } from '../ir.ts';
import { promote } from '../promote.ts';
import { inline } from './call.ts';
import { Context, LoweringError } from './context.ts';
import { declare } from './statement.ts';
import { slotBytes, type Value } from './value.ts';

export interface LowerOptions {
  /** The most instructions a kernel may have. */
  readonly limit?: number;
  /** Makes a checked kernel, whose places get their numbers here. */
  readonly watched?: SourcePlaces;
}

export interface Lowered {
  readonly kernel: Kernel;
  /** The variable of each buffer of the kernel. */
  readonly bindings: readonly Variable[];
}

const LIMIT = 400_000;

/** Throws a `LoweringError` for what cannot be lowered. */
export function lower(program: Program, entry: EntryPoint, options: LowerOptions = {}): Lowered {
  if (entry.workgroupSize === null) throw new LoweringError(`${entry.name}: the workgroup size has no value`, null);
  const limit = options.limit ?? LIMIT;
  const c = new Context(program, entry, entry.workgroupSize, limit);
  c.watched = options.watched ?? null;
  try {
    return lowerEntry(c);
  } catch (error) {
    if (!(error instanceof TooManyInstructions)) throw error;
    const message = `${entry.name}: more than ${limit} instructions once every call is inlined; call large functions from fewer places`;
    throw new LoweringError(message, entry.function.span);
  }
}

function lowerEntry(c: Context): Lowered {
  const { entry } = c;
  const bindings: Variable[] = [];
  const buffers: BufferRoot[] = [];
  const shared: Slot[] = [];
  for (const variable of entry.variables) {
    if (variable.space === 'storage' || variable.space === 'uniform') {
      const root = new BufferRoot(variable.name, buffers.length, variable.space, variable.access !== 'read');
      c.roots.set(variable, root);
      buffers.push(root);
      bindings.push(variable);
    } else if (variable.space === 'workgroup') {
      const slot = new Slot(variable.name, 'workgroup', slotBytes(variable.type));
      c.roots.set(variable, slot);
      shared.push(slot);
    }
  }
  zeroWorkgroupMemory(c, shared);
  for (const variable of entry.variables) if (variable.space === 'private') declare(c, variable);
  bindInputs(c);
  inline(c, entry.function);
  const kernel: Kernel = {
    name: entry.name,
    workgroupSize: c.workgroupSize,
    width: 1,
    buffers,
    slots: [...shared, ...c.slots],
    body: c.b.finish(),
  };
  promote(kernel, c.allLocals);
  return { kernel, bindings };
}

function zeroWorkgroupMemory(c: Context, slots: readonly Slot[]): void {
  if (slots.length === 0) return;
  for (const slot of slots) c.b.zeroSlot(slot);
  c.b.append(new Barrier());
}

function bindInputs(c: Context): void {
  const { parameters } = c.entry.function;
  for (const [i, parameter] of parameters.entries()) {
    const source = c.entry.inputs[i]!;
    const value: Value = typeof source === 'string' ? input(c, source) : source.map((each) => input(c, each));
    c.values.set(parameter, value);
  }
}

const AXES = ['x', 'y', 'z'] as const;

function input(c: Context, name: BuiltinInput): Op {
  const { b } = c;
  switch (name) {
    case 'workgroup_id':
      return b.build(AXES.map((_, axis) => workgroupId(c, axis)));
    case 'num_workgroups':
      return b.build(AXES.map((_, axis) => workgroupCount(c, axis)));
    case 'local_invocation_id':
      return b.build(AXES.map((_, axis) => localId(c, axis)));
    case 'local_invocation_index':
      return localIndex(c);
    case 'global_invocation_id':
      return b.build(AXES.map((_, axis) => globalId(c, axis)));
    case 'workgroup_index':
      return b.atEntry(() => workgroupIndex(c));
    case 'global_invocation_index':
      return b.atEntry(() => {
        const size = c.workgroupSize[0] * c.workgroupSize[1] * c.workgroupSize[2];
        return b.add(b.mul(workgroupIndex(c), b.i32(size)), localIndex(c));
      });
    case 'subgroup_size':
    case 'subgroup_invocation_id':
    case 'num_subgroups':
    case 'subgroup_id':
      throw new LoweringError(`${name}: subgroups are not supported`, c.entry.function.span);
  }
}

function bounded(c: Context, name: Input, high: number): Op {
  const op = c.b.input(name);
  c.b.ranges.set(op, { low: 0, high });
  return op;
}

// The limit maxComputeWorkgroupsPerDimension.
const MOST_WORKGROUPS = 65_535;

function workgroupId(c: Context, axis: number): Op {
  return bounded(c, `workgroup_id.${AXES[axis]!}`, MOST_WORKGROUPS - 1);
}

function workgroupCount(c: Context, axis: number): Op {
  return bounded(c, `num_workgroups.${AXES[axis]!}`, MOST_WORKGROUPS);
}

function localId(c: Context, axis: number): Op {
  const size = c.workgroupSize[axis]!;
  return size === 1 ? c.b.i32(0) : bounded(c, `local_id.${AXES[axis]!}`, size - 1);
}

function localIndex(c: Context): Op {
  const [x, y, z] = c.workgroupSize;
  if (y === 1 && z === 1) return localId(c, 0);
  return bounded(c, 'local_index', x * y * z - 1);
}

function globalId(c: Context, axis: number): Op {
  return c.b.atEntry(() => {
    const first = c.b.mul(workgroupId(c, axis), c.b.i32(c.workgroupSize[axis]!));
    return c.b.add(first, localId(c, axis));
  });
}

function workgroupIndex(c: Context): Op {
  const { b } = c;
  const row = b.add(b.mul(workgroupId(c, 2), workgroupCount(c, 1)), workgroupId(c, 1));
  return b.add(b.mul(row, workgroupCount(c, 0)), workgroupId(c, 0));
}

/** The least bytes a buffer must have for the variable. */
export function bindingBytes(variable: Variable): number {
  return sizeOf(variable.type);
}
