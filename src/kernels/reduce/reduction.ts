import { resolveDim, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** One axis, several, or null for all. */
export type Dims = number | readonly number[] | null;

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

/** A view with the reduced axes last: row-major index = row · cols + column. */
export function rowsLast(x: Tensor, dims: readonly number[]): { view: Tensor; rows: number; cols: number } {
  const order = [...x.shape.keys()].filter((d) => !dims.includes(d)).concat(dims);
  const view = x.view(
    order.map((d) => x.shape[d]!),
    order.map((d) => x.strides[d]!),
  );
  const cols = dims.reduce((product, d) => product * x.shape[d]!, 1);
  const rows = x.shape.reduce((product, extent, d) => (dims.includes(d) ? product : product * extent), 1);
  return { view, rows, cols };
}
