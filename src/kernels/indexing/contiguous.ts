import { packedCopy } from '../../tensor/engine/copy.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** The same elements in row-major order without gaps: a view where they already lie so, else a copy. */
export function contiguous(x: Tensor): Tensor {
  return contiguousOp([x], {});
}

const contiguousOp = /* @__PURE__ */ defineOp({
  name: 'contiguous',
  inputs: ['x'],
  dtypes: 'any',
  strided: true,
  shape: ([x]: readonly [Shape]) => x,
  forward: ([x]: readonly [x: Tensor]) => ({
    y: x.isDense ? x.view(x.shape, x.strides) : packedCopy(x),
    saved: {},
  }),
  backward: (dy) => [dy],
});
