import { ShapeError } from '../../tensor/engine/errors.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { formatShape, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { sumTo } from '../reduce/sum.ts';

/**
 * Repeats axes of extent 1 to the given extents, and adds axes in front, without a copy; -1 keeps an extent.
 *
 * @throws ShapeError when an axis is neither 1 nor the extent asked for.
 */
export function expand(x: Tensor, shape: Shape): Tensor {
  return expandOp([x], { shape });
}

const expandOp = /* @__PURE__ */ defineOp({
  name: 'expand',
  inputs: ['x'],
  dtypes: 'any',
  strided: true,
  shape: ([x]: readonly [Shape], { shape }: { shape: Shape }) => resolve(x, shape),
  forward([x]: readonly [x: Tensor], { shape }) {
    return { y: expanded(x, resolve(x.shape, shape)), saved: { shape: x.shape } };
  },
  backward(dy, { shape }) {
    return [sumTo(dy, shape)];
  },
});

/** The view itself, for kernels that broadcast: repeated axes get stride 0. */
export function expanded(x: Tensor, shape: Shape): Tensor {
  const lead = shape.length - x.ndim;
  const strides = shape.map((extent, d) =>
    d < lead || (x.shape[d - lead] === 1 && extent !== 1) ? 0 : x.strides[d - lead]!,
  );
  return x.view(shape, strides);
}

function resolve(from: Shape, to: Shape): Shape {
  const lead = to.length - from.length;
  const shape = to.map((extent, d) => (extent === -1 && d >= lead ? from[d - lead]! : extent));
  if (lead < 0 || from.some((extent, d) => extent !== 1 && extent !== shape[d + lead]) || shape.includes(-1)) {
    throw new ShapeError(
      `expand: ${formatShape(from)} does not repeat to ${formatShape(to)}: each axis must be 1 or already that long`,
    );
  }
  return shape;
}
