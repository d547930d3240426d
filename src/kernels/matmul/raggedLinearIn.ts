import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { expectShape, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { sumTo } from '../reduce/sum.ts';
import { type BandOptions, bandsOf, expectJoint } from './bands.ts';
import { ofWeight, type Ragged, toJoint, toLatent } from './ragged.ts';
import { rowsOf } from './rows.ts';

/**
 * A linear map per band from bands of different widths to one width, as one launch.
 *
 * x [..., total], total = Σ widths; weight: the matrices [dim, width_n] of all bands one after the other, [total · dim];
 * bias [bands, dim] → [..., bands, dim]:
 *
 *   y[r, n] = weight_n · x[r, band n] + bias[n]
 *
 * @throws ShapeError when x, weight or bias does not fit the widths, RangeError for a width that is no positive integer.
 */
export function raggedLinearIn(x: Tensor, weight: Tensor, bias: Tensor, { widths }: BandOptions): Tensor {
  return raggedLinearInOp([x, weight, bias], { widths });
}

const NAME = 'raggedLinearIn';

const raggedLinearInOp = /* @__PURE__ */ defineOp({
  name: NAME,
  inputs: ['x', 'weight', 'bias'],
  dtypes: ['f32', 'f16'],
  shape([x, weight, bias]: readonly [Shape, Shape, Shape], { widths }: BandOptions) {
    const { total } = bandsOf(NAME, widths);
    const dim = bias.at(-1) ?? 0;
    expectJoint(NAME, x, total);
    expectShape(NAME, { bias }, [widths.length, dim]);
    expectShape(NAME, { weight }, [total * dim]);
    return [...x.slice(0, -1), widths.length, dim];
  },
  forward([x, weight, bias]: readonly [x: Tensor, weight: Tensor, bias: Tensor], { widths }) {
    const y = x.derive([...x.shape.slice(0, -1), widths.length, bias.shape[1]!]);
    toLatent(raggedOf(widths, bias.shape[1]!), rowsOf(x), weight, y, bias);
    return { y, saved: { x, weight, dim: bias.shape[1]! } };
  },
  backward(dy, { x, weight, dim }, { widths }, [needsX, needsWeight, needsBias]) {
    const ragged = raggedOf(widths, dim);
    const dx = needsX ? x.derive(x.shape) : null;
    const dweight = needsWeight ? weight.derive(weight.shape) : null;
    if (dx) toJoint(ragged, dy, weight, rowsOf(dx), null);
    if (dweight) ofWeight(ragged, rowsOf(x), dy, dweight);
    return [dx, dweight, needsBias ? sumTo(dy, [widths.length, dim]) : null];
  },
});

function raggedOf(widths: readonly number[], dim: number): Ragged {
  return { bands: bandsOf(NAME, widths), dim, rowsAre: 'latent' };
}

export function raggedLinearInReference([x, weight, bias]: readonly [Nd, Nd, Nd], { widths }: BandOptions): Nd {
  const { starts, total } = bandsOf(NAME, widths);
  const dim = bias.shape[1]!;
  return nd([...x.shape.slice(0, -1), widths.length, dim], (index) => {
    const [row, n, d] = [Math.floor(index / dim / widths.length), Math.floor(index / dim) % widths.length, index % dim];
    const matrix = starts[n]! * dim + d * widths[n]!;
    let sum = bias.data[n * dim + d]!;
    for (let j = 0; j < widths[n]!; j++) sum += weight.data[matrix + j]! * x.data[row * total + starts[n]! + j]!;
    return sum;
  });
}
