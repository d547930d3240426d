import { DTypeError, ShapeError } from '../../tensor/engine/errors.ts';
import { indexOf, type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { broadcastShapes, formatShape, type Shape, sizeOf } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { sumTo } from '../reduce/sum.ts';
import { gradBias } from './gradBias.ts';
import type { Attention, Pairs } from './problem.ts';
import { chunksOf, expandRows, newRows, type Rows, rowsOf } from './rows.ts';
import { attend, gradKeyValue, gradQuery, upstreamTerms } from './streaming.ts';

export interface AttentionOptions {
  /** Added to the scaled dot products; broadcasts to [..., T, S]. Minus infinity, or anything under -1e30, masks. */
  readonly bias?: Tensor | null;
  /** Bool, broadcasts to [..., T, S]; 1 where a query may attend to a key. */
  readonly mask?: Tensor | null;
  /** Factor of the dot products. Default d^-1/2. */
  readonly scale?: number;
}

/**
 * y = softmax(scale · q kᵀ + bias) v for q [..., T, d], k [..., S, d] and v [..., S, e]; y is [..., T, e]. The axes in
 * front broadcast. A query with nothing to attend to gives 0, and gradient 0.
 * Vaswani et al. 2017, https://arxiv.org/abs/1706.03762, section 3.2.1; streaming as in `attend`.
 *
 * Memory grows with T + S, not with T · S. Heads split off by a permute are read where they lie.
 *
 * @throws ShapeError when extents do not fit, DTypeError when `mask` is not bool.
 */
export function scaledDotProductAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { bias = null, mask = null, scale }: AttentionOptions = {},
): Tensor {
  if (mask !== null && mask.dtype !== 'bool') {
    throw new DTypeError(`scaledDotProductAttention: mask must be bool, got ${mask.dtype}: pass numbers as bias`);
  }
  return attentionOp([q, k, v, bias], { mask, scale: scale ?? (q.shape[q.ndim - 1] ?? 1) ** -0.5 });
}

interface Attributes {
  readonly mask: Tensor | null;
  readonly scale: number;
}

const attentionOp = /* @__PURE__ */ defineOp({
  name: 'scaledDotProductAttention',
  inputs: ['q', 'k', 'v', 'bias'],
  strided: true,
  shape: ([q, k, v, bias]: readonly [Shape, Shape, Shape, Shape | null], { mask }: Attributes) =>
    resultShape(q, k, v, bias, mask?.shape ?? null),
  forward([q, k, v, bias]: readonly [q: Tensor, k: Tensor, v: Tensor, bias: Tensor | null], { mask, scale }) {
    const problem = problemOf([q, k, v, bias], mask, scale);
    const { y, rows } = newRows(q, resultShape(q.shape, k.shape, v.shape, bias?.shape ?? null, mask?.shape ?? null));
    const lse = attend(problem, rows);
    return { y, saved: { q, k, v, bias, mask, y, lse } };
  },
  backward(dy, { q, k, v, bias, mask, y, lse }, { scale }, [needsQ, needsK, needsV, needsBias]) {
    const problem = problemOf([q, k, v, bias], mask, scale);
    const dyRows = rowsOf(dy);
    const terms = upstreamTerms(problem, { y: rowsOf(padded(y)), dy: dyRows, lse, dgate: null });
    const { dk, dv } = needsK || needsV ? keyValueGradient(problem, dyRows, terms, k, v) : { dk: null, dv: null };
    return [
      needsQ ? queryGradient(problem, dyRows, terms, q) : null,
      needsK ? dk : null,
      needsV ? dv : null,
      bias && needsBias ? gradBias(problem, dyRows, terms, bias.shape) : null,
    ];
  },
});
