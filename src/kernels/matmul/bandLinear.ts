import { ShapeError } from '../../tensor/engine/errors.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { expectShape, formatShape, type Shape } from '../../tensor/engine/shape.ts';
import { isGradEnabled } from '../../tensor/engine/tape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { sumTo } from '../reduce/sum.ts';
import {
  type Activation,
  activationReference,
  checkActivation,
  derivativeFromResult,
  gradActivation,
} from './activation.ts';
import { gemm } from './gemm.ts';
import type { LinearOptions } from './linear.ts';
import { turned } from './rows.ts';

/**
 * A linear map of its own for each band, all of one size: x [..., bands, in], weight [bands, out, in], bias [bands, out] →
 * [..., bands, out]. One launch with bias and activation in it; the bands are read through strides.
 *
 * @throws ShapeError when weight or bias does not fit x, RangeError for an unknown activation.
 */
export function bandLinear(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  { activation = 'none' }: LinearOptions = {},
): Tensor {
  checkActivation('bandLinear', activation);
  const trained = isGradEnabled() && [x, weight, bias].some((input) => input?.requiresGrad);
  return bandLinearOp([x, weight, bias], { activation, keepPre: trained && !derivativeFromResult(activation) });
}

const bandLinearOp = /* @__PURE__ */ defineOp({
  name: 'bandLinear',
  inputs: ['x', 'weight', 'bias'],
  dtypes: ['f32', 'f16'],
  shape(
    [x, weight, bias]: readonly [Shape, Shape, Shape | null],
    _attributes: { activation: Activation; keepPre: boolean },
  ) {
    const [bands, inputs] = x.slice(-2);
    if (weight.length !== 3 || x.length < 2 || weight[0] !== bands || weight[2] !== inputs) {
      throw new ShapeError(
        `bandLinear: weight must be [${bands}, out, ${inputs}] for x ${formatShape(x)}, got ${formatShape(weight)}`,
      );
    }
    expectShape('bandLinear', { bias }, weight.slice(0, 2));
    return [...x.slice(0, -1), weight[1]!];
  },
  forward([x, weight, bias]: readonly [x: Tensor, weight: Tensor, bias: Tensor | null], { activation, keepPre }) {
    const y = x.derive([...x.shape.slice(0, -1), weight.shape[1]!]);
    const pre = keepPre ? x.derive(y.shape) : null;
    const rows = bandsFirst(y);
    const biasRows = bias?.view(rows.shape, [weight.shape[1]!, 0, 1]) ?? null;
    gemm(bandsFirst(x), turned(weight), rows, { bias: biasRows, activation, pre });
    return { y, saved: { x, weight, result: activation === 'none' ? null : (pre ?? y), biasShape: bias?.shape } };
  },
  backward(dy, { x, weight, result, biasShape }, { activation }, [needsX, needsWeight, needsBias]) {
    const dz = result ? gradActivation(dy, result, activation) : dy;
    const dx = needsX ? x.derive(x.shape) : null;
    const dweight = needsWeight ? weight.derive(weight.shape) : null;
    if (dx) gemm(bandsFirst(dz), weight, bandsFirst(dx));
    if (dweight) gemm(turned(bandsFirst(dz)), bandsFirst(x), dweight);
    return [dx, dweight, needsBias && biasShape ? sumTo(dz, biasShape) : null];
  },
});

/** A dense x [..., bands, dim] as a view [bands, rows, dim]. */
function bandsFirst(x: Tensor): Tensor {
  const [bands, dim] = x.shape.slice(-2) as [number, number];
  const rows = x.shape.slice(0, -2).reduce((product, extent) => product * extent, 1);
  return x.view([bands, rows, dim], [dim, bands * dim, 1]);
}

export function bandLinearReference(
  [x, weight, bias = null]: readonly [Nd, Nd, (Nd | null)?],
  { activation = 'none' }: LinearOptions = {},
): Nd {
  const [bands, out, inputs] = weight.shape as [number, number, number];
  return nd([...x.shape.slice(0, -1), out], (index) => {
    const [unit, o] = [Math.floor(index / out), index % out];
    const row = (unit % bands) * out + o;
    let total = bias?.data[row] ?? 0;
    for (let i = 0; i < inputs; i++) total += weight.data[row * inputs + i]! * x.data[unit * inputs + i]!;
    return activationReference(total, activation);
  });
}
