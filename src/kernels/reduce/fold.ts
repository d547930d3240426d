import { classOf } from '../../tensor/engine/device/deviceClass.ts';
import type { DType } from '../../tensor/engine/dtype.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type ColumnKernel, columnKernel, MOST_COLUMNS } from './columnKernel.ts';
import {
  COLUMN4,
  type FoldKernel,
  foldKernel,
  JOIN_PAIRS,
  PAIR,
  PAIR_ROW4,
  type Packing,
  ROW4,
  SCALAR,
} from './foldKernel.ts';
import { planFold } from './planFold.ts';
import { inQuads, type Rows, rowsOf, strideOf, walkable } from './rows.ts';

/** A reduction whose accumulator is one number; expressions are WGSL over numbers or vectors. */
export interface FoldRow {
  /** The operation, or one of its steps. */
  readonly name: string;
  /** The accumulator of nothing. */
  readonly start: number;
  /** With `acc`, the element `x`, that of the second input `z`, and the scalars of the third from `s[at]` on. */
  readonly take: string;
  /** Of two accumulators `a` and `b`. */
  readonly join: string;
  /** Functions that the expressions call. */
  readonly functions?: string;
}

/** A reduction whose accumulator is a pair; expressions are WGSL over the types of its packing. */
export interface PairRow extends FoldRow {
  /** The pair of nothing. */
  readonly startPair: string;
  readonly packing: Packing;
  /** Packing of the kernel that joins partial results. */
  readonly joining: Packing;
}

/** Two sums in one pass; expressions are WGSL over numbers or vectors, as in `FoldRow.take`. */
export interface PairSumRow {
  readonly name: string;
  readonly first: string;
  readonly second: string;
}

export interface Fold {
  readonly rows: FoldKernel;
  /** Kernels for wider steps, where there are any. */
  readonly rows4: FoldKernel | null;
  readonly columns4: FoldKernel | null;
  /** `columns4` for softgpu. */
  readonly columnBlocks?: ColumnKernel;
  /** Joins partial results; null where the reduction itself does. */
  readonly next: Fold | null;
  readonly start: number;
  /** Element type of the accumulators, and how many of them make one. */
  readonly dtype: 'f32' | 'u32';
  readonly width: 1 | 2;
}

/** A fold to pairs, with the kernel that joins them. */
export interface PairFold extends Fold {
  readonly join: FoldKernel;
}

/** The kernels of one reduction. `next` joins its partial results, unless the reduction itself does. */
/* @__NO_SIDE_EFFECTS__ */
export function defineFold({ name, start, take, join, functions = '' }: FoldRow, next: Fold | null = null): Fold {
  const body = `${functions}
fn start() -> A { return A(params.start); }
fn take(acc: A, x: V, z: V, k: u32, at: u32) -> A { return ${take}; }
fn merge(a: A, b: A) -> A { return ${join}; }
fn join(a: R, b: R) -> R { return ${join}; }
fn finish(result: R, scale: f32) -> R { return result * scale; }`;
  return {
    rows: foldKernel(stepName(name, 'rows'), SCALAR, body),
    rows4: foldKernel(stepName(name, 'rows4'), ROW4, body),
    columns4: foldKernel(stepName(name, 'columns4'), COLUMN4, body),
    columnBlocks: columnKernel(stepName(name, 'columnBlocks'), body),
    next,
    start,
    dtype: 'f32',
    width: 1,
  };
}

/** The kernels of a reduction to pairs, of which another kernel makes results. */
/* @__NO_SIDE_EFFECTS__ */
export function definePairFold({ name, packing, joining, start, startPair, take, join, functions }: PairRow): PairFold {
  const merging = `${functions ?? ''}
fn start() -> A { return ${startPair}; }
fn merge(a: A, b: A) -> A { return ${join}; }`;
  const joined = foldKernel(stepName(name, 'join'), joining, pairFunctions(merging, join, 'merge(acc, x)'));
  const dtype = packing.y === 'vec2u' ? 'u32' : 'f32';
  const kind = { rows4: null, columns4: null, start, dtype, width: 2 } as const;
  const rows = foldKernel(stepName(name, 'rows'), packing, pairFunctions(merging, join, take));
  return { ...kind, rows, join: joined, next: { ...kind, rows: joined, next: null } };
}

/* @__NO_SIDE_EFFECTS__ */
export function definePairSums({ name, first, second }: PairSumRow): PairFold {
  const merging = 'fn start() -> A { return A(); }\nfn merge(a: A, b: A) -> A { return a + b; }';
  const functions = pairFunctions(merging, 'a + b', `acc + pair(${first}, ${second})`);
  const joined = foldKernel(stepName(name, 'join'), JOIN_PAIRS, pairFunctions(merging, 'a + b', 'acc + x'));
  const kind = { columns4: null, start: 0, dtype: 'f32', width: 2 } as const;
  return {
    ...kind,
    rows: foldKernel(stepName(name, 'rows'), PAIR, functions),
    rows4: foldKernel(stepName(name, 'rows4'), PAIR_ROW4, functions),
    join: joined,
    next: { ...kind, rows: joined, rows4: null, next: null },
  };
}

function pairFunctions(merging: string, join: string, take: string): string {
  return `${merging}
fn take(acc: A, x: V, z: V, k: u32, at: u32) -> A { return ${take}; }
fn join(a: R, b: R) -> R { return ${join}; }
fn finish(result: R, scale: f32) -> R { return result; }`;
}

/** sum → sum.rows, film.gradGamma → film.gradGammaRows */
function stepName(name: string, step: string): string {
  return name.includes('.') ? `${name}${step[0]!.toUpperCase()}${step.slice(1)}` : `${name}.${step}`;
}

export interface FoldCall {
  readonly x: Tensor;
  /** A second input of the same shape and dtype. */
  readonly z?: Tensor | null;
  /** A third of the same shape: views of f32 numbers with any strides, 0 for those that repeat. */
  readonly s?: Tensor | null;
  /** The axes to reduce, ascending. */
  readonly dims: readonly number[];
  /** Multiplies the result. */
  readonly scale?: number;
}

/**
 * Folds the axes `dims` of a view of any strides into a dense tensor of the other axes, f32; pairs are a last axis of
 * two. Axes that no single stride can walk are folded one after another, and long rows in two stages.
 */
export function fold(kind: Fold, call: FoldCall): Tensor {
  const y = foldGroups(kind, call);
  return kind.width === 1 ? y : y.view([...y.shape, 2]);
}

/** Shapes and strides of pairs count pairs here. */
function foldGroups(kind: Fold, { x, z = null, s = null, dims, scale = 1 }: FoldCall): Tensor {
  const groups = walkable(
    [x, z, s].filter((input) => input !== null),
    dims,
  );
  if (groups.length === 1) return foldWalkable(kind, { x, z, s, dims, scale });
  const extent = (group: readonly number[]) => group.reduce((product, d) => product * x.shape[d]!, 1);
  const longest = groups.reduce((a, b) => (extent(b) > extent(a) ? b : a));
  const y = foldWalkable(kind, { x, z, s, dims: longest });
  const left = groups.filter((group) => group !== longest).flat();
  const moved = left.map((d) => d - longest.filter((gone) => gone < d).length).sort((a, b) => a - b);
  return foldGroups(kind.next ?? kind, { x: y, dims: moved, scale });
}

function foldWalkable(kind: Fold, { x, z, s, dims, scale = 1 }: FoldCall): Tensor {
  const { dtype } = kind;
  const xs = rowsOf(x, dims);
  const zs = z ? rowsOf(z, dims) : null;
  const ss = s ? rowsOf(s, dims) : null;
  const widest = strideOf(zs ? [xs, zs] : [xs], ss ? [ss] : []);
  const stride = kind[widest] ? widest : 'rows';
  const kernel = kind[stride] ?? kind.rows;
  const width = stride === 'columns4' && kind.columnBlocks ? blockOf(xs) : 1;
  const { lanes, rows, cols, chunk, chunks } = planFold(x, kernel.kernelName, {
    rows: (stride === 'columns4' ? xs.rows / 4 : xs.rows) / width,
    cols: stride === 'rows4' ? xs.cols / 4 : xs.cols,
    contiguous: xs.step === 1,
  });
  const inUnits = (step = 0) => (stride === 'columns4' ? step / 4 : step);
  const single = chunks === 1;
  const shape = single ? xs.view.shape : [chunks, xs.rows];
  const y = x.derive([...shape, kind.width], dtype).view(shape);
  const inputs = { x: inQuads(xs, stride), z: zs && inQuads(zs, stride), s: ss && inQuads(ss, 'rows') };
  const params = {
    rows: rows * width,
    cols,
    chunk,
    chunks,
    xStep: inUnits(xs.step),
    zStep: inUnits(zs?.step),
    sStep: ss?.step ?? 0,
    start: kind.start,
    scale: single ? scale : 1,
  };
  const T = x.dtype === 'f16' ? 'f16' : 'f32';
  if (width > 1) kind.columnBlocks!(inputs, { y }, { ...params, width }, { T });
  else kernel(inputs, { y }, params, { T, LANES: lanes });
  return single ? y : foldWalkable(kind.next ?? kind, { x: y, dims: [0], scale }).view(xs.view.shape);
}

/** How many vectors of columns softgpu folds together: a divisor of the innermost extent; 1 for other devices. */
function blockOf({ view }: Rows): number {
  if (classOf(view.device) !== 'softgpu') return 1;
  const extent = (view.shape.findLast((each) => each !== 1) ?? 4) / 4;
  let width = Math.min(extent, MOST_COLUMNS);
  while (extent % width !== 0) width--;
  return width;
}

/** A fold's result in the dtype and shape of the operation's result. */
export function result(folded: Tensor, shape: Shape, dtype: DType): Tensor {
  if (dtype === 'f32') return folded.view(shape);
  const y = folded.derive(shape, dtype);
  narrow({ x: folded }, { y }, { size: y.size });
  return y;
}

export const narrow = /* @__PURE__ */ defineKernel({
  name: 'fold.narrow',
  read: { x: 'f32' },
  write: { y: 'f16' },
  params: { size: 'u32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    y[i] = f16(x[i]);
  }
}`,
});
