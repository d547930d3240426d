import { indexOf, type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { logSumExpReference } from '../reduce/logSumExp.ts';
import { dimOf } from '../reduce/reduction.ts';
import { softmaxRows, softmaxRowsGradient } from './softmaxRows.ts';

/**
 * x - log Σ exp(x) along one axis. Elements of -infinity are masked: they stay so, with gradient 0.
 *
 * @throws RangeError when the axis is outside the tensor.
 */
export function logSoftmax(x: Tensor, dim: number | { readonly dim: number }): Tensor {
  return logSoftmaxOp([x], { dim: dimOf('logSoftmax', x, dim) });
}

const logSoftmaxOp = /* @__PURE__ */ defineOp({
  name: 'logSoftmax',
  inputs: ['x'],
  dtypes: ['f32', 'f16'],
  strided: true,
  shape: ([x]: readonly [Shape], _: { dim: number }) => x,
  forward([x]: readonly [x: Tensor], { dim }) {
    const y = softmaxRows(x, { dim, log: true });
    return { y, saved: { y } };
  },
  backward: (dy, { y }, { dim }) => [softmaxRowsGradient(y, dy, { dim, log: true })],
});

export function logSoftmaxReference([x]: readonly [Nd], { dim }: { readonly dim: number }): Nd {
  const total = logSumExpReference([x], { dims: [dim], keepdim: true });
  return nd(x.shape, (i, at) =>
    x.data[i]! === Number.NEGATIVE_INFINITY ? x.data[i]! : x.data[i]! - total.data[indexOf(total.shape, at)]!,
  );
}
