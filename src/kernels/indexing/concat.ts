import { ShapeError } from '../../tensor/engine/errors.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { formatShape, resolveDim, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { blockOf, copyBlock } from './copyBlock.ts';
import { type TensorListArguments, tensorList } from './tensorList.ts';

export interface ConcatOptions {
  /** Axis along which they follow each other. Default 0. */
  readonly dim?: number;
}

/**
 * The tensors one after another along an axis: `concat([a, b], { dim })` or `concat(a, b, { dim })`. One launch per
 * tensor. Any element type, the same for all; parts without elements are fine.
 *
 * @throws ShapeError when extents differ on another axis; DTypeError when types differ; RangeError for an axis outside.
 */
export function concat(tensors: readonly Tensor[], options?: ConcatOptions): Tensor;
export function concat(...args: [...tensors: Tensor[], options: ConcatOptions]): Tensor;
export function concat(...args: TensorListArguments<ConcatOptions>): Tensor {
  const { tensors, options } = tensorList('concat', args);
  return concatOp(tensors, { dim: resolveDim('concat', options?.dim ?? 0, tensors[0]!.ndim) });
}

const concatOp = /* @__PURE__ */ defineOp({
  name: 'concat',
  inputs: [],
  dtypes: 'any',
  strided: true,
  shape: (shapes: readonly Shape[], { dim }: { dim: number }) => joinedShape(shapes, dim),
  forward(tensors: readonly Tensor[], { dim }) {
    const shapes = tensors.map(({ shape }) => shape);
    const y = tensors[0]!.derive(joinedShape(shapes, dim));
    let start = 0;
    for (const x of tensors) {
      copyBlock(x, blockOf(y, dim, start, x.shape[dim]!));
      start += x.shape[dim]!;
    }
    return { y, saved: { extents: shapes.map((shape) => shape[dim]!) } };
  },
  backward(dy, { extents }, { dim }) {
    let start = 0;
    return extents.map((extent) => {
      start += extent;
      return blockOf(dy, dim, start - extent, extent);
    });
  },
});

function joinedShape(shapes: readonly Shape[], dim: number): Shape {
  const first = shapes[0]!;
  for (let i = 1; i < shapes.length; i++) {
    const shape = shapes[i]!;
    if (shape.length !== first.length || shape.some((extent, d) => d !== dim && extent !== first[d])) {
      throw new ShapeError(
        `concat: tensor ${i} must be ${formatShape(first)} but for axis ${dim}, got ${formatShape(shape)}`,
      );
    }
  }
  return first.with(
    dim,
    shapes.reduce((total, shape) => total + shape[dim]!, 0),
  );
}

export function concatReference(tensors: readonly Nd[], { dim = 0 }: ConcatOptions): Nd {
  const d = resolveDim('concat', dim, tensors[0]!.shape.length);
  const shapes = tensors.map(({ shape }) => shape);
  return nd(joinedShape(shapes, d), (_, at) => {
    let position = at[d]!;
    let which = 0;
    while (position >= shapes[which]![d]!) position -= shapes[which++]![d]!;
    const shape = shapes[which]!;
    const index = shape.reduce((sum, extent, axis) => sum * extent + (axis === d ? position : at[axis]!), 0);
    return tensors[which]!.data[index]!;
  });
}
