import type { Nd } from '../../tensor/engine/nd.ts';
import { indexOf, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { reshape } from '../view/reshape.ts';
import { defineFold, fold, result } from './fold.ts';
import {
  type DimOptions,
  type Dims,
  type ReduceOptions,
  type Reduction,
  reducedShape,
  reductionOf,
  repeated,
} from './reduction.ts';

/**
 * Sum over one axis, several, or all of them. Over nothing it is 0.
 *
 * @throws RangeError when an axis is outside the tensor or named twice.
 */
export function sum(x: Tensor, dim?: Dims | DimOptions, options?: ReduceOptions): Tensor {
  return sumOp([x], reductionOf('sum', x, dim, options));
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
  shape: ([x]: readonly [Shape], { dims, keepdim }: Reduction) => reducedShape(x, dims, keepdim),
  forward([x]: readonly [x: Tensor], { dims, keepdim }) {
    const y = result(fold(sumFold, { x, dims }), reducedShape(x.shape, dims, keepdim), x.dtype);
    return { y, saved: { shape: x.shape } };
  },
  // Every summand gets the gradient of its sum: a view that repeats dy along the reduced axes.
  backward(dy, { shape }, reduction) {
    return [repeated(dy, shape, reduction)];
  },
});

export const sumFold = /* @__PURE__ */ defineFold({ name: 'sum', start: 0, take: 'acc + x', join: 'a + b' });

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
