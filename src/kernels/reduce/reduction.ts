import { resolveDim, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** One axis, several, or null for all. */
export type Dims = number | readonly number[] | null;

export interface ReduceOptions {
  /** Leaves each reduced axis in place with extent 1. */
  readonly keepdim?: boolean;
}

/** The attributes of a reduction, checked. */
export interface Reduction {
  /** Ascending, from the start. */
  readonly dims: readonly number[];
  readonly keepdim: boolean;
}

/** Which axes to reduce, as an argument of its own or among the options. */
export interface DimOptions extends ReduceOptions {
  readonly dim?: Dims;
}

/**
 * The attributes of a call that names its axes either way: `sum(x, 1, { keepdim: true })` or `sum(x, { dim: 1, keepdim:
 * true })`.
 */
export function reductionOf<O extends DimOptions>(
  op: string,
  x: Tensor,
  dim: Dims | O | undefined,
  options: Omit<O, 'dim'> | undefined,
): Reduction & { readonly given: Omit<O, 'dim'> } {
  const named = typeof dim === 'object' && dim !== null && !Array.isArray(dim) ? (dim as O) : undefined;
  const given = named ?? options ?? ({} as Omit<O, 'dim'>);
  const axes = named ? (named.dim ?? null) : ((dim as Dims | undefined) ?? null);
  return { dims: resolveDims(op, axes, x.ndim), keepdim: given.keepdim ?? false, given };
}

/** The axis of a call that names it either way: `softmax(x, 1)` or `softmax(x, { dim: 1 })`. */
export function dimOf(op: string, x: Tensor, dim: number | { readonly dim: number }): number {
  return resolveDim(op, typeof dim === 'number' ? dim : dim.dim, x.ndim);
}

/** The axes as ascending numbers from the start. Throws RangeError for one outside the tensor or named twice. */
export function resolveDims(op: string, dim: Dims, rank: number): number[] {
  if (dim === null) return Array.from({ length: rank }, (_, d) => d);
  const dims = (typeof dim === 'number' ? [dim] : dim).map((d) => resolveDim(op, d, rank));
  if (new Set(dims).size !== dims.length) throw new RangeError(`${op}: dim names an axis twice: [${String(dim)}]`);
  return dims.sort((a, b) => a - b);
}

export function reducedShape(shape: Shape, dims: readonly number[], keepdim: boolean): number[] {
  return keepdim
    ? shape.map((extent, d) => (dims.includes(d) ? 1 : extent))
    : shape.filter((_, d) => !dims.includes(d));
}

/** A view in the shape before the reduction that repeats each result along the axes it came from. */
export function repeated(y: Tensor, shape: Shape, { dims, keepdim }: Reduction): Tensor {
  let next = 0;
  const strides = shape.map((_, d) => {
    if (!dims.includes(d)) return y.strides[next++]!;
    if (keepdim) next++;
    return 0;
  });
  return y.view(shape, strides);
}

/** How many elements each result comes from. */
export function countOf(shape: Shape, dims: readonly number[]): number {
  return dims.reduce((product, d) => product * shape[d]!, 1);
}
