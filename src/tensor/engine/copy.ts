import type { Tensor } from '../tensor.ts';
import { bytesOf } from './dtype.ts';
import { defineKernel } from './kernel.ts';

const ALIGNMENT = 256; // minStorageBufferOffsetAlignment on every device

/** The tensor itself where kernels can bind it as a plain array, else a packed copy. */
export function dense(x: Tensor): Tensor {
  if (x.isDense && (x.offset * bytesOf(x.dtype)) % ALIGNMENT === 0) return x;
  return packedCopy(x);
}

/** A new row-major tensor with the elements of `x`. */
export function packedCopy(x: Tensor): Tensor {
  const y = x.derive(x.shape);
  copyStrided({ x }, { y }, { size: x.size }, { T: x.dtype });
  return y;
}

/** target += x, in place; shapes are equal and `target` is dense. Sums gradients. */
export function accumulate(target: Tensor, x: Tensor): void {
  accumulateStrided({ x }, { y: target }, { size: x.size }, { T: x.dtype as 'f32' | 'f16' });
}

/** Sets every element of a dense tensor. */
export function fill(y: Tensor, value: number): void {
  fillDense({}, { y }, { size: y.size, value }, { T: y.dtype });
}

export const copyStrided = /* @__PURE__ */ defineKernel({
  name: 'contiguous.copy',
  read: { x: 'strided T' },
  write: { y: 'T' },
  params: { size: 'u32' },
  constants: { T: ['f32', 'f16', 'i32', 'u32', 'bool'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    y[i] = x[viewIndex(params.x, i)];
  }
}`,
});

export const accumulateStrided = /* @__PURE__ */ defineKernel({
  name: 'backward.accumulate',
  read: { x: 'strided T' },
  write: { y: 'T' },
  params: { size: 'u32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    y[i] += x[viewIndex(params.x, i)];
  }
}`,
});

export const fillDense = /* @__PURE__ */ defineKernel({
  name: 'full.fill',
  read: {},
  write: { y: 'T' },
  params: { size: 'u32', value: 'f32' },
  constants: { T: ['f32', 'f16', 'i32', 'u32', 'bool'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    y[i] = T(params.value);
  }
}`,
});
