import { DTypeError, ShapeError } from '../../tensor/engine/errors.ts';
import { indexOf, type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { broadcastShapes, formatShape, type Shape, sameShape, sizeOf } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { sumTo } from '../reduce/sum.ts';
import { gradBias } from './gradBias.ts';
import type { Attention, Pairs } from './problem.ts';
import { chunksOf, expandRows, newRows, type Rows, rowsAt, rowsOf } from './rows.ts';
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
  forward(inputs: readonly [q: Tensor, k: Tensor, v: Tensor, bias: Tensor | null], { mask, scale }) {
    const [q, k, v, bias] = inputs;
    const { y, rows } = newRows(q, resultShape(q.shape, k.shape, v.shape, bias?.shape ?? null, mask?.shape ?? null));
    const lse = attend(problemOf(inputs, mask, scale), rows);
    return { y, saved: { q, k, v, bias, mask, lse, yFirst: rows.first } };
  },
  backward(dy, { q, k, v, bias, mask, lse, yFirst }, { scale }, [needsQ, needsK, needsV, needsBias]) {
    const problem = problemOf([q, k, v, bias], mask, scale);
    const dyRows = rowsOf(dy);
    const y = rowsAt(yFirst, chunksOf(dy.shape[dy.ndim - 1]!));
    const terms = upstreamTerms(problem, { y, dy: dyRows, lse, dgate: null });
    const [dk, dv] = needsK || needsV ? keyValueGradients(problem, dyRows, terms, k, v) : [null, null];
    return [
      needsQ ? queryGradient(problem, dyRows, terms, q) : null,
      needsK ? dk : null,
      needsV ? dv : null,
      bias && needsBias ? gradBias(problem, dyRows, terms, bias.shape) : null,
    ];
  },
});

function queryGradient(problem: Attention, dy: Rows, terms: Tensor, q: Tensor): Tensor {
  const { y: dq, rows } = newRows(q, [...problem.q.first.shape, q.shape[q.ndim - 1]!]);
  gradQuery(problem, dy, terms, rows);
  return summed(dq, q.shape);
}

/** dk and dv lie side by side in rows of one tensor: a kernel may bind only 8 buffers. */
function keyValueGradients(problem: Attention, dy: Rows, terms: Tensor, k: Tensor, v: Tensor): [Tensor, Tensor] {
  const { chunks: shift, first } = problem.k;
  const { y: both, rows } = newRows(k, [...first.shape, 4 * (shift + problem.v.chunks)]);
  gradKeyValue(problem, dy, terms, rows, shift);
  const part = (like: Tensor, offset: number) =>
    summed(both.view([...first.shape, like.shape[like.ndim - 1]!], both.strides, offset), like.shape);
  return [part(k, 0), part(v, 4 * shift)];
}

function summed(gradient: Tensor, shape: Shape): Tensor {
  return sameShape(gradient.shape, shape) ? gradient : sumTo(gradient, shape);
}

function resultShape(q: Shape, k: Shape, v: Shape, bias: Shape | null, mask: Shape | null): number[] {
  const op = 'scaledDotProductAttention';
  for (const [name, shape] of Object.entries({ q, k, v })) {
    if (shape.length < 2 || shape[shape.length - 1] === 0) {
      throw new ShapeError(`${op}: ${name} must be [..., rows, channels] with channels, got ${formatShape(shape)}`);
    }
  }
  const [queries, d] = [q[q.length - 2]!, q[q.length - 1]!];
  const [keys, e] = [k[k.length - 2]!, v[v.length - 1]!];
  if (k[k.length - 1] !== d) throw new ShapeError(`${op}: k must be [..., S, ${d}] like q, got ${formatShape(k)}`);
  if (v[v.length - 2] !== keys)
    throw new ShapeError(`${op}: v must be [..., ${keys}, e] like k, got ${formatShape(v)}`);
  const batch = broadcastShapes(op, broadcastShapes(op, q.slice(0, -2), k.slice(0, -2)), v.slice(0, -2));
  const scores = [...batch, queries, keys];
  for (const [name, shape] of Object.entries({ bias, mask })) {
    const lead = shape === null ? 0 : scores.length - shape.length;
    if (shape !== null && (lead < 0 || !shape.every((extent, d) => extent === 1 || extent === scores[d + lead]))) {
      throw new ShapeError(`${op}: ${name} must broadcast to ${formatShape(scores)}, got ${formatShape(shape)}`);
    }
  }
  return [...batch, queries, e];
}

function problemOf(
  [q, k, v, bias]: readonly [Tensor, Tensor, Tensor, Tensor | null],
  mask: Tensor | null,
  scale: number,
): Attention {
  const [queries, keys] = [q.shape[q.ndim - 2]!, k.shape[k.ndim - 2]!];
  const batch = resultShape(q.shape, k.shape, v.shape, null, null).slice(0, -2);
  return {
    batch: sizeOf(batch),
    queries,
    keys,
    scale,
    q: expandRows(rowsOf(q), [...batch, queries]),
    k: expandRows(rowsOf(k), [...batch, keys]),
    v: expandRows(rowsOf(v), [...batch, keys]),
    bias: bias && pairsOf(bias, [...batch, queries, keys]),
    mask: mask && pairsOf(mask, [...batch, queries, keys]),
    gate: null,
  };
}

function pairsOf(x: Tensor, scores: Shape): Pairs {
  const lead = scores.length - x.ndim;
  const strides = scores.map((_, d) => (d < lead || x.shape[d - lead] === 1 ? 0 : x.strides[d - lead]!));
  const rank = scores.length;
  return {
    first: x.view(scores.slice(0, -1), strides.slice(0, -1), x.offset),
    step: [strides[rank - 2]!, strides[rank - 1]!],
  };
}

export function scaledDotProductAttentionReference(
  [q, k, v, bias, mask]: readonly [q: Nd, k: Nd, v: Nd, bias?: Nd | null, mask?: Nd | null],
  { scale = q.shape[q.shape.length - 1]! ** -0.5 }: { scale?: number } = {},
): Nd {
  const shape = resultShape(q.shape, k.shape, v.shape, bias?.shape ?? null, mask?.shape ?? null);
  const [keys, e] = v.shape.slice(-2) as [number, number];
  const d = q.shape[q.shape.length - 1]!;
  const y = nd(shape, () => 0);
  nd(shape.slice(0, -1), (row, at) => {
    const batch = at.slice(0, -1);
    const qAt = indexOf(q.shape, [...at, 0]);
    const scores = Float64Array.from({ length: keys }, (_, j) => {
      if (mask && mask.data[indexOf(mask.shape, [...at, j])] === 0) return Number.NEGATIVE_INFINITY;
      const kAt = indexOf(k.shape, [...batch, j, 0]);
      let dot = 0;
      for (let c = 0; c < d; c++) dot += q.data[qAt + c]! * k.data[kAt + c]!;
      return dot * scale + (bias ? bias.data[indexOf(bias.shape, [...at, j])]! : 0);
    });
    const top = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const exps = scores.map((s) => (top === Number.NEGATIVE_INFINITY ? 0 : Math.exp(s - top)));
    const total = exps.reduce((a, b) => a + b, 0) || 1;
    exps.forEach((weight, j) => {
      const vAt = indexOf(v.shape, [...batch, j, 0]);
      for (let c = 0; c < e; c++) y.data[row * e + c]! += (weight / total) * v.data[vAt + c]!;
    });
    return 0;
  });
  return y;
}
