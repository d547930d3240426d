import { dense } from '../../tensor/engine/copy.ts';
import { ShapeError } from '../../tensor/engine/errors.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { checkShape, formatShape, type Shape, sizeOf } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/**
 * The same elements in row-major order under another shape; one extent may be -1 and follows from the others. A view
 * where `x` is dense, else a copy.
 *
 * @throws ShapeError when the counts differ.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return reshapeOp([x], { shape });
}

const reshapeOp = /* @__PURE__ */ defineOp({
  name: 'reshape',
  inputs: ['x'],
  dtypes: 'any',
  strided: true,
  shape: ([x]: readonly [Shape], { shape }: { shape: Shape }) => resolve(x, shape),
  forward([x]: readonly [x: Tensor], { shape }) {
    const source = x.isDense ? x : dense(x);
    return { y: source.view(resolve(x.shape, shape)), saved: { shape: x.shape } };
  },
  backward(dy, { shape }) {
    return [dense(dy).view(shape)];
  },
});

function resolve(from: Shape, to: Shape): Shape {
  checkShape(
    'reshape',
    to.map((extent) => (extent === -1 ? 1 : extent)),
  );
  const size = sizeOf(from);
  const free = to.indexOf(-1);
  const known = to.reduce((product, extent) => (extent === -1 ? product : product * extent), 1);
  const fits = free === -1 ? known === size : known > 0 && size % known === 0 && to.indexOf(-1, free + 1) === -1;
  if (!fits) {
    throw new ShapeError(`reshape: ${formatShape(from)} holds ${size} elements, which ${formatShape(to)} cannot`);
  }
  return free === -1 ? to : to.map((extent) => (extent === -1 ? size / known : extent));
}
