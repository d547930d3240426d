import { ShapeError } from '../../tensor/engine/errors.ts';
import { formatShape, type Shape, sizeOf } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type Lanes, lanesFor } from '../reduce/lanes.ts';

/**
 * How a kernel reads rows: V is what one step reads, computed with in f32, and E the same as it is stored. `total` sums
 * the elements of a V.
 */
export interface RowPacking {
  /** Buffer type of elements, and of elements that are always f32. */
  readonly element: 'T' | 'vec4T';
  readonly plain: 'f32' | 'vec4f';
  /** Behind the names of kernels. */
  readonly suffix: '' | '4';
  /** V and total. */
  readonly vector: string;
  /** V, total and E. */
  readonly wgsl: string;
}

const ONE = 'alias V = f32; fn total(v: V) -> f32 { return v; }';
const FOUR = 'alias V = vec4f; fn total(v: V) -> f32 { return (v.x + v.y) + (v.z + v.w); }';

/** The same kernel over both packings. */
export interface PackedKernel<K> {
  readonly one: K;
  readonly four: K;
}

/* @__NO_SIDE_EFFECTS__ */
export function packed<K>(make: (packing: RowPacking) => K): PackedKernel<K> {
  return {
    one: make({ element: 'T', plain: 'f32', suffix: '', vector: ONE, wgsl: `${ONE}\nalias E = T;` }),
    four: make({ element: 'vec4T', plain: 'vec4f', suffix: '4', vector: FOUR, wgsl: `${FOUR}\nalias E = vec4<T>;` }),
  };
}

export interface RowPlan {
  readonly packing: 'one' | 'four';
  readonly lanes: Lanes;
  readonly rows: number;
  /** Steps per row. */
  readonly cols: number;
}

/** Rows are the last axis; every axis before it counts them. */
export function planRows(x: Tensor, kernel: string): RowPlan {
  const length = x.shape[x.ndim - 1]!;
  const rows = length === 0 ? 0 : x.size / length;
  const packing = length % 4 === 0 ? 'four' : 'one';
  const cols = packing === 'four' ? length / 4 : length;
  return { packing, rows, cols, lanes: lanesFor(x.device, kernel, cols) };
}

/** The length of the last axis. Throws ShapeError for a tensor without axes. */
export function lastExtent(op: string, shape: Shape): number {
  const extent = shape[shape.length - 1];
  if (extent === undefined) {
    throw new ShapeError(`${op}: x must be [..., features] with at least one axis, got ${formatShape(shape)}`);
  }
  return extent;
}

/** All axes but the last as one: the rows over which weight gradients are summed. */
export function asMatrix(x: Tensor): Tensor {
  const length = x.shape[x.ndim - 1]!;
  return x.view([length === 0 ? 0 : sizeOf(x.shape) / length, length]);
}
