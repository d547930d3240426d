import { indexOf, type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { extremumReference } from '../reduce/extremum.ts';
import { dimOf } from '../reduce/reduction.ts';
import { sumReference } from '../reduce/sum.ts';
import { softmaxRows, softmaxRowsGradient } from './softmaxRows.ts';

/**
 * exp(x) / Σ exp(x) along one axis. Elements of -infinity are masked: they get 0, and gradient 0; so does a whole row of
 * them.
 *
 * @throws RangeError when the axis is outside the tensor.
 */
export function softmax(x: Tensor, dim: number | { readonly dim: number }): Tensor {
  return softmaxOp([x], { dim: dimOf('softmax', x, dim) });
}

const softmaxOp = /* @__PURE__ */ defineOp({
  name: 'softmax',
  inputs: ['x'],
  dtypes: ['f32', 'f16'],
  strided: true,
  shape: ([x]: readonly [Shape], _: { dim: number }) => x,
  forward([x]: readonly [x: Tensor], { dim }) {
    const y = softmaxRows(x, { dim, log: false });
    return { y, saved: { y } };
  },
  backward: (dy, { y }, { dim }) => [softmaxRowsGradient(y, dy, { dim, log: false })],
});

export function softmaxReference([x]: readonly [Nd], { dim }: { readonly dim: number }): Nd {
  const along = { dims: [dim], keepdim: true };
  const largest = extremumReference([x], { ...along, better: (a, b) => a > b });
  const exps = nd(x.shape, (i, at) => Math.exp(x.data[i]! - largest.data[indexOf(largest.shape, at)]!) || 0);
  const total = sumReference([exps], along);
  return nd(x.shape, (i, at) => exps.data[i]! / (total.data[indexOf(total.shape, at)]! || 1));
}
