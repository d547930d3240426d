import { fill } from '../../tensor/engine/copy.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { fold, result } from './fold.ts';
import {
  countOf,
  type DimOptions,
  type Dims,
  type ReduceOptions,
  type Reduction,
  reducedShape,
  reductionOf,
  repeated,
} from './reduction.ts';
import { sumFold, sumReference } from './sum.ts';

/**
 * Mean over one axis, several, or all of them. Over nothing it is NaN.
 *
 * @throws RangeError when an axis is outside the tensor or named twice.
 */
export function mean(x: Tensor, dim?: Dims | DimOptions, options?: ReduceOptions): Tensor {
  return meanOp([x], reductionOf('mean', x, dim, options));
}

const meanOp = /* @__PURE__ */ defineOp({
  name: 'mean',
  inputs: ['x'],
  dtypes: ['f32', 'f16'],
  strided: true,
  shape: ([x]: readonly [Shape], { dims, keepdim }: Reduction) => reducedShape(x, dims, keepdim),
  forward([x]: readonly [x: Tensor], { dims, keepdim }) {
    const shape = reducedShape(x.shape, dims, keepdim);
    const count = countOf(x.shape, dims);
    const saved = { shape: x.shape };
    if (count > 0) return { y: result(fold(sumFold, { x, dims, scale: 1 / count }), shape, x.dtype), saved };
    const y = x.derive(shape);
    fill(y, Number.NaN);
    return { y, saved };
  },
  backward(dy, { shape }, reduction) {
    const share = dy.derive(dy.shape);
    const count = countOf(shape, reduction.dims);
    meanShare({ dy }, { share }, { size: dy.size, scale: 1 / count }, { T: dy.dtype as 'f32' | 'f16' });
    return [repeated(share, shape, reduction)];
  },
});

export const meanShare = /* @__PURE__ */ defineKernel({
  name: 'mean.share',
  read: { dy: 'strided T' },
  write: { share: 'T' },
  params: { size: 'u32', scale: 'f32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    share[i] = T(f32(dy[viewIndex(params.dy, i)]) * params.scale);
  }
}`,
});

export function meanReference([x]: readonly [Nd], reduction: Reduction): Nd {
  const total = sumReference([x], reduction);
  const count = countOf(x.shape, reduction.dims);
  return nd(total.shape, (i) => total.data[i]! / count);
}
