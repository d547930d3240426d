import { defineKernel } from '../../tensor/engine/kernel.ts';
import { indexOf, type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { formatShape, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { defineFold, type Fold, fold, result } from './fold.ts';
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
import { sumFold } from './sum.ts';

/**
 * Largest element over one axis, several, or all of them. Equal largest elements share the gradient evenly. What comes
 * of a NaN is not defined.
 *
 * @throws RangeError when an axis is outside the tensor or named twice, or there is nothing to choose from.
 */
export function max(x: Tensor, dim?: Dims | DimOptions, options?: ReduceOptions): Tensor {
  return maxOp([x], reductionOf('max', x, dim, options));
}

/**
 * Smallest element over one axis, several, or all of them. Equal smallest elements share the gradient evenly. What comes
 * of a NaN is not defined.
 *
 * @throws RangeError when an axis is outside the tensor or named twice, or there is nothing to choose from.
 */
export function min(x: Tensor, dim?: Dims | DimOptions, options?: ReduceOptions): Tensor {
  return minOp([x], reductionOf('min', x, dim, options));
}

/* @__NO_SIDE_EFFECTS__ */
function extremumOp(name: string, kind: Fold) {
  return defineOp({
    name,
    inputs: ['x'],
    dtypes: ['f32', 'f16'],
    strided: true,
    shape: ([x]: readonly [Shape], { dims, keepdim }: Reduction) => {
      if (countOf(x, dims) === 0)
        throw new RangeError(`${name}: nothing to choose from along the axes of ${formatShape(x)}`);
      return reducedShape(x, dims, keepdim);
    },
    forward([x]: readonly [x: Tensor], { dims, keepdim }) {
      const y = result(fold(kind, { x, dims }), reducedShape(x.shape, dims, keepdim), x.dtype);
      return { y, saved: { x, y } };
    },
    // dx = dy / (number of elements that equal y) where x = y
    backward(dy, { x, y }, reduction) {
      const dx = x.derive(x.shape);
      const T = x.dtype as 'f32' | 'f16';
      const ties = x.derive(x.shape, 'f32');
      const extremum = repeated(y, x.shape, reduction);
      extremumTies({ x, y: extremum }, { ties }, { size: x.size }, { T });
      const counts = fold(sumFold, { x: ties, dims: reduction.dims });
      const count = repeated(counts, x.shape, { ...reduction, keepdim: false });
      extremumGradInput({ ties, count, dy: repeated(dy, x.shape, reduction) }, { dx }, { size: x.size }, { T });
      return [dx];
    },
  });
}

export const maxFold = /* @__PURE__ */ defineFold({
  name: 'max',
  start: Number.NEGATIVE_INFINITY,
  take: 'max(acc, x)',
  join: 'max(a, b)',
});
const maxOp = /* @__PURE__ */ extremumOp('max', maxFold);

export const minFold = /* @__PURE__ */ defineFold({
  name: 'min',
  start: Number.POSITIVE_INFINITY,
  take: 'min(acc, x)',
  join: 'min(a, b)',
});
const minOp = /* @__PURE__ */ extremumOp('min', minFold);

export const extremumTies = /* @__PURE__ */ defineKernel({
  name: 'extremum.ties',
  read: { x: 'strided T', y: 'strided T' },
  write: { ties: 'f32' },
  params: { size: 'u32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    ties[i] = select(0.0, 1.0, x[viewIndex(params.x, i)] == y[viewIndex(params.y, i)]);
  }
}`,
});

export const extremumGradInput = /* @__PURE__ */ defineKernel({
  name: 'extremum.gradInput',
  read: { ties: 'f32', count: 'strided f32', dy: 'strided T' },
  write: { dx: 'T' },
  params: { size: 'u32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    // A row in which nothing equals its extremum holds a NaN.
    dx[i] = T(ties[i] * f32(dy[viewIndex(params.dy, i)]) / max(count[viewIndex(params.count, i)], 1.0));
  }
}`,
});

/** `better(a, b)`: whether a replaces b. */
export function extremumReference(
  [x]: readonly [Nd],
  { dims, keepdim, better }: Reduction & { readonly better: (a: number, b: number) => boolean },
): Nd {
  const kept = nd(reducedShape(x.shape, dims, true), () => Number.NaN);
  nd(x.shape, (i, at) => {
    const row = indexOf(kept.shape, at);
    if (Number.isNaN(kept.data[row]) || better(x.data[i]!, kept.data[row]!)) kept.data[row] = x.data[i]!;
    return 0;
  });
  return { shape: reducedShape(x.shape, dims, keepdim), data: kept.data };
}
