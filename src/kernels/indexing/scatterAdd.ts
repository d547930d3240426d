import { fill, packedCopy } from '../../tensor/engine/copy.ts';
import { DTypeError, ShapeError } from '../../tensor/engine/errors.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { formatShape, resolveDim, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { expectIndexFits } from './gather.ts';
import { expectIndexType, gatherAlong, scatterAlong } from './gatherAlong.ts';

export interface ScatterAddOptions {
  /** The axis that `index` counts along. */
  readonly dim: number;
}

/**
 * `x` with elements of `source` added along an axis, as torch.scatter_add: y[i, index[i, k, j], j] += source[i, k, j]
 * for `dim` 1. f32, i32 or u32.
 *
 * `index` is i32 and has the rank of the others; it is no longer than `source` on any axis, nor than `x` on the axes
 * besides `dim`. What lies beyond it in `source` is not used. A position outside [0, extent) counts as the nearest end.
 *
 * Deterministic: elements that meet are added in the order of k. An invocation owns a block of destinations and reads
 * the index of its whole line, so lines of n indices cost n reads for each block: one block on a processor or where there
 * are many lines, up to 65,536 for a single line on a GPU.
 *
 * @throws DTypeError for other types; ShapeError when the shapes do not fit.
 */
export function scatterAdd(x: Tensor, index: Tensor, source: Tensor, { dim }: ScatterAddOptions): Tensor {
  expectIndexType('scatterAdd', 'index', index);
  expectSummable(x, source);
  return scatterAddOp([x, index, source], { dim: resolveDim('scatterAdd', dim, x.ndim) });
}

const scatterAddOp = /* @__PURE__ */ defineOp({
  name: 'scatterAdd',
  inputs: ['x', 'index', 'source'],
  dtypes: 'any',
  strided: true,
  shape([x, index, source]: readonly [Shape, Shape, Shape], { dim }: { dim: number }) {
    expectIndexFits('scatterAdd', x, index, dim);
    if (source.length !== index.length || index.some((extent, d) => extent > source[d]!)) {
      throw new ShapeError(
        `scatterAdd: source must be at least as long as index ${formatShape(index)} on every axis, got ${formatShape(source)}`,
      );
    }
    return x;
  },
  forward([x, index, source]: readonly [x: Tensor, index: Tensor, source: Tensor], { dim }) {
    const y = packedCopy(x);
    scatterAlong(y, index, source, dim);
    return { y, saved: { index, shape: source.shape } };
  },
  backward(dy, { index, shape }, { dim }, needs) {
    return [needs[0] ? dy : null, null, needs[2] ? gradOfSource(dy, index, shape, dim) : null];
  },
});

function gradOfSource(dy: Tensor, index: Tensor, shape: Shape, dim: number): Tensor {
  const dsource = dy.derive(shape);
  if (dsource.size !== index.size) fill(dsource, 0);
  gatherAlong(dy, index, dsource.view(index.shape, dsource.strides), dim);
  return dsource;
}

function expectSummable(x: Tensor, source: Tensor): void {
  if (x.dtype === 'f16' || x.dtype === 'bool') {
    throw new DTypeError(`scatterAdd: x must be f32, i32 or u32, got ${x.dtype}: use cast(x, 'f32')`);
  }
  if (source.dtype !== x.dtype) {
    throw new DTypeError(
      `scatterAdd: x is ${x.dtype} and source is ${source.dtype}: cast one of them, dtypes are never mixed silently`,
    );
  }
}

export function scatterAddReference([x, index, source]: readonly [Nd, Nd, Nd], { dim }: ScatterAddOptions): Nd {
  const d = resolveDim('scatterAdd', dim, x.shape.length);
  const y = nd(x.shape, (i) => x.data[i]!);
  nd(index.shape, (i, at) => {
    const position = Math.min(Math.max(index.data[i]!, 0), x.shape[d]! - 1);
    const target = x.shape.reduce((sum, extent, axis) => sum * extent + (axis === d ? position : at[axis]!), 0);
    const from = source.shape.reduce((sum, extent, axis) => sum * extent + at[axis]!, 0);
    y.data[target]! += source.data[from]!;
    return 0;
  });
  return y;
}
