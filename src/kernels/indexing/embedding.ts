import { ShapeError } from '../../tensor/engine/errors.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { expectRank, formatShape, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { expectIndexType, gatherAlong, gradOfGather } from './gatherAlong.ts';

/**
 * Rows of `weight` [count, dim] by number: ids of any shape [...] give [..., dim]. `ids` is i32; a number outside
 * [0, count) counts as the nearest row: its value is on the device, where nothing can throw.
 *
 * The gradient adds the rows of dy in the order of ids, the same bits on every run. It is a dense [count, dim].
 *
 * @throws DTypeError when `ids` is not i32; ShapeError when `weight` is not a table or has no row.
 */
export function embedding(weight: Tensor, ids: Tensor): Tensor {
  expectIndexType('embedding', 'ids', ids);
  return embeddingOp([weight, ids], {});
}

const embeddingOp = /* @__PURE__ */ defineOp({
  name: 'embedding',
  inputs: ['weight', 'ids'],
  dtypes: 'any',
  shape([weight, ids]: readonly [Shape, Shape]) {
    expectRank('embedding', 'weight', weight, 2, '[count, dim]');
    if (weight[0] === 0 && !ids.includes(0)) {
      throw new ShapeError(`embedding: weight must have a row for ids ${formatShape(ids)}, got ${formatShape(weight)}`);
    }
    return [...ids, weight[1]!];
  },
  forward([weight, ids]: readonly [weight: Tensor, ids: Tensor]) {
    const dim = weight.shape[1]!;
    const y = weight.derive([...ids.shape, dim]);
    gatherAlong(weight, repeated(ids, dim), y.view([ids.size, dim]), 0);
    return { y, saved: { ids, shape: weight.shape } };
  },
  backward(dy, { ids, shape }) {
    const dim = shape[1]!;
    return [gradOfGather(dy.view([ids.size, dim]), repeated(ids, dim), shape, 0), null];
  },
});

/** Each id for every element of its row: [ids, dim] without a copy. */
function repeated(ids: Tensor, dim: number): Tensor {
  return ids.view([ids.size, dim], [1, 0]);
}

export function embeddingReference([weight, ids]: readonly [Nd, Nd]): Nd {
  const [count, dim] = weight.shape as readonly [number, number];
  return nd([...ids.shape, dim], (i, at) => {
    const row = Math.min(Math.max(ids.data[Math.floor(i / dim)]!, 0), count - 1);
    return weight.data[row * dim + at[at.length - 1]!]!;
  });
}
