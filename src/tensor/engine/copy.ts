import type { Tensor } from '../tensor.ts';
import { copyInRuns } from './copyRuns.ts';
import { classOf } from './device/deviceClass.ts';
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
  const quads = inQuads(x);
  if (classOf(x.device) === 'softgpu') copyInRuns(x, quads, y);
  else if (quads) copyStridedQuads({ x: quads }, { y }, { size: x.size / 4 }, { T: x.dtype });
  else copyStrided({ x }, { y }, { size: x.size }, { T: x.dtype });
  quads?.dispose();
  return y;
}

/** The same view counted in groups of four neighbors, or null where it does not fall into such groups. */
function inQuads(x: Tensor): Tensor | null {
  const last = x.shape.findLastIndex((extent) => extent !== 1);
  if (last < 0 || x.strides[last] !== 1 || x.shape[last]! % 4 !== 0 || x.offset % 4 !== 0) return null;
  if (x.strides.some((stride, d) => d !== last && x.shape[d] !== 1 && stride % 4 !== 0)) return null;
  const strides = x.strides.map((stride, d) => (d === last ? 1 : Math.floor(stride / 4)));
  return x.view(x.shape.with(last, x.shape[last]! / 4), strides, x.offset / 4);
}

/** target += x, in place; shapes are equal and `target` is dense. Sums gradients. */
export function accumulate(target: Tensor, x: Tensor): void {
  const T = x.dtype as 'f32' | 'f16';
  if (x.isDense && x.offset === 0) accumulateQuads({ x }, { y: target }, { quads: Math.ceil(x.size / 4) }, { T });
  else accumulateStrided({ x }, { y: target }, { size: x.size }, { T });
}

/** Sets every element of a dense tensor. */
export function fill(y: Tensor, value: number): void {
  const quads = Math.ceil(y.size / 4);
  if (y.dtype === 'f32' || y.dtype === 'f16') fillQuads({}, { y }, { quads, value }, { T: y.dtype });
  else fillWhole({}, { y }, { quads, value: y.dtype === 'bool' ? Number(value !== 0) : value }, { T: y.dtype });
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

export const copyStridedQuads = /* @__PURE__ */ defineKernel({
  name: 'contiguous.copyQuads',
  read: { x: 'strided vec4T' },
  write: { y: 'vec4T' },
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

// Storages are multiples of 16 bytes, so that whole vec4s may be read and written past a tensor's end. One invocation takes
// four of them, a workgroup apart: neighbors read neighboring memory, and a processor has fewer invocations to start.
export const accumulateQuads = /* @__PURE__ */ defineKernel({
  name: 'backward.accumulateQuads',
  read: { x: 'vec4T' },
  write: { y: 'vec4T' },
  params: { quads: 'u32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ quads }) => Math.ceil(quads / 256),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = linearGroup(group) * WORKGROUP * 4u + lane;
  for (var k = 0u; k < 4u; k++) {
    let i = first + k * WORKGROUP;
    if (i < params.quads) {
      y[i] += x[i];
    }
  }
}`,
});

export const fillQuads = /* @__PURE__ */ defineKernel({
  name: 'full.fill',
  read: {},
  write: { y: 'vec4T' },
  params: { quads: 'u32', value: 'f32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ quads }) => Math.ceil(quads / 256),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = linearGroup(group) * WORKGROUP * 4u + lane;
  for (var k = 0u; k < 4u; k++) {
    let i = first + k * WORKGROUP;
    if (i < params.quads) {
      y[i] = vec4<T>(T(params.value));
    }
  }
}`,
});

// An f32 parameter would round whole numbers from 2^24 on; an i32 one carries all bits of every type here.
export const fillWhole = /* @__PURE__ */ defineKernel({
  name: 'full.fillWhole',
  read: {},
  write: { y: 'vec4T' },
  params: { quads: 'u32', value: 'i32' },
  constants: { T: ['i32', 'u32', 'bool'] },
  workgroup: 64,
  grid: ({ quads }) => Math.ceil(quads / 256),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = linearGroup(group) * WORKGROUP * 4u + lane;
  for (var k = 0u; k < 4u; k++) {
    let i = first + k * WORKGROUP;
    if (i < params.quads) {
      y[i] = vec4<T>(T(params.value));
    }
  }
}`,
});
