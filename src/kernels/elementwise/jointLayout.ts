import { packedCopy } from '../../tensor/engine/copy.ts';
import type { DType } from '../../tensor/engine/dtype.ts';
import { bytesOf } from '../../tensor/engine/dtype.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/**
 * How one loop walks several tensors that broadcast to one shape. Neighboring axes that a single stride can walk in
 * every tensor are one axis here; axis 0 is the innermost.
 */
export interface JointLayout {
  /** At least 1. */
  readonly axes: number;
  /** Extent of each axis. */
  readonly extents: readonly number[];
  /** Strides of each axis, one per tensor; 0 where a tensor repeats. */
  readonly strides: readonly (readonly number[])[];
}

/** Most axes that the kernels walk. */
export const MAX_AXES = 4;

/** The layout of tensors whose shapes broadcast to `shape`. */
export function jointLayout(shape: Shape, tensors: readonly Tensor[]): JointLayout {
  const extents: number[] = [];
  const strides: number[][] = [];
  // From the innermost axis outwards; `outermost` are the strides of the last axis found.
  let outermost: number[] = [];
  for (let d = shape.length - 1; d >= 0; d--) {
    const extent = shape[d]!;
    if (extent === 1) continue;
    const step: number[] = [];
    for (const tensor of tensors) step.push(strideAt(tensor, d - shape.length + tensor.ndim));
    const axis = extents.length - 1;
    if (axis >= 0 && continues(step, outermost, extents[axis]!)) {
      extents[axis]! *= extent;
    } else {
      extents.push(extent);
      strides.push(step);
      outermost = step;
    }
  }
  if (extents.length === 0) return { axes: 1, extents: [1], strides: [tensors.map(() => 0)] };
  return { axes: extents.length, extents, strides };
}

/** Whether one step of the outer axis is as far as the whole inner one, in every tensor. */
function continues(outer: readonly number[], inner: readonly number[], extent: number): boolean {
  for (let i = 0; i < outer.length; i++) if (outer[i] !== inner[i]! * extent) return false;
  return true;
}

function strideAt(tensor: Tensor, d: number): number {
  return d < 0 || tensor.shape[d] === 1 ? 0 : tensor.strides[d]!;
}

/** Whether all tensors have the same elements in row-major order: the common case, found without looking at axes. */
export function allDense(tensors: readonly Tensor[]): boolean {
  const { size } = tensors[0]!;
  for (const tensor of tensors) if (!tensor.isDense || tensor.size !== size) return false;
  return true;
}

/** The layout of tensors for which `allDense` holds. */
export const FLAT: JointLayout = { axes: 1, extents: [1], strides: [[1, 1, 1, 1]] };

/**
 * Which inputs repeat one element along the innermost axis, a bit each; undefined when four neighbors of the result are
 * not four neighbors, or one element, of every input. The first tensor is the result.
 */
export function splatsOf({ axes, extents, strides }: JointLayout, tensors: readonly Tensor[]): number | undefined {
  if (axes > 1 && extents[0]! % 4 !== 0) return undefined;
  let splats = 0;
  for (let i = 0; i < tensors.length; i++) {
    const step = strides[0]![i];
    if (step === 0 && i > 0) {
      splats |= 1 << (i - 1);
      continue;
    }
    if (step !== 1 && tensors[i]!.size !== 1) return undefined;
    if (tensors[i]!.offset % 4 !== 0) return undefined;
    for (let d = 1; d < axes; d++) if (strides[d]![i]! % 4 !== 0) return undefined;
  }
  return splats;
}

/** Whether the last four elements may be written at once: nothing lies behind the end of this tensor but padding. */
export function takesWholeQuads(y: Tensor): boolean {
  if (y.size % 4 === 0) return y.offset % 4 === 0;
  return y.offset === 0 && y.storage.bytes === Math.ceil((y.size * bytesOf(y.dtype as DType)) / 16) * 16;
}

/** A dense tensor of the given shape with the elements of `x` repeated: for more axes than the kernels walk. */
export function packedTo(x: Tensor, shape: Shape): Tensor {
  const strides = shape.map((_, d) => strideAt(x, d - shape.length + x.ndim));
  return packedCopy(x.view(shape, strides));
}
