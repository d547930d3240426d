import type { Nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { expectShape, resolveDim, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { concatReference } from './concat.ts';
import { blockOf, copyBlock } from './copyBlock.ts';
import { type TensorListArguments, tensorList } from './tensorList.ts';

export interface StackOptions {
  /** Where the new axis goes; negative positions count from the end of the result. Default 0. */
  readonly dim?: number;
}

/**
 * Tensors of one shape along a new axis: `stack([a, b], { dim })` or `stack(a, b, { dim })`. One launch per tensor. Any
 * element type, the same for all.
 *
 * @throws ShapeError when shapes differ; DTypeError when types differ; RangeError for an axis outside.
 */
export function stack(tensors: readonly Tensor[], options?: StackOptions): Tensor;
export function stack(...args: [...tensors: Tensor[], options: StackOptions]): Tensor;
export function stack(...args: TensorListArguments<StackOptions>): Tensor {
  const { tensors, options } = tensorList('stack', args);
  return stackOp(tensors, { dim: resolveDim('stack', options?.dim ?? 0, tensors[0]!.ndim + 1) });
}

const stackOp = /* @__PURE__ */ defineOp({
  name: 'stack',
  inputs: [],
  dtypes: 'any',
  strided: true,
  shape: (shapes: readonly Shape[], { dim }: { dim: number }) => stackedShape(shapes, dim),
  forward(tensors: readonly Tensor[], { dim }) {
    const shapes = tensors.map(({ shape }) => shape);
    const y = tensors[0]!.derive(stackedShape(shapes, dim));
    tensors.forEach((x, i) => {
      copyBlock(x.view(x.shape.toSpliced(dim, 0, 1), x.strides.toSpliced(dim, 0, 0)), blockOf(y, dim, i, 1));
    });
    return { y, saved: { count: tensors.length } };
  },
  backward: (dy, { count }, { dim }) =>
    Array.from({ length: count }, (_, i) => {
      const { shape, strides, offset } = blockOf(dy, dim, i, 1);
      return dy.view(shape.toSpliced(dim, 1), strides.toSpliced(dim, 1), offset);
    }),
});

function stackedShape(shapes: readonly Shape[], dim: number): Shape {
  const first = shapes[0]!;
  for (let i = 1; i < shapes.length; i++) expectShape('stack', { [`tensor ${i}`]: shapes[i]! }, first);
  return first.toSpliced(dim, 0, shapes.length);
}

export function stackReference(tensors: readonly Nd[], { dim = 0 }: StackOptions): Nd {
  const d = resolveDim('stack', dim, tensors[0]!.shape.length + 1);
  const parts = tensors.map(({ shape, data }) => ({ shape: shape.toSpliced(d, 0, 1), data }));
  return concatReference(parts, { dim: d });
}
