import { linear } from '../../src/kernels/matmul/linear.ts';
import { matmul } from '../../src/kernels/matmul/matmul.ts';
import { transpose } from '../../src/kernels/view/permute.ts';
import type { Shape } from '../../src/tensor/engine/shape.ts';
import { type BenchCase, bytesOf, operation, sizeOf, textOf } from '../benchCase.ts';
import type { ModelShapes } from '../shapes.ts';

/** 2 · rows · inputs · outputs operations; backward has two products of that size, one for each operand. */
export function matmulCases({ bsast, htsat, roberta, square }: ModelShapes): BenchCase[] {
  const grid = bsast.channels * bsast.frames * bsast.bands;
  const { dim } = bsast;
  const tokens = (htsat.image / 4) ** 2;
  const wide = htsat.dim;
  const deep = 8 * htsat.dim;
  const words = roberta.tokens;
  const windows = [(tokens / htsat.window ** 2) * htsat.heads, htsat.window ** 2, htsat.dim / htsat.heads];
  return [
    ...product([square, square], [square, square]),
    ...product(windows, windows, true),
    // BSAST: qkv, attention's output, feed-forward up and down
    ...layer(grid, dim, 3 * dim, { bias: false }),
    ...layer(grid, dim, dim, { bias: false }),
    ...layer(grid, dim, 4 * dim, { activation: 'gelu' }),
    ...layer(grid, 4 * dim, dim),
    // HTSAT, first and last stage: qkv, feed-forward up and down
    ...layer(tokens, wide, 3 * wide),
    ...layer(tokens, wide, 4 * wide, { activation: 'gelu' }),
    ...layer(tokens, 4 * wide, wide),
    ...layer(tokens / 64, deep, 4 * deep, { activation: 'gelu' }),
    ...layer(tokens / 64, 4 * deep, deep),
    // RoBERTa: a projection of attention, feed-forward up and down
    ...layer(words, roberta.dim, roberta.dim),
    ...layer(words, roberta.dim, 4 * roberta.dim, { activation: 'gelu' }),
    ...layer(words, 4 * roberta.dim, roberta.dim),
    // The two-layer nets of a query: one row
    ...layer(1, 512, 512),
  ];
}

function product(a: Shape, b: Shape, transposed = false): BenchCase[] {
  const [rows, inner] = a.slice(-2) as [number, number];
  const cols = transposed ? b.at(-2)! : b.at(-1)!;
  const batch = a.slice(0, -2);
  const y = [...batch, rows, cols];
  const count = sizeOf(batch) * 2 * rows * inner * cols;
  return operation({
    name: 'matmul',
    shape: `${textOf(a, b)}${transposed ? ' transposed' : ''}`,
    forward: { flops: count, bytes: bytesOf(a, b, y) },
    backward: { flops: 2 * count, bytes: bytesOf(a, a, b, b, y) },
    make: (inputs) => {
      const [left, right] = [inputs.randn(a), inputs.randn(b)];
      return () => matmul(left, transposed ? transpose(right, -2, -1) : right);
    },
  });
}

interface LayerOptions {
  readonly bias?: boolean;
  readonly activation?: 'none' | 'gelu';
}

function layer(
  rows: number,
  from: number,
  to: number,
  { bias = true, activation = 'none' }: LayerOptions = {},
): BenchCase[] {
  const [x, weight, y] = [
    [rows, from],
    [to, from],
    [rows, to],
  ];
  const flops = 2 * rows * from * to;
  return operation({
    name: 'linear',
    shape: `${textOf(x)} to ${to}${bias ? ', bias' : ''}${activation === 'gelu' ? ', gelu' : ''}`,
    forward: { flops, bytes: bytesOf(x, weight, y) },
    backward: { flops: 2 * flops, bytes: bytesOf(x, x, weight, weight, y) },
    make: (inputs) => {
      const [input, matrix] = [inputs.randn(x), inputs.randn(weight, { scale: from ** -0.5 })];
      const shift = bias ? inputs.randn([to]) : null;
      return () => linear(input, matrix, shift, { activation });
    },
  });
}
