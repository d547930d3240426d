import { fill } from '../../tensor/engine/copy.ts';
import { DTypeError } from '../../tensor/engine/errors.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { isTensor } from '../../tensor/engine/scope.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { cast } from '../elementwise/cast.ts';

/** y[…, k, …] = x[…, index[…, k, …], …] along one axis, for any views; `y` has the shape of `index`. */
export function gatherAlong(x: Tensor, index: Tensor, y: Tensor, dim: number): void {
  gatherElements(
    { x: withoutSteps(x, index.shape, dim), index },
    { y },
    { size: index.size, extent: x.shape[dim]!, stride: x.strides[dim]! },
    { T: x.dtype },
  );
}

/** Lines up `x` with the index: the position along `dim` comes from the index instead of the loop. */
function withoutSteps(x: Tensor, shape: Shape, dim: number): Tensor {
  return x.view(shape, x.strides.with(dim, 0));
}

// A position outside the axis is moved to its nearest end: the host cannot see it, and a device must not follow it.
export const gatherElements = /* @__PURE__ */ defineKernel({
  name: 'gather.elements',
  read: { x: 'strided T', index: 'strided i32' },
  write: { y: 'strided T' },
  params: { size: 'u32', extent: 'u32', stride: 'u32' },
  constants: { T: ['f32', 'f16', 'i32', 'u32', 'bool'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    let position = u32(clamp(index[viewIndex(params.index, i)], 0, i32(params.extent) - 1));
    y[viewIndex(params.y, i)] = x[viewIndex(params.x, i) + position * params.stride];
  }
}`,
});

/**
 * target[…, index[…, k, …], …] += source[…, k, …] along one axis, in place and in the order of k.
 *
 * No atomics: an invocation owns a block of destinations on one line, reads the line's whole index and adds what falls
 * into its block. With b blocks per line the index is read b times; there is one block where lines alone keep the
 * device busy, and on a processor. The order of a sum does not depend on b: the bits are the same on every run.
 */
export function scatterAlong(target: Tensor, index: Tensor, source: Tensor, dim: number): void {
  const line = index.shape.with(dim, 1);
  const count = index.shape[dim]!;
  const lines = index.size / Math.max(count, 1);
  const extent = target.shape[dim]!;
  const busy = target.device.kind === 'cpu' ? 4 : 65_536;
  const blocks = Math.max(1, Math.min(Math.ceil(busy / Math.max(lines, 1)), extent));
  if (index.size === 0) return;
  addInOrder(
    { index: index.view(line, index.strides), source: source.view(line, source.strides) },
    { into: target.view(line, target.strides) },
    {
      jobs: lines * blocks,
      lines,
      count,
      extent,
      blockExtent: Math.ceil(extent / blocks),
      targetStride: target.strides[dim]!,
      indexStride: index.strides[dim]!,
      sourceStride: source.strides[dim]!,
    },
    { T: target.dtype as 'f32' | 'i32' | 'u32' },
  );
}

export const addInOrder = /* @__PURE__ */ defineKernel({
  name: 'scatterAdd.addInOrder',
  read: { index: 'strided i32', source: 'strided T' },
  write: { into: 'strided T' },
  params: {
    jobs: 'u32',
    lines: 'u32',
    count: 'u32',
    extent: 'u32',
    blockExtent: 'u32',
    targetStride: 'u32',
    indexStride: 'u32',
    sourceStride: 'u32',
  },
  constants: { T: ['f32', 'i32', 'u32'] },
  workgroup: 64,
  grid: ({ jobs }) => Math.ceil(jobs / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let job = linearGroup(group) * WORKGROUP + lane;
  if (job >= params.jobs) { return; }
  let line = job % params.lines;
  let first = job / params.lines * params.blockExtent;
  let base = viewIndex(params.into, line);
  var at = viewIndex(params.index, line);
  var value = viewIndex(params.source, line);
  for (var k = 0u; k < params.count; k++) {
    let position = u32(clamp(index[at], 0, i32(params.extent) - 1));
    if (position >= first && position - first < params.blockExtent) {
      into[base + position * params.targetStride] += source[value];
    }
    at += params.indexStride;
    value += params.sourceStride;
  }
}`,
});

/** The gradient of a gather: dy added up where it was read from. Sums of f16 are kept in f32 until they are complete. */
export function gradOfGather(dy: Tensor, index: Tensor, shape: Shape, dim: number): Tensor {
  const sums = dy.derive(shape, 'f32');
  fill(sums, 0);
  scatterAlong(sums, index, dy.dtype === 'f16' ? cast(dy, 'f32') : dy, dim);
  return dy.dtype === 'f16' ? cast(sums, 'f16') : sums;
}

/** The host sees the type of an index, never its values. */
export function expectIndexType(op: string, name: string, index: Tensor): void {
  if (isTensor(index) && index.dtype !== 'i32') {
    throw new DTypeError(`${op}: ${name} must be i32, got ${index.dtype}: use cast(${name}, 'i32')`);
  }
}
