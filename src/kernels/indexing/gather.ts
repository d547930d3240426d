import { ShapeError } from '../../tensor/engine/errors.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { formatShape, resolveDim, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { expectIndexType, gatherAlong, gradOfGather } from './gatherAlong.ts';

export interface GatherOptions {
  /** The axis that `index` counts along. */
  readonly dim: number;
}

/**
 * Picks elements along an axis, as torch.gather: y[i, k, j] = x[i, index[i, k, j], j] for `dim` 1.
 *
 * `index` is i32, of the rank of `x` and on the other axes no longer than it; the result has its shape. `x` may have any
 * element type. A position outside [0, extent) counts as the nearest end of the axis: its value is on the device, where
 * nothing can throw. The gradient is deterministic; see `scatterAdd` for its cost.
 *
 * @throws DTypeError when `index` is not i32; ShapeError when the shapes do not fit or there is nothing to pick from.
 */
export function gather(x: Tensor, index: Tensor, { dim }: GatherOptions): Tensor {
  expectIndexType('gather', 'index', index);
  return gatherOp([x, index], { dim: resolveDim('gather', dim, x.ndim) });
}

const gatherOp = /* @__PURE__ */ defineOp({
  name: 'gather',
  inputs: ['x', 'index'],
  dtypes: 'any',
  strided: true,
  shape([x, index]: readonly [Shape, Shape], { dim }: { dim: number }) {
    expectIndexFits('gather', x, index, dim);
    return index;
  },
  forward([x, index]: readonly [x: Tensor, index: Tensor], { dim }) {
    const y = x.derive(index.shape);
    gatherAlong(x, index, y, dim);
    return { y, saved: { index, shape: x.shape } };
  },
  backward: (dy, { index, shape }, { dim }) => [gradOfGather(dy, index, shape, dim), null],
});

/** `index` may be shorter than `x` on the other axes, and any length along `dim`. */
export function expectIndexFits(op: string, x: Shape, index: Shape, dim: number): void {
  if (index.length !== x.length || index.some((extent, d) => d !== dim && extent > x[d]!)) {
    throw new ShapeError(
      `${op}: index must have ${x.length} axes, each but ${dim} at most as long as in x ${formatShape(x)}, got ${formatShape(index)}`,
    );
  }
  if (x[dim] === 0 && !index.includes(0)) {
    throw new ShapeError(
      `${op}: x ${formatShape(x)} has no elements along axis ${dim} for index ${formatShape(index)}`,
    );
  }
}

export function gatherReference([x, index]: readonly [Nd, Nd], { dim }: GatherOptions): Nd {
  const d = resolveDim('gather', dim, x.shape.length);
  return nd(index.shape, (i, at) => {
    const position = Math.min(Math.max(index.data[i]!, 0), x.shape[d]! - 1);
    return x.data[x.shape.reduce((sum, extent, axis) => sum * extent + (axis === d ? position : at[axis]!), 0)]!;
  });
}
