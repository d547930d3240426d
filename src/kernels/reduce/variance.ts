import { fill } from '../../tensor/engine/copy.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { indexOf, type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { meanReference } from './mean.ts';
import { momentsOf } from './moments.ts';
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
import { sumReference } from './sum.ts';

export interface VarianceOptions extends ReduceOptions {
  /** 1 for the unbiased estimate, 0 for the mean square deviation. */
  readonly correction?: number;
}

/**
 * Sum of squared deviations from the mean, divided by n - correction, over one axis, several, or all of them. It is NaN
 * where n is not larger than the correction.
 *
 * @throws RangeError when an axis is outside the tensor or named twice.
 */
export function variance(x: Tensor, dim?: Dims | (VarianceOptions & DimOptions), options?: VarianceOptions): Tensor {
  const { dims, keepdim, given } = reductionOf<VarianceOptions & DimOptions>('variance', x, dim, options);
  return varianceOp([x], { dims, keepdim, correction: given.correction ?? 1 });
}

type Attributes = Reduction & { readonly correction: number };
/** The moments are null where there is no variance. */
type Saved = { readonly x: Tensor; readonly mean: Tensor | null; readonly moments: Tensor | null };

const varianceOp = /* @__PURE__ */ defineOp({
  name: 'variance',
  inputs: ['x'],
  dtypes: ['f32', 'f16'],
  strided: true,
  shape: ([x]: readonly [Shape], { dims, keepdim }: Attributes) => reducedShape(x, dims, keepdim),
  forward([x]: readonly [x: Tensor], { dims, keepdim, correction }): { y: Tensor; saved: Saved } {
    const y = x.derive(reducedShape(x.shape, dims, keepdim));
    const count = countOf(x.shape, dims);
    if (count <= correction) {
      fill(y, Number.NaN);
      return { y, saved: { x, mean: null, moments: null } };
    }
    const { mean, moments } = momentsOf(x, dims);
    varianceFinish({ moments }, { y }, { size: y.size, count, scale: 1 / (count - correction) }, typeOf(x));
    return { y, saved: { x, mean, moments } };
  },
  // dx = dy · 2 (x - mean) / (n - correction)
  backward(dy, { x, mean, moments }, { dims, keepdim, correction }) {
    const dx = x.derive(x.shape);
    if (mean === null || moments === null) {
      fill(dx, Number.NaN);
      return [dx];
    }
    const count = countOf(x.shape, dims);
    const along = { dims, keepdim: false };
    const pairs = moments.view(
      mean.shape,
      mean.strides.map((stride) => 2 * stride),
    );
    varianceGradInput(
      {
        x,
        mean: repeated(mean, x.shape, along),
        moments: repeated(pairs, x.shape, along),
        dy: repeated(dy, x.shape, { dims, keepdim }),
      },
      { dx },
      { size: x.size, count, scale: 2 / (count - correction) },
      typeOf(x),
    );
    return [dx];
  },
});

function typeOf(x: Tensor): { T: 'f32' | 'f16' } {
  return { T: x.dtype as 'f32' | 'f16' };
}

export const varianceFinish = /* @__PURE__ */ defineKernel({
  name: 'variance.finish',
  read: { moments: 'vec2f' },
  write: { y: 'T' },
  params: { size: 'u32', count: 'f32', scale: 'f32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    let moment = moments[i];
    y[i] = T(max(moment.y - moment.x * moment.x / params.count, 0.0) * params.scale);
  }
}`,
});

export const varianceGradInput = /* @__PURE__ */ defineKernel({
  name: 'variance.gradInput',
  read: { x: 'strided T', mean: 'strided f32', moments: 'strided f32', dy: 'strided T' },
  write: { dx: 'T' },
  params: { size: 'u32', count: 'f32', scale: 'f32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let rest = moments[viewIndex(params.moments, i)] / params.count;
  let deviation = (f32(x[viewIndex(params.x, i)]) - mean[viewIndex(params.mean, i)]) - rest;
  dx[i] = T(f32(dy[viewIndex(params.dy, i)]) * deviation * params.scale);
}`,
});

export function varianceReference([x]: readonly [Nd], { dims, keepdim, correction }: Attributes): Nd {
  const mean = meanReference([x], { dims, keepdim: true });
  const squares = nd(x.shape, (i, at) => (x.data[i]! - mean.data[indexOf(mean.shape, at)]!) ** 2);
  const total = sumReference([squares], { dims, keepdim });
  const divisor = countOf(x.shape, dims) - correction;
  return nd(total.shape, (i) => (divisor > 0 ? total.data[i]! / divisor : Number.NaN));
}
