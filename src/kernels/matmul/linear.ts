import { ShapeError } from '../../tensor/engine/errors.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { biasAndOptions } from '../../tensor/engine/optionalBias.ts';
import { expectShape, formatShape, type Shape } from '../../tensor/engine/shape.ts';
import { isGradEnabled } from '../../tensor/engine/tape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { sumTo } from '../reduce/sum.ts';
import { expanded } from '../view/expand.ts';
import {
  type Activation,
  activationReference,
  checkActivation,
  derivativeFromResult,
  gradActivation,
} from './activation.ts';
import { gemm } from './gemm.ts';
import { rowsOf, turned } from './rows.ts';

export type { Activation } from './activation.ts';

export interface LinearOptions {
  /** Applied where the result is written. `gelu` is the exact one. Default none. */
  readonly activation?: Activation;
}

/**
 * y = activation(x · weightᵀ + bias). x [..., in], weight [out, in], bias [out] → [..., out]. Bias and activation run in
 * the product's own kernel. f32 or f16; sums are in f32.
 *
 * @throws ShapeError when weight or bias does not fit x, RangeError for an unknown activation.
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor | null, options?: LinearOptions): Tensor;
export function linear(x: Tensor, weight: Tensor, options?: LinearOptions): Tensor;
export function linear(
  x: Tensor,
  weight: Tensor,
  third?: Tensor | LinearOptions | null,
  fourth?: LinearOptions,
): Tensor {
  const [bias, { activation = 'none' } = {}] = biasAndOptions(third, fourth);
  checkActivation('linear', activation);
  const trained = isGradEnabled() && [x, weight, bias].some((input) => input?.requiresGrad);
  return linearOp([x, weight, bias], { activation, keepPre: trained && !derivativeFromResult(activation) });
}

interface LinearAttributes {
  readonly activation: Activation;
  /** Writes the value before the activation as well, for a backward pass that needs it. */
  readonly keepPre: boolean;
}

const linearOp = /* @__PURE__ */ defineOp({
  name: 'linear',
  inputs: ['x', 'weight', 'bias'],
  dtypes: ['f32', 'f16'],
  strided: true,
  shape: ([x, weight, bias]: readonly [Shape, Shape, Shape | null], _attributes: LinearAttributes) =>
    linearShape(x, weight, bias),
  forward([x, weight, bias]: readonly [x: Tensor, weight: Tensor, bias: Tensor | null], { activation, keepPre }) {
    const rows = rowsOf(x);
    const shape = [rows.shape[0]!, weight.shape[0]!];
    const y = x.derive(shape);
    const pre = keepPre ? x.derive(shape) : null;
    gemm(rows, turned(weight), y, { bias: bias && expanded(bias, shape), activation, pre });
    const result = activation === 'none' ? null : (pre ?? y);
    return {
      y: y.view([...x.shape.slice(0, -1), shape[1]!]),
      saved: { x, weight, result, biasShape: bias?.shape },
    };
  },
  // With z = x · weightᵀ + bias and dz = dy · activation'(z): dx = dz · weight, dweight = dzᵀ · x, dbias = Σ rows of dz.
  backward(dy, { x, weight, result, biasShape }, { activation }, [needsX, needsWeight, needsBias]) {
    const upstream = rowsOf(dy);
    const dz = result ? gradActivation(upstream, result, activation) : upstream;
    const rows = rowsOf(x);
    const dx = needsX ? x.derive(rows.shape) : null;
    const dweight = needsWeight ? weight.derive(weight.shape) : null;
    if (dx) gemm(dz, weight, dx);
    if (dweight) gemm(turned(dz), rows, dweight);
    return [dx?.view(x.shape) ?? null, dweight, needsBias && biasShape ? sumTo(dz, biasShape) : null];
  },
});

function linearShape(x: Shape, weight: Shape, bias: Shape | null): number[] {
  const inputs = x.at(-1);
  if (inputs === undefined) throw new ShapeError('linear: x must be [..., in], got a scalar');
  if (weight.length !== 2 || weight[1] !== inputs) {
    throw new ShapeError(`linear: weight must be [out, ${inputs}] for x ${formatShape(x)}, got ${formatShape(weight)}`);
  }
  expectShape('linear', { bias }, [weight[0]!]);
  return [...x.slice(0, -1), weight[0]!];
}

export function linearReference(
  [x, weight, bias = null]: readonly [Nd, Nd, (Nd | null)?],
  { activation = 'none' }: LinearOptions = {},
): Nd {
  const [out, inputs] = weight.shape as [number, number];
  return nd([...x.shape.slice(0, -1), out], (index) => {
    const [row, o] = [Math.floor(index / out), index % out];
    let total = bias?.data[o] ?? 0;
    for (let i = 0; i < inputs; i++) total += x.data[row * inputs + i]! * weight.data[o * inputs + i]!;
    return activationReference(total, activation);
  });
}
