/**
 * Fits the polynomials of src/softgpu/math and prints their coefficients, lowest power first, with the greatest error:
 *
 *   npx tsx scripts/fitPolynomials.ts
 *
 * Lawson's algorithm in float64: least squares on a dense grid, each point weighted anew by its error, until the
 * polynomial minimizes max |weight(x) · (target(x) - p(x))|. Coefficients are rounded to f32 one by one, from the
 * lowest power up, and the rest fitted anew around what rounding has changed.
 */
interface Fit {
  readonly name: string;
  readonly degree: number;
  readonly from: number;
  readonly to: number;
  readonly target: (x: number) => number;
  readonly weight: (x: number) => number;
  readonly precision?: 'f32' | 'f64';
}

/** Σ first(n) xⁿ, for targets whose closed form cancels near zero. */
function series(x: number, term: (n: number) => number): number {
  let sum = 0;
  for (let n = 30; n >= 0; n--) sum = sum * x + term(n);
  return sum;
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}

/** Coefficients of asin: (2n)! / (4ⁿ n!² (2n + 1)). */
function asinTerm(n: number): number {
  let term = 1;
  for (let i = 1; i <= n; i++) term *= (2 * i - 1) / (2 * i);
  return term / (2 * n + 1);
}

/** Enough terms for asin(0.5): 0.25^60. */
function asinTail(z: number): number {
  let sum = 0;
  for (let n = 60; n >= 1; n--) sum = sum * z + asinTerm(n);
  return sum;
}

const LN2 = Math.LN2;
const S = (Math.SQRT2 - 1) / (Math.SQRT2 + 1); // atanh argument of √2
const T = Math.SQRT2 - 1; // tan(π/8)

const FITS: readonly Fit[] = [
  {
    name: 'exp: (eˣ - 1 - x) / x²',
    degree: 4,
    from: -0.347,
    to: 0.347,
    target: (x) => series(x, (n) => 1 / factorial(n + 2)),
    weight: (x) => (x * x) / Math.exp(x),
  },
  {
    name: 'expm1: (eˣ - 1 - x) / x², relative to eˣ - 1',
    degree: 5,
    from: -0.347,
    to: 0.347,
    target: (x) => series(x, (n) => 1 / factorial(n + 2)),
    weight: (x) => x / series(x, (n) => 1 / factorial(n + 1)),
  },
  {
    name: 'exp2: (2ˣ - 1) / x',
    degree: 5,
    from: -0.5,
    to: 0.5,
    target: (x) => LN2 * series(x * LN2, (n) => 1 / factorial(n + 1)),
    weight: (x) => x / 2 ** x,
  },
  {
    name: 'log: (2 atanh(s) - 2 s) / s³ in s²',
    degree: 3,
    from: 0,
    to: S * S,
    target: (z) => series(z, (n) => 2 / (2 * n + 3)),
    weight: (z) => z / series(z, (n) => 2 / (2 * n + 1)),
  },
  {
    name: 'log2 in f64: 2 atanh(s) / (s ln 2) in s²',
    degree: 4,
    from: 0,
    to: S * S,
    target: (z) => series(z, (n) => 2 / ((2 * n + 1) * LN2)),
    weight: (z) => 1 / series(z, (n) => 2 / ((2 * n + 1) * LN2)),
    precision: 'f64',
  },
  {
    name: 'sin: (sin(x) - x) / x³ in x²',
    degree: 2,
    from: 0,
    to: 0.617,
    target: (z) => series(z, (n) => (-1) ** (n + 1) / factorial(2 * n + 3)),
    weight: (z) => z / series(z, (n) => (-1) ** n / factorial(2 * n + 1)),
  },
  {
    name: 'cos: (cos(x) - 1 + x² / 2) / x⁴ in x²',
    degree: 2,
    from: 0,
    to: 0.617,
    target: (z) => series(z, (n) => (-1) ** n / factorial(2 * n + 4)),
    weight: (z) => (z * z) / Math.cos(Math.sqrt(z)),
  },
  {
    name: 'asin: (asin(x) - x) / x³ in x²',
    degree: 4,
    from: 0,
    to: 0.25,
    target: asinTail,
    weight: (z) => z / (1 + z * asinTail(z)),
  },
  {
    name: 'atan: (atan(x) - x) / x³ in x²',
    degree: 4,
    from: 0,
    to: T * T,
    target: (z) => series(z, (n) => (-1) ** (n + 1) / (2 * n + 3)),
    weight: (z) => z / series(z, (n) => (-1) ** n / (2 * n + 1)),
  },
];

function evaluate(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}

/** Gaussian elimination with row pivoting. */
function solve(rows: number[][]): number[] {
  const n = rows.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column; row < n; row++) {
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    }
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let row = 0; row < n; row++) {
      if (row === column) continue;
      const factor = rows[row]![column]! / rows[column]![column]!;
      for (let i = column; i <= n; i++) rows[row]![i]! -= factor * rows[column]![i]!;
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!);
}

/** Fits the powers from `known.length` up to the degree, given the lower coefficients. */
function minimax({ degree, from, to, target, weight }: Fit, known: readonly number[]): number[] {
  const free = degree + 1 - known.length;
  const points = Array.from(
    { length: 1001 },
    (_, i) => (from + to) / 2 - ((to - from) / 2) * Math.cos((Math.PI * i) / 1000),
  );
  // Powers of x / to keep the equations well conditioned.
  const rows = points.map((x) =>
    Array.from({ length: free }, (_, power) => weight(x) * (x / to) ** (known.length + power)),
  );
  const values = points.map((x) => weight(x) * (target(x) - evaluate(known, x)));
  const share = points.map(() => 1 / points.length);
  let best = { coefficients: [] as number[], error: Infinity };
  for (let round = 0; round < 200; round++) {
    const coefficients = leastSquares(rows, values, share);
    const errors = rows.map((row, i) =>
      Math.abs(values[i]! - row.reduce((sum, x, k) => sum + x * coefficients[k]!, 0)),
    );
    const error = Math.max(...errors);
    if (error < best.error) best = { coefficients, error };
    const total = errors.reduce((sum, size, i) => sum + size * share[i]!, 0);
    for (const [i, size] of errors.entries()) share[i]! *= size / total;
  }
  return [...known, ...best.coefficients.map((value, power) => value / to ** (known.length + power))];
}

/** The normal equations; their right side is the last column. */
function leastSquares(rows: readonly number[][], values: readonly number[], share: readonly number[]): number[] {
  const n = rows[0]!.length;
  const equations = Array.from({ length: n }, () => new Array<number>(n + 1).fill(0));
  for (const [i, row] of rows.entries()) {
    for (let a = 0; a < n; a++) {
      for (let b = 0; b < n; b++) equations[a]![b]! += share[i]! * row[a]! * row[b]!;
      equations[a]![n]! += share[i]! * row[a]! * values[i]!;
    }
  }
  return solve(equations);
}

function fitRounded(spec: Fit): { coefficients: number[]; error: number } {
  const known: number[] = [];
  while (spec.precision !== 'f64' && known.length <= spec.degree) {
    known.push(Math.fround(minimax(spec, known)[known.length]!));
  }
  const coefficients = spec.precision === 'f64' ? minimax(spec, []) : known;
  let error = 0;
  for (let i = 0; i <= 10000; i++) {
    const x = spec.from + ((spec.to - spec.from) * i) / 10000;
    error = Math.max(error, Math.abs(spec.weight(x) * (spec.target(x) - evaluate(coefficients, x))));
  }
  return { coefficients, error };
}

for (const spec of FITS) {
  const { coefficients, error } = fitRounded(spec);
  const digits = spec.precision === 'f64' ? 17 : 9;
  console.log(`${spec.name}: error 2^${Math.log2(error).toFixed(2)}`);
  console.log(`  [${coefficients.map((value) => Number(value.toPrecision(digits))).join(', ')}]`);
}
