import { ShapeError } from '../../tensor/engine/errors.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { formatShape, resolveDim, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** The axes in another order, without a copy: axis d of the result is axis `dims[d]` of `x`. */
export function permute(x: Tensor, dims: readonly number[]): Tensor {
  return permuteOp([x], { dims });
}

/** Swaps two axes, without a copy. */
export function transpose(x: Tensor, a: number, b: number): Tensor {
  const dims = x.shape.map((_, d) => d);
  const [from, to] = [resolveDim('transpose', a, x.ndim), resolveDim('transpose', b, x.ndim)];
  dims[from] = to;
  dims[to] = from;
  return permuteOp([x], { dims });
}

const permuteOp = /* @__PURE__ */ defineOp({
  name: 'permute',
  inputs: ['x'],
  dtypes: 'any',
  strided: true,
  shape([x]: readonly [Shape], { dims }: { dims: readonly number[] }) {
    const order = dims.map((dim) => resolveDim('permute', dim, x.length));
    if (new Set(order).size !== x.length) {
      throw new ShapeError(`permute: dims must name each axis of ${formatShape(x)} once, got ${formatShape(dims)}`);
    }
    return order.map((d) => x[d]!);
  },
  forward([x]: readonly [x: Tensor], { dims }) {
    const order = dims.map((dim) => resolveDim('permute', dim, x.ndim));
    return { y: reorder(x, order), saved: { order } };
  },
  backward(dy, { order }) {
    return [
      reorder(
        dy,
        order.map((_, d) => order.indexOf(d)),
      ),
    ];
  },
});

function reorder(x: Tensor, order: readonly number[]): Tensor {
  return x.view(
    order.map((d) => x.shape[d]!),
    order.map((d) => x.strides[d]!),
  );
}
