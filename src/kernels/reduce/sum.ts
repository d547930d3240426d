import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Nd } from '../../tensor/engine/nd.ts';
import { indexOf, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { reshape } from '../view/reshape.ts';
import { type Dims, reducedShape, resolveDims, rowsLast } from './reduction.ts';

type FloatType = 'f32' | 'f16';

export interface ReduceOptions {
  /** Leaves each reduced axis in place with extent 1. */
  readonly keepdim?: boolean;
}

/** Sum over one axis, several, or all of them. Over nothing it is 0. */
export function sum(x: Tensor, dim: Dims = null, { keepdim = false }: ReduceOptions = {}): Tensor {
  return sumOp([x], { dims: resolveDims('sum', dim, x.ndim), keepdim });
}

/** Sums `x` over the axes that broadcasting had repeated, so that the result has this shape. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const lead = x.ndim - shape.length;
  const dims = x.shape.flatMap((extent, d) => (d < lead || (shape[d - lead] === 1 && extent !== 1) ? [d] : []));
  if (dims.length === 0) return reshape(x, shape);
  return reshape(sumOp([x], { dims, keepdim: false }), shape);
}

const sumOp = /* @__PURE__ */ defineOp({
  name: 'sum',
  inputs: ['x'],
  dtypes: ['f32', 'f16'],
  strided: true,
  shape: ([x]: readonly [Shape], { dims, keepdim }: { dims: readonly number[]; keepdim: boolean }) =>
    reducedShape(x, dims, keepdim),
  forward([x]: readonly [x: Tensor], { dims, keepdim }) {
    const y = x.derive(reducedShape(x.shape, dims, keepdim));
    const { view, rows, cols } = rowsLast(x, dims);
    sumRows({ x: view }, { y }, { rows, cols }, { T: x.dtype as FloatType });
    return { y, saved: { shape: x.shape } };
  },
  // Every summand gets the gradient of its sum: a view that repeats dy along the reduced axes.
  backward(dy, { shape }, { dims }) {
    const kept = dy.isDense ? dy.view(reducedShape(shape, dims, true)) : reshape(dy, reducedShape(shape, dims, true));
    return [
      kept.view(
        shape,
        kept.strides.map((stride, d) => (dims.includes(d) ? 0 : stride)),
      ),
    ];
  },
});

// One workgroup owns one row: lanes sum strided parts, then halve the partial sums. The tree keeps the rounding error
// of long rows at O(log n).
export const sumRows = /* @__PURE__ */ defineKernel({
  name: 'sum.rows',
  read: { x: 'strided T' },
  write: { y: 'T' },
  params: { rows: 'u32', cols: 'u32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ rows }) => rows,
  wgsl: /* wgsl */ `
var<workgroup> partial: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = linearGroup(group);
  var total = 0.0;
  if (row < params.rows) {
    for (var c = lane; c < params.cols; c += WORKGROUP) {
      total += f32(x[viewIndex(params.x, row * params.cols + c)]);
    }
  }
  partial[lane] = total;
  workgroupBarrier();
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    if (lane < half) {
      partial[lane] += partial[lane + half];
    }
    workgroupBarrier();
  }
  if (lane == 0u && row < params.rows) {
    y[row] = T(partial[0]);
  }
}`,
});

export function sumReference(
  [x]: readonly [Nd],
  { dims, keepdim = false }: { dims: readonly number[]; keepdim?: boolean },
): Nd {
  const kept = nd(reducedShape(x.shape, dims, true), () => 0);
  nd(x.shape, (i, at) => {
    kept.data[indexOf(kept.shape, at)]! += x.data[i]!;
    return 0;
  });
  return { shape: reducedShape(x.shape, dims, keepdim), data: kept.data };
}
