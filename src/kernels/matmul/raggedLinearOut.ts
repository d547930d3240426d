import { ShapeError } from '../../tensor/engine/errors.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { expectShape, formatShape, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { sumTo } from '../reduce/sum.ts';
import { type BandOptions, bandsOf } from './bands.ts';
import { ofWeight, type Ragged, toJoint, toLatent } from './ragged.ts';
import { rowsOf } from './rows.ts';

/**
 * A linear map per band from one width to bands of different widths, as one launch.
 *
 * x [..., bands, dim]; weight: the matrices [width_n, dim] of all bands one after the other, [total · dim], total = Σ
 * widths; bias [total] → [..., total]:
 *
 *   y[r, band n] = weight_n · x[r, n] + bias[band n]
 *
 * @throws ShapeError when x, weight or bias does not fit the widths, RangeError for a width that is no positive integer.
 */
export function raggedLinearOut(x: Tensor, weight: Tensor, bias: Tensor, { widths }: BandOptions): Tensor {
  return raggedLinearOutOp([x, weight, bias], { widths });
}

const NAME = 'raggedLinearOut';

const raggedLinearOutOp = /* @__PURE__ */ defineOp({
  name: NAME,
  inputs: ['x', 'weight', 'bias'],
  dtypes: ['f32', 'f16'],
  shape([x, weight, bias]: readonly [Shape, Shape, Shape], { widths }: BandOptions) {
    const { total } = bandsOf(NAME, widths);
    if (x.at(-2) !== widths.length) {
      throw new ShapeError(
        `${NAME}: x must be [..., ${widths.length}, dim] for ${widths.length} widths, got ${formatShape(x)}`,
      );
    }
    expectShape(NAME, { bias }, [total]);
    expectShape(NAME, { weight }, [total * x.at(-1)!]);
    return [...x.slice(0, -2), total];
  },
  forward([x, weight, bias]: readonly [x: Tensor, weight: Tensor, bias: Tensor], { widths }) {
    const y = x.derive([...x.shape.slice(0, -2), bias.shape[0]!]);
    toJoint(raggedOf(widths, x.shape.at(-1)!), x, weight, rowsOf(y), bias);
    return { y, saved: { x, weight } };
  },
  backward(dy, { x, weight }, { widths }, [needsX, needsWeight, needsBias]) {
    const ragged = raggedOf(widths, x.shape.at(-1)!);
    const upstream = rowsOf(dy);
    const dx = needsX ? x.derive(x.shape) : null;
    const dweight = needsWeight ? weight.derive(weight.shape) : null;
    if (dx) toLatent(ragged, upstream, weight, dx, null);
    if (dweight) ofWeight(ragged, upstream, x, dweight);
    return [dx, dweight, needsBias ? sumTo(upstream, [ragged.bands.total]) : null];
  },
});

function raggedOf(widths: readonly number[], dim: number): Ragged {
  return { bands: bandsOf(NAME, widths), dim, rowsAre: 'joint' };
}

export function raggedLinearOutReference([x, weight, bias]: readonly [Nd, Nd, Nd], { widths }: BandOptions): Nd {
  const { total } = bandsOf(NAME, widths);
  const bandOf = widths.flatMap((width, n) => Array.from({ length: width }, () => n));
  const dim = x.shape.at(-1)!;
  return nd([...x.shape.slice(0, -2), total], (index) => {
    const [row, j] = [Math.floor(index / total), index % total];
    const from = (row * widths.length + bandOf[j]!) * dim;
    let sum = bias.data[j]!;
    for (let d = 0; d < dim; d++) sum += weight.data[j * dim + d]! * x.data[from + d]!;
    return sum;
  });
}
