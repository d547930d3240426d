/** The operations that tympan and its peers are timed on, with the same inputs and the same answer. */

export type Operation = 'matmul' | 'multiplyAdd' | 'exp' | 'gelu' | 'softmax' | 'layerNorm' | 'rfft' | 'copy';

/**
 * The result has `rows` rows. `columns` is the length of one, of the input's rows for a transform. matmul is
 * [rows, inner] · [inner, columns]; the others have no `inner`.
 */
export interface Problem {
  readonly operation: Operation;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
}

export const EPSILON = 1e-5; // of the layer norm

const matmul = (rows: number, inner: number, columns: number): Problem => ({
  operation: 'matmul',
  ...{ rows, inner, columns },
});
const along = (operation: Operation, rows: number, columns: number): Problem => ({
  operation,
  ...{ rows, columns, inner: 0 },
});

export const PROBLEMS: readonly Problem[] = [
  matmul(256, 256, 256),
  matmul(512, 512, 512),
  matmul(1024, 1024, 1024),
  matmul(1536, 128, 512), // a linear layer of BSAST
  along('copy', 1, 2 ** 26),
  along('copy', 1, 2 ** 22), // as much as the element-wise operations move
  along('multiplyAdd', 4096, 1024),
  along('exp', 4096, 1024),
  along('gelu', 4096, 1024),
  along('layerNorm', 8192, 512),
  along('softmax', 8192, 512),
  along('rfft', 512, 1024),
  along('rfft', 256, 2048),
];

export function titleOf({ operation, rows, columns, inner }: Problem): string {
  if (operation === 'matmul') return `matmul [${rows}, ${inner}] · [${inner}, ${columns}]`;
  if (operation === 'copy') return `copy ${(4 * columns) / 2 ** 20} MiB`;
  return `${operation} [${rows}, ${columns}]`;
}

/** What the rate counts: a multiply-add is two operations, a real transform 2.5 n log2 n; else bytes read and written. */
export function amountOf({ operation, rows, columns, inner }: Problem): {
  readonly amount: number;
  readonly unit: string;
} {
  if (operation === 'matmul') return { amount: 2 * rows * inner * columns, unit: 'GFLOP/s' };
  if (operation === 'rfft') return { amount: 2.5 * columns * Math.log2(columns) * rows, unit: 'GFLOP/s' };
  return { amount: 2 * 4 * rows * columns, unit: 'GB/s' };
}

/** Evenly spread in [-scale, scale), exact in f32, and as easily made by a peer in another language. */
export function signal(count: number, seed: number, scale = 1): Float32Array<ArrayBuffer> {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = valueAt(i, seed, scale);
  return values;
}

function valueAt(i: number, seed: number, scale: number): number {
  const hash = Math.imul(i + 977 * seed, 2654435761) >>> 8;
  return scale * (hash / 2 ** 23 - 1);
}

/** The seeds and scales of the inputs: `a` is the first operand, `b` matmul's second, the others are layerNorm's. */
export function inputsOf({
  operation,
  rows,
  columns,
  inner,
}: Problem): Record<'a' | 'b' | 'weight' | 'bias', () => Float32Array<ArrayBuffer>> {
  const wide = operation === 'matmul' || operation === 'rfft' ? 1 : 4;
  return {
    a: () => signal(rows * (inner || columns), 1, wide),
    b: () => signal(inner * columns, 2),
    weight: () => signal(columns, 3),
    bias: () => signal(columns, 4),
  };
}

/** The end of the result's last row in float64, complex numbers as pairs. */
export function lastRow(problem: Problem): Float64Array {
  const { operation, rows, columns, inner } = problem;
  const length = operation === 'copy' ? 1024 : inner || columns; // millions would take long
  const scale = operation === 'matmul' || operation === 'rfft' ? 1 : 4;
  const first = rows * (inner || columns) - length;
  const x = Float64Array.from({ length }, (_, i) => valueAt(first + i, 1, scale));
  switch (operation) {
    case 'matmul': {
      const row = (column: number) => x.reduce((sum, a, i) => sum + a * valueAt(i * columns + column, 2, 1), 0);
      return Float64Array.from({ length: columns }, (_, column) => row(column));
    }
    case 'copy':
      return x;
    case 'multiplyAdd':
      return x.map((value) => 2 * value + 1);
    case 'exp':
      return x.map(Math.exp);
    case 'gelu':
      return x.map((v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))));
    case 'softmax': {
      const total = x.reduce((sum, value) => sum + Math.exp(value), 0);
      return x.map((value) => Math.exp(value) / total);
    }
    case 'layerNorm': {
      const mean = x.reduce((sum, value) => sum + value, 0) / columns;
      const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / columns;
      const normalized = (value: number) => (value - mean) / Math.sqrt(variance + EPSILON);
      return x.map((value, i) => normalized(value) * valueAt(i, 3, 1) + valueAt(i, 4, 1));
    }
    case 'rfft':
      return spectrum(x);
  }
}

function spectrum(x: Float64Array): Float64Array {
  const bins = x.length / 2 + 1;
  return Float64Array.from({ length: 2 * bins }, (_, i) => {
    const part = i % 2 === 0 ? Math.cos : Math.sin;
    return x.reduce((sum, value, t) => sum + value * part((-2 * Math.PI * ((t * (i >> 1)) % x.length)) / x.length), 0);
  });
}
