import { ShapeError } from '../../tensor/engine/errors.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { formatShape, resolveDim, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { defineMap } from '../elementwise/elementMap.ts';
import { SIGMOID } from '../elementwise/mathFunctions.ts';
import { dimOf } from '../reduce/reduction.ts';

/**
 * Gated linear unit: the first half of the axis `dim` times the sigmoid of the second half.
 * Dauphin et al. 2017, https://arxiv.org/abs/1612.08083
 *
 * @throws ShapeError when the axis has an odd extent.
 */
export function glu(x: Tensor, dim: number | { readonly dim: number } = -1): Tensor {
  return gluOp([x], { dim: dimOf('glu', x, dim) });
}

const gluOp = /* @__PURE__ */ defineOp({
  name: 'glu',
  inputs: ['x'],
  dtypes: ['f32', 'f16'],
  strided: true,
  shape([x]: readonly [Shape], { dim }: { dim: number }) {
    if (x[dim]! % 2 !== 0) throw new ShapeError(`glu: axis ${dim} of x must be even, got ${formatShape(x)}`);
    return x.with(dim, x[dim]! / 2);
  },
  forward([x]: readonly [x: Tensor], { dim }) {
    const [a, gate] = halves(x, dim);
    const y = x.derive(a.shape);
    gated.run({ a, gate }, y);
    return { y, saved: { x } };
  },
  // y = a s(g): da = dy s(g), dg = dy a s(g) (1 - s(g)), each written to its half of dx.
  backward(dy, { x }, { dim }) {
    const dx = dy.derive(x.shape);
    const [a, gate] = halves(x, dim);
    const [da, dgate] = halves(dx, dim);
    gated.run({ a: dy, gate }, da);
    gradGate.run({ dy, a, gate }, dgate);
    return [dx];
  },
});

function halves(x: Tensor, dim: number): [Tensor, Tensor] {
  const half = x.shape[dim]! / 2;
  const shape = x.shape.with(dim, half);
  return [x.view(shape, x.strides), x.view(shape, x.strides, x.offset + half * x.strides[dim]!)];
}

export const gated = /* @__PURE__ */ defineMap({
  name: 'glu.gate',
  operands: { a: 'T', gate: 'T' },
  value: 'a * sigmoid(gate)',
  functions: SIGMOID,
});

export const gradGate = /* @__PURE__ */ defineMap({
  name: 'glu.gradGate',
  operands: { dy: 'T', a: 'T', gate: 'T' },
  value: 'dy * a * sigmoid(gate) * sigmoid(-gate)',
  functions: SIGMOID,
});

export function gluReference([x]: readonly [Nd], { dim }: { dim: number }): Nd {
  const d = resolveDim('glu', dim, x.shape.length);
  const half = x.shape[d]! / 2;
  const inner = x.shape.slice(d + 1).reduce((a, b) => a * b, 1);
  return nd(x.shape.with(d, half), (i) => {
    const at = i + Math.floor(i / (half * inner)) * half * inner;
    return x.data[at]! / (1 + Math.exp(-x.data[at + half * inner]!));
  });
}
