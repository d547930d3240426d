import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type JointLayout, jointLayout } from '../elementwise/jointLayout.ts';

/** Copies the elements of one view into another of the same shape and type: the block of a larger tensor, for instance. */
export function copyBlock(from: Tensor, to: Tensor): void {
  const { dtype: T } = from;
  const layout = jointLayout(from.shape, [from, to]);
  const size = from.size;
  if (goesByQuads(layout, from, to)) {
    copyQuads({ x: quadView(from, layout, 0) }, { y: quadView(to, layout, 1) }, { size: size / 4 }, { T });
  } else {
    copyElements({ x: from }, { y: to }, { size }, { T });
  }
}

/** The block of `x` that starts at `start` along one axis and is `extent` long. */
export function blockOf(x: Tensor, dim: number, start: number, extent: number): Tensor {
  return x.view(x.shape.with(dim, extent), x.strides, x.offset + start * x.strides[dim]!);
}

/** Whether both views fall into whole aligned groups of four neighbors. */
function goesByQuads({ axes, extents, strides }: JointLayout, from: Tensor, to: Tensor): boolean {
  if (extents[0]! % 4 !== 0 || from.offset % 4 !== 0 || to.offset % 4 !== 0) return false;
  if (strides[0]![0] !== 1 || strides[0]![1] !== 1) return false;
  for (let d = 1; d < axes; d++) if (strides[d]!.some((stride) => stride % 4 !== 0)) return false;
  return true;
}

/** The same elements counted in groups of four. */
function quadView(x: Tensor, { extents, strides }: JointLayout, which: number): Tensor {
  const inQuads = strides.map((stride, d) => (d === 0 ? 1 : stride[which]! / 4));
  return x.view(extents.with(0, extents[0]! / 4).reverse(), inQuads.reverse(), x.offset / 4);
}

export const copyElements = /* @__PURE__ */ defineKernel({
  name: 'copyBlock.elements',
  read: { x: 'strided T' },
  write: { y: 'strided T' },
  params: { size: 'u32' },
  constants: { T: ['f32', 'f16', 'i32', 'u32', 'bool'] },
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

export const copyQuads = /* @__PURE__ */ defineKernel({
  name: 'copyBlock.quads',
  read: { x: 'strided vec4T' },
  write: { y: 'strided vec4T' },
  params: { size: 'u32' },
  constants: { T: ['f32', 'f16', 'i32', 'u32', 'bool'] },
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
