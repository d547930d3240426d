import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import { sizeOf } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/**
 * The rows of a tensor, its last axis, as runs of vec4 chunks. Kernels that hold a row in registers read it this way
 * through the strides of all other axes; what is not aligned to 16 bytes is packed first, padded with zeros.
 */
export interface Rows {
  /** One element per row, strides and offset in chunks: viewIndex(row) is the row's first chunk. */
  readonly first: Tensor;
  readonly chunks: number;
  /** Chunks from a row to the next one along the last axis of `first`. */
  readonly step: number;
}

export function chunksOf(extent: number): number {
  return Math.ceil(extent / 4);
}

/** Rows of `x`, in place where they are aligned. */
export function rowsOf(x: Tensor): Rows {
  const extent = x.shape[x.ndim - 1]!;
  if (isAligned(x)) return aligned(x, extent / 4);
  const chunks = chunksOf(extent);
  const packed = x.derive([...x.shape.slice(0, -1), chunks * 4]);
  packRows({ x }, { y: packed }, { size: packed.size, extent, padded: chunks * 4 });
  return aligned(packed, chunks);
}

/** Whether each row of `x` starts at a multiple of 16 bytes and runs on without gaps. */
export function isAligned({ shape, strides, offset }: Pick<Tensor, 'shape' | 'strides' | 'offset'>): boolean {
  const last = shape.length - 1;
  if (shape[last]! % 4 !== 0 || offset % 4 !== 0) return false;
  if (shape[last] !== 1 && strides[last] !== 1) return false;
  for (let d = 0; d < last; d++) if (shape[d] !== 1 && strides[d]! % 4 !== 0) return false;
  return true;
}

/**
 * A new tensor of this shape with its rows to write into; where the last axis is no multiple of 4 it is a view of padded
 * rows. Rows lie in memory in the order of the rows of `model`, if it has the same: heads that were split off by a
 * permute join again without a copy.
 */
export function newRows(model: Tensor, shape: Shape): { y: Tensor; rows: Rows } {
  const last = shape.length - 1;
  const chunks = chunksOf(shape[last]!);
  const axes = [...shape.keys()].slice(0, -1);
  const follows =
    model.ndim === shape.length && axes.every((d) => model.shape[d] === shape[d] && model.strides[d] !== 0);
  const order = follows ? axes.sort((a, b) => model.strides[b]! - model.strides[a]!) : axes;
  const strides = new Array<number>(shape.length).fill(1);
  let stride = 4 * chunks;
  for (const d of order.toReversed()) {
    strides[d] = stride;
    stride *= shape[d]!;
  }
  const padded = model.derive([stride]);
  return { y: padded.view(shape, strides), rows: aligned(padded.view(shape.with(last, 4 * chunks), strides), chunks) };
}

/** The same rows with extents of 1 repeated so that all axes before the row fit `shape`. */
export function expandRows({ first, chunks }: Rows, shape: Shape): Rows {
  const lead = shape.length - first.ndim;
  const strides = shape.map((extent, d) =>
    d < lead || first.shape[d - lead] !== extent ? 0 : first.strides[d - lead]!,
  );
  return rowsAt(first.view(shape, strides, first.offset), chunks);
}

/** The rows behind a view of their first chunks. */
export function rowsAt(first: Tensor, chunks: number): Rows {
  return { first, chunks, step: first.strides[first.ndim - 1] ?? 0 };
}

function aligned(x: Tensor, chunks: number): Rows {
  const shape = x.shape.slice(0, -1);
  const strides = shape.map((extent, d) => (extent === 1 ? 0 : x.strides[d]! / 4));
  return rowsAt(x.view(shape, strides, x.offset / 4), chunks);
}

/** Copies `x` into a view of the same shape. */
export function copyInto(x: Tensor, y: Tensor): void {
  placeElements({ x }, { y }, { size: sizeOf(x.shape) });
}

export const packRows = /* @__PURE__ */ defineKernel({
  name: 'attention.packRows',
  read: { x: 'strided f32' },
  write: { y: 'f32' },
  params: { size: 'u32', extent: 'u32', padded: 'u32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let column = i % params.padded;
  var value = 0.0;
  if (column < params.extent) {
    value = x[viewIndex(params.x, (i / params.padded) * params.extent + column)];
  }
  y[i] = value;
}`,
});

export const placeElements = /* @__PURE__ */ defineKernel({
  name: 'attention.placeElements',
  read: { x: 'strided f32' },
  write: { y: 'strided f32' },
  params: { size: 'u32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    y[viewIndex(params.y, i)] = x[viewIndex(params.x, i)];
  }
}`,
});
