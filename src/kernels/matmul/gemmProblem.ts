import { packedCopy } from '../../tensor/engine/copy.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Groups } from './gemmGroups.ts';

/** An operand: where its first element lies, and the steps in elements to the next row, column, and batch element. */
export interface Matrix {
  readonly tensor: Tensor;
  readonly offset: number;
  readonly row: number;
  readonly col: number;
  /** Strides along the problem's batch axes; 0 repeats. */
  readonly batch: readonly number[];
}

/** y [m, n] = a [m, k] · b [k, n] (+ bias [m, n]) for each element of the batch axes. */
export interface Problem {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Extents of the batch axes, the outermost first. */
  readonly batch: readonly number[];
  readonly a: Matrix;
  readonly b: Matrix;
  readonly y: Matrix;
  readonly bias: Matrix | null;
  /** Sizes and places that differ per product; without batch axes then. */
  readonly groups: Groups | null;
}

/** Reads the problem off views a [...batch, m, k], b [...batch, k, n], y [...batch, m, n] and bias, as y. */
export function problemOf(a: Tensor, b: Tensor, y: Tensor, bias: Tensor | null): Problem {
  const rank = y.ndim;
  const problem = {
    m: y.shape[rank - 2]!,
    n: y.shape[rank - 1]!,
    k: a.shape[rank - 1]!,
    batch: y.shape.slice(0, -2),
    a: matrixOf(a),
    b: matrixOf(b),
    y: matrixOf(y),
    bias: bias && matrixOf(bias),
    groups: null,
  };
  const simple = foldRows(mergeAxes(problem));
  if (simple.batch.length <= MAX_BATCH_AXES) return simple;
  // Dense operands of one batch shape merge into one axis.
  return problemOf(packedCopy(a), packedCopy(b), y, bias && packedCopy(bias));
}

const MAX_BATCH_AXES = 4;

function matrixOf(x: Tensor): Matrix {
  return {
    tensor: x,
    offset: x.offset,
    row: x.strides[x.ndim - 2]!,
    col: x.strides[x.ndim - 1]!,
    batch: x.strides.slice(0, -2),
  };
}

/** Drops batch axes of extent 1, and makes one of neighbors that a single stride walks in every operand. */
function mergeAxes(problem: Problem): Problem {
  if (problem.batch.length === 0) return problem;
  const operands = [problem.a, problem.b, problem.y, ...(problem.bias ? [problem.bias] : [])];
  const batch: number[] = [];
  const strides: number[][] = operands.map(() => []);
  problem.batch.forEach((extent, d) => {
    if (extent === 1) return;
    const last = batch.length - 1;
    if (last >= 0 && operands.every(({ batch: own }, o) => strides[o]![last] === own[d]! * extent)) {
      batch[last]! *= extent;
      operands.forEach(({ batch: own }, o) => {
        strides[o]![last] = own[d]!;
      });
    } else {
      batch.push(extent);
      operands.forEach(({ batch: own }, o) => {
        strides[o]!.push(own[d]!);
      });
    }
  });
  const [a, b, y, bias = null] = operands.map((operand, o) => ({ ...operand, batch: strides[o]! }));
  return { ...problem, batch, a: a!, b: b!, y: y!, bias };
}

/** Where b is the same for the innermost batch axis and the rows of a and y run on, the axis is more rows. */
function foldRows(problem: Problem): Problem {
  const { batch, m, a, b, y, bias } = problem;
  const d = batch.length - 1;
  if (d < 0 || b.batch[d] !== 0 || a.batch[d] !== a.row * m || y.batch[d] !== y.row * m) return problem;
  if (bias && bias.batch[d] !== bias.row * m) return problem;
  const without = (matrix: Matrix) => ({ ...matrix, batch: matrix.batch.slice(0, d) });
  return foldRows({
    ...problem,
    m: m * batch[d]!,
    batch: batch.slice(0, d),
    a: without(a),
    b: without(b),
    y: without(y),
    bias: bias && without(bias),
  });
}

/** The same product with everything turned: yᵀ = bᵀ · aᵀ. */
export function transposed(problem: Problem): Problem {
  const { m, n, a, b, y, bias } = problem;
  return { ...problem, m: n, n: m, a: turned(b), b: turned(a), y: turned(y), bias: bias && turned(bias) };
}

function turned(matrix: Matrix): Matrix {
  return { ...matrix, row: matrix.col, col: matrix.row };
}

export function batchSize({ batch }: Problem): number {
  return batch.reduce((product, extent) => product * extent, 1);
}

/** Whether `a` can be read as vec4 along k, along its rows, or only element by element. */
export function directionOfA({ a, m, k, groups }: Problem): 'k' | 'rows' | null {
  if (!aligned(a) || groups?.list.some((group) => group.a % 4 !== 0)) return null;
  const depths = groups ? groups.list.map((group) => group.k ?? k) : [k];
  if (a.col === 1 && stepsAligned(a.row, m) && depths.every((depth) => depth % 4 === 0)) return 'k';
  return a.row === 1 && stepsAligned(a.col, k) ? 'rows' : null;
}

/** Whether `b` can be read as vec4 along its columns, along k, or only element by element. */
export function directionOfB({ b, n, k, groups }: Problem): 'k' | 'columns' | null {
  if (!aligned(b) || groups?.list.some((group) => group.b % 4 !== 0)) return null;
  const steps = groups ? groups.list : [{ bRow: b.row, bCol: b.col }];
  const depths = groups ? groups.list.map((group) => group.k ?? k) : [k];
  if (steps.every(({ bRow, bCol }) => bCol === 1 && stepsAligned(bRow, k))) return 'columns';
  const alongK = steps.every(({ bRow, bCol }) => bRow === 1 && stepsAligned(bCol, n));
  return alongK && depths.every((depth) => depth % 4 === 0) ? 'k' : null;
}

/** Whether results can be written as whole vec4 along their columns. */
export function vectorResult({ y, m, n, groups }: Problem): boolean {
  if (!aligned(y)) return false;
  if (groups === null) return y.col === 1 && n % 4 === 0 && stepsAligned(y.row, m);
  return groups.list.every(
    (group) => group.y % 4 === 0 && group.yCol === 1 && (group.n ?? n) % 4 === 0 && stepsAligned(group.yRow, m),
  );
}

function aligned({ offset, batch }: Matrix): boolean {
  return offset % 4 === 0 && batch.every((stride) => stride % 4 === 0);
}

/** A step that is never taken may have any length. */
function stepsAligned(stride: number, count: number): boolean {
  return stride % 4 === 0 || count <= 1;
}
