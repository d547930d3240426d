import { axialAttention } from '../../src/kernels/attention/axialAttention.ts';
import { rotaryEmbedding } from '../../src/kernels/attention/rotaryEmbedding.ts';
import { scaledDotProductAttention } from '../../src/kernels/attention/scaledDotProductAttention.ts';
import { type BenchCase, bytesOf, operation, passCost, sizeOf, textOf } from '../benchCase.ts';
import type { ModelShapes } from '../shapes.ts';

/**
 * Two products of T × T × d per head and sequence, 4 · T² · d operations; backward has five (scores again, dv, dp, dq, dk),
 * 10 · T² · d. Softmax is not counted.
 */
export function attentionCases(shapes: ModelShapes): BenchCase[] {
  const { channels, frames, bands, dim } = shapes.bsast;
  const grid = [1, channels, frames, bands, dim];
  return [
    ...[2, 3, 1].flatMap((axis) => axialCases(shapes, axis)),
    ...windowCases(shapes),
    ...wordCases(shapes),
    ...operation({
      name: 'rotaryEmbedding',
      shape: `${textOf(grid)} along axis 2`,
      forward: passCost(grid, { flops: 3, tensors: 2 }),
      backward: passCost(grid, { flops: 3, tensors: 2 }),
      make: (inputs) => {
        const x = inputs.randn(grid);
        return () => rotaryEmbedding(x, { dim: 2, base: 10_000, interleaved: true });
      },
    }),
  ];
}

/** BSAST's attention along frames, bands or channels: all other axes are independent sequences. */
function axialCases({ bsast }: ModelShapes, axis: number): BenchCase[] {
  const { channels, frames, bands, dim, heads } = bsast;
  const y = [1, channels, frames, bands, dim];
  const qkv = [1, channels, frames, bands, 3 * dim];
  const gate = [1, channels, frames, bands, heads];
  const pairs = sizeOf(y) * y[axis]!; // T² · d over all heads and sequences
  return operation({
    name: 'axialAttention',
    shape: `${textOf(qkv)} along ${y[axis]}, ${heads} heads, rope, gate`,
    forward: { flops: 4 * pairs, bytes: bytesOf(qkv, gate, y) },
    backward: { flops: 10 * pairs, bytes: bytesOf(qkv, qkv, gate, gate, y, y) },
    make: (inputs) => {
      const [packed, gates] = [inputs.randn(qkv), inputs.randn(gate)];
      const rope = { base: 10_000, interleaved: true };
      return () => axialAttention(packed, { dim: axis, heads, rope, gate: gates });
    },
  });
}

/** HTSAT's first stage: windows of 8 × 8 tokens with a bias per pair of positions. */
function windowCases({ htsat }: ModelShapes): BenchCase[] {
  const size = htsat.window ** 2;
  const windows = (htsat.image / 4) ** 2 / size;
  const q = [windows, htsat.heads, size, htsat.dim / htsat.heads];
  const bias = [htsat.heads, size, size];
  return attention(`${textOf(q)}, bias ${textOf(bias)}`, q, bias);
}

function wordCases({ roberta }: ModelShapes): BenchCase[] {
  const q = [1, roberta.heads, roberta.tokens, roberta.dim / roberta.heads];
  return attention(textOf(q), q, null);
}

function attention(shape: string, q: readonly number[], bias: readonly number[] | null): BenchCase[] {
  const pairs = sizeOf(q) * q.at(-2)!;
  const biasBytes = bias ? bytesOf(bias) : 0;
  return operation({
    name: 'scaledDotProductAttention',
    shape,
    forward: { flops: 4 * pairs, bytes: 4 * bytesOf(q) + biasBytes },
    backward: { flops: 10 * pairs, bytes: 8 * bytesOf(q) + 2 * biasBytes },
    make: (inputs) => {
      const [queries, keys, values] = [inputs.randn(q), inputs.randn(q), inputs.randn(q)];
      const added = bias ? inputs.randn(bias) : null;
      return () => scaledDotProductAttention(queries, keys, values, { bias: added });
    },
  });
}
