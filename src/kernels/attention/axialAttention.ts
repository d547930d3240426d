import { dense, packedCopy } from '../../tensor/engine/copy.ts';
import { ShapeError } from '../../tensor/engine/errors.ts';
import { indexOf, type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { expectShape, formatShape, resolveDim, type Shape, sizeOf } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Attention } from './problem.ts';
import { checkRotary, rotaryEmbeddingReference, rotateRows } from './rotaryEmbedding.ts';
import { rotaryTable } from './rotaryTable.ts';
import { chunksOf, copyInto, isAligned, rowsAt, rowsOf } from './rows.ts';
import { scaledDotProductAttentionReference } from './scaledDotProductAttention.ts';
import { type AxialProblem, attendSequences, gradSequences, suitsSequences } from './sequence/axialSequence.ts';
import { attend, gradKeyValue, gradQuery, upstreamTerms } from './streaming.ts';

export interface Rope {
  /** See `rotaryEmbedding`. Default 10,000. */
  readonly base?: number;
  /** See `rotaryEmbedding`. Default true. */
  readonly interleaved?: boolean;
}

export interface AxialAttentionOptions {
  /** The axis along which rows attend to each other; not the last one. */
  readonly dim: number;
  readonly heads: number;
  /** Rotates q and k by their positions 0, 1, … along `dim`. Default: no rotation. */
  readonly rope?: Rope | null;
  /** [..., heads]: each head's output is multiplied by the sigmoid of its number here. */
  readonly gate?: Tensor | null;
}

/**
 * Self-attention along one axis of an n-d tensor; all other axes but the last are independent sequences. The last axis
 * of `qkv` is laid out [3, heads, headDim] (q, k, v); the result is [..., heads · headDim]. Scores are scaled by
 * headDim^-1/2. Ho et al. 2019, https://arxiv.org/abs/1912.12180; rotation as in `rotaryEmbedding`.
 *
 * Sequences are read and written through strides wherever the axis lies, and the softmax streams (see `attend`). With
 * `rope`, q and k are rotated once into a scratch buffer: rotating keys inside the attention would repeat the work for
 * each query.
 *
 * @throws ShapeError when the last axis is no multiple of 3 · heads, the gate does not fit, or rope meets an odd
 *   headDim; RangeError when `dim` or `heads` is out of range.
 */
export function axialAttention(qkv: Tensor, { dim, heads, rope = null, gate = null }: AxialAttentionOptions): Tensor {
  return axialOp([qkv, gate], { dim: resolveDim('axialAttention', dim, qkv.ndim), heads, rope });
}

interface Attributes {
  readonly dim: number;
  readonly heads: number;
  readonly rope: Rope | null;
}

/** What the backward pass reads: `yFirst`, the rows of the result, only where its kernels need them. */
interface Kept {
  readonly qkv: Tensor;
  readonly gate: Tensor | null;
  readonly table: Tensor | null;
  readonly lse: Tensor;
  readonly yFirst: Tensor | null;
  readonly [name: string]: unknown;
}

const axialOp = /* @__PURE__ */ defineOp({
  name: 'axialAttention',
  inputs: ['qkv', 'gate'],
  strided: true,
  shape: ([qkv, gate]: readonly [Shape, Shape | null], attrs: Attributes) => resultShape(qkv, gate, attrs),
  forward([qkv, gate]: readonly [qkv: Tensor, gate: Tensor | null], attrs): { y: Tensor; saved: Kept } {
    const y = qkv.derive(resultShape(qkv.shape, gate?.shape ?? null, attrs));
    const rows = headsOf(y, attrs.dim, attrs.heads);
    const sequences = inSequences(qkv, gate, attrs);
    if (sequences) {
      const lse = attendSequences(sequences, rows);
      return { y, saved: { qkv, gate, table: sequences.table, lse, yFirst: null } };
    }
    // Heads of an extent that is no multiple of 4 are computed in padded rows and moved.
    const target = isAligned(rows) ? rows : paddedLike(rows);
    const table = attrs.rope && tableFor(qkv, attrs);
    const lse = attend(problemOf(qkv, gate, table, attrs), rowsOf(target));
    if (target !== rows) copyInto(target.view(rows.shape, target.strides), rows);
    return { y, saved: { qkv, gate, table, lse, yFirst: rowsOf(target).first } };
  },
  backward(dy, kept, attrs, [needsQkv, needsGate]) {
    const { qkv, gate, table, lse, yFirst } = kept;
    const { dim, heads } = attrs;
    if (yFirst === null) return gradInSequences(dy, kept, attrs, needsGate === true);
    const problem = problemOf(qkv, gate, table, attrs);
    const dyRows = rowsOf(headsOf(dy, dim, heads));
    const dgate = gate && needsGate ? gate.derive(gate.shape) : null;
    const terms = upstreamTerms(problem, {
      y: rowsAt(yFirst, problem.v.chunks),
      dy: dyRows,
      lse,
      dgate: dgate && gatesOf(dgate, dim),
    });
    if (!needsQkv) return [null, dgate];
    const dqkv = qkv.derive(qkv.shape);
    const rows = headsOf(dqkv, dim, 3 * heads);
    const target = isAligned(rows) ? rows : paddedLike(rows);
    gradQuery(problem, dyRows, terms, rowsOf(headRange(target, 0, heads)));
    const shift = (heads * headStride(target)) / 4;
    gradKeyValue(problem, dyRows, terms, rowsOf(headRange(target, heads, heads)), shift);
    if (target !== rows) copyInto(target.view(rows.shape, target.strides), rows);
    // What came out are the gradients of the rotated rows.
    if (table) rotateRows(null, headRange(rows, 0, 2 * heads), rotation(table, attrs, true));
    return [dqkv, dgate];
  },
});

/** The problem for the kernels of short sequences, or null where others suit it better. */
function inSequences(qkv: Tensor, gate: Tensor | null, attrs: Attributes): AxialProblem | null {
  const rows = headsOf(qkv, attrs.dim, 3 * attrs.heads);
  const problem = { rows, heads: attrs.heads, gates: gate && gatesOf(gate, attrs.dim), table: null };
  if (!suitsSequences(problem, attrs.rope?.interleaved ?? true)) return null;
  return { ...problem, table: attrs.rope && tableFor(qkv, attrs) };
}

function gradInSequences(
  dy: Tensor,
  { qkv, gate, table, lse }: Kept,
  attrs: Attributes,
  needsGate: boolean,
): [Tensor, Tensor | null] {
  const { dim, heads } = attrs;
  const dqkv = qkv.derive(qkv.shape);
  const dgate = gate && needsGate ? gate.derive(gate.shape) : null;
  const upstream = headsOf(dy, dim, heads);
  gradSequences(
    { rows: headsOf(qkv, dim, 3 * heads), heads, gates: gate && gatesOf(gate, dim), table },
    {
      dy: isAligned(upstream) ? upstream : headsOf(packedCopy(dy), dim, heads),
      lse,
      drows: headsOf(dqkv, dim, 3 * heads),
      dgates: dgate && gatesOf(dgate, dim),
    },
  );
  return [dqkv, dgate];
}

function resultShape(qkv: Shape, gate: Shape | null, { dim, heads, rope }: Attributes): number[] {
  const op = 'axialAttention';
  const last = qkv[qkv.length - 1]!;
  if (!Number.isInteger(heads) || heads < 1)
    throw new RangeError(`${op}: heads must be a positive integer, got ${heads}`);
  if (dim === qkv.length - 1) {
    throw new RangeError(`${op}: dim must be an axis of positions, got the last axis of ${formatShape(qkv)}`);
  }
  if (last % (3 * heads) !== 0 || last === 0) {
    throw new ShapeError(`${op}: the last axis of qkv must be 3 · ${heads} heads · headDim, got ${formatShape(qkv)}`);
  }
  const shape = [...qkv.slice(0, -1), last / 3];
  expectShape(op, { gate }, shape.with(-1, heads));
  if (rope) checkRotary(op, last / 3 / heads, rope.base ?? 10_000);
  return shape;
}

/** A view [other axes..., groups, positions, extent] of [..., groups · extent]. */
function headsOf(x: Tensor, dim: number, groups: number): Tensor {
  if (x.ndim > 7) x = dense(x); // its axes join again where kernels take no more than 8
  const last = x.ndim - 1;
  const extent = x.shape[last]! / groups;
  const shape: number[] = [];
  const strides: number[] = [];
  for (let d = 0; d < last; d++) {
    if (d === dim) continue;
    shape.push(x.shape[d]!);
    strides.push(x.strides[d]!);
  }
  shape.push(groups, x.shape[dim]!, extent);
  strides.push(extent * x.strides[last]!, x.strides[dim]!, x.strides[last]!);
  return x.view(shape, strides, x.offset);
}

function headStride(x: Tensor): number {
  return x.strides[x.ndim - 3]!;
}

/** `count` of the groups of a `headsOf` view. */
function headRange(x: Tensor, start: number, count: number): Tensor {
  return x.view(x.shape.with(-3, count), x.strides, x.offset + start * headStride(x));
}

/** A view [other axes..., heads, positions] of [..., heads]. */
function gatesOf(gate: Tensor, dim: number): Tensor {
  const rows = headsOf(gate, dim, gate.shape[gate.ndim - 1]!);
  return rows.view(rows.shape.slice(0, -1), rows.strides.slice(0, -1), rows.offset);
}

function paddedLike(rows: Tensor): Tensor {
  return rows.derive(rows.shape.with(-1, 4 * chunksOf(rows.shape[rows.ndim - 1]!)));
}

function tableFor(qkv: Tensor, { dim, heads, rope }: Attributes): Tensor {
  const extent = qkv.shape[qkv.ndim - 1]! / 3 / heads;
  return rotaryTable(qkv, qkv.shape[dim]!, extent, rope?.base ?? 10_000);
}

function rotation(table: Tensor, { rope }: Attributes, inverse: boolean) {
  return { table, inner: 1, interleaved: rope?.interleaved ?? true, inverse };
}

function problemOf(qkv: Tensor, gate: Tensor | null, table: Tensor | null, attrs: Attributes): Attention {
  const { dim, heads } = attrs;
  const rows = headsOf(qkv, dim, 3 * heads);
  const queriesAndKeys = headRange(rows, 0, 2 * heads);
  const rotated = table ? qkv.derive(queriesAndKeys.shape) : queriesAndKeys;
  if (table) rotateRows(queriesAndKeys, rotated, rotation(table, attrs, false));
  const gates = gate && gatesOf(gate, dim);
  const [positions, extent] = rows.shape.slice(-2) as [number, number];
  return {
    batch: heads * sizeOf(rows.shape.slice(0, -3)),
    queries: positions,
    keys: positions,
    scale: extent ** -0.5,
    q: rowsOf(headRange(rotated, 0, heads)),
    k: rowsOf(headRange(rotated, heads, heads)),
    v: rowsOf(headRange(rows, 2 * heads, heads)),
    bias: null,
    mask: null,
    gate: gates && { first: gates, step: gates.strides[gates.ndim - 1]! },
  };
}

export function axialAttentionReference(
  [qkv, gate]: readonly [qkv: Nd, gate?: Nd | null],
  { dim, heads, rope = null }: Omit<AxialAttentionOptions, 'gate'>,
): Nd {
  const rank = qkv.shape.length;
  const along = dim < 0 ? dim + rank : dim;
  const extent = qkv.shape[rank - 1]! / 3 / heads;
  const others = [...qkv.shape.keys()].filter((d) => d !== along && d !== rank - 1);
  const rows = [...others.map((d) => qkv.shape[d]!), heads, qkv.shape[along]!, extent];
  // [other axes..., heads, positions, extent] out of the part q, k or v.
  const part = (which: number) =>
    nd(rows, (_, at) => {
      const source = qkv.shape.map(() => 0);
      others.forEach((d, i) => {
        source[d] = at[i]!;
      });
      source[along] = at[rank - 1]!;
      source[rank - 1] = (which * heads + at[rank - 2]!) * extent + at[rank]!;
      return qkv.data[indexOf(qkv.shape, source)]!;
    });
  const turned = (x: Nd) => (rope ? rotaryEmbeddingReference([x], { dim: -2, ...rope }) : x);
  const y = scaledDotProductAttentionReference([turned(part(0)), turned(part(1)), part(2)]);
  return nd([...qkv.shape.slice(0, -1), heads * extent], (_, at) => {
    const head = Math.floor(at[rank - 1]! / extent);
    const value = y.data[indexOf(y.shape, [...others.map((d) => at[d]!), head, at[along]!, at[rank - 1]! % extent])]!;
    return gate ? value / (1 + Math.exp(-gate.data[indexOf(gate.shape, at.with(rank - 1, head))]!)) : value;
  });
}
