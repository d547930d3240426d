import { describe, expect, test } from 'vitest';
import { MATH, type MathName } from '../../../src/softgpu/math/index.ts';
import { MathLibrary } from '../../../src/softgpu/math/mathLibrary.ts';
import { relaxedSimd } from '../../../src/softgpu/wasm/features.ts';
import { WasmModule } from '../../../src/softgpu/wasm/module.ts';
import { printWat } from '../../../src/softgpu/wasm/wat.ts';
import { arrayFunction } from './mathModule.ts';
import { anyFloats, around, random, ulpError, uniform } from './ulp.ts';

type Range = readonly [from: number, to: number];

interface Bound {
  readonly name: MathName;
  readonly reference: (x: number) => number;
  /** In units of the last place of the true value, everywhere. WGSL allows far more. */
  readonly ulp: number;
  readonly ranges: readonly Range[];
}

const ANGLES: readonly Range[] = [
  [-4, 4],
  [-100, 100],
  [-1e5, 1e5],
  [-1e6, 1e6],
  [-3e38, 3e38],
];
const NEAR_ZERO: Range = [-0.01, 0.01];

const BOUNDS: readonly Bound[] = [
  {
    name: 'exp',
    reference: Math.exp,
    ulp: 1.1,
    ranges: [
      [-1, 1],
      [-88, 89],
      [-110, -80],
    ],
  },
  {
    name: 'exp2',
    reference: (x) => 2 ** x,
    ulp: 1.2,
    ranges: [
      [-1, 1],
      [-127, 129],
    ],
  },
  {
    name: 'log',
    reference: Math.log,
    ulp: 1,
    ranges: [
      [0.4, 2.1],
      [0.99, 1.01],
      [0, 100],
      [0, 3e38],
      [0, 1e-37],
    ],
  },
  {
    name: 'log2',
    reference: Math.log2,
    ulp: 1,
    ranges: [
      [0.4, 2.1],
      [0.99, 1.01],
      [0, 100],
      [0, 3e38],
      [0, 1e-37],
    ],
  },
  { name: 'sin', reference: Math.sin, ulp: 1.7, ranges: ANGLES },
  { name: 'cos', reference: Math.cos, ulp: 1.7, ranges: ANGLES },
  { name: 'tan', reference: Math.tan, ulp: 3.8, ranges: ANGLES },
  { name: 'asin', reference: Math.asin, ulp: 2.6, ranges: [[-1, 1], [0.49, 0.51], [0.99, 1.01], NEAR_ZERO] },
  {
    name: 'acos',
    reference: Math.acos,
    ulp: 1.3,
    ranges: [
      [-1, 1],
      [0.49, 0.51],
      [0.99, 1.01],
      [-1.01, -0.99],
    ],
  },
  { name: 'atan', reference: Math.atan, ulp: 2, ranges: [[-1, 1], [-10, 10], [0.99, 1.01], NEAR_ZERO] },
  { name: 'sinh', reference: Math.sinh, ulp: 2.3, ranges: [[-1, 1], [-90, 90], [88.5, 89.5], NEAR_ZERO] },
  {
    name: 'cosh',
    reference: Math.cosh,
    ulp: 1.6,
    ranges: [
      [-1, 1],
      [-90, 90],
      [88.5, 89.5],
    ],
  },
  { name: 'tanh', reference: Math.tanh, ulp: 2.5, ranges: [[-1, 1], [-10, 10], [-0.1, 0.1], NEAR_ZERO] },
  { name: 'asinh', reference: Math.asinh, ulp: 2, ranges: [[-1, 1], [-10, 10], [-1e20, 1e20], NEAR_ZERO] },
  {
    name: 'acosh',
    reference: Math.acosh,
    ulp: 2.3,
    ranges: [
      [0.99, 1.01],
      [1, 10],
      [1, 1e20],
    ],
  },
  { name: 'atanh', reference: Math.atanh, ulp: 2.2, ranges: [[-1, 1], [0.99, 1.01], NEAR_ZERO] },
  {
    name: 'inverseSqrt',
    reference: (x) => 1 / Math.sqrt(x),
    ulp: 1.6,
    ranges: [
      [0, 10],
      [0, 3e38],
    ],
  },
];

const EDGES = [0, -0, Infinity, -Infinity, NaN, ...around(1, -1, 0.5, -0.5, 2 ** -126, -(2 ** -126), 3.4e38, -3.4e38)];
const MORE_EDGES = around(
  1e-45,
  88.72284,
  -87.33655,
  128,
  -126,
  Math.PI,
  Math.PI / 2,
  102942,
  -102942,
  2 ** 23,
  2 ** 31,
);

/** WGSL lets subnormal results be 0. */
const SMALLEST_NORMAL = 2 ** -126;

/** The worst error over the arguments, with the place it occurs. */
function worst(args: readonly Float32Array[], results: Float32Array, reference: (...x: number[]) => number) {
  let found = { error: 0, at: [] as number[], got: 0, exact: 0 };
  for (const [i, got] of results.entries()) {
    const at = args.map((array) => array[i]!);
    const exact = reference(...at);
    if (Math.abs(exact) < SMALLEST_NORMAL && Math.abs(got) <= SMALLEST_NORMAL) continue;
    const error = ulpError(got, exact);
    if (error > found.error) found = { error, at, got, exact };
  }
  return found;
}

// Without relaxed SIMD in the engine both are the plain one.
const WAYS = [
  { way: 'plain', relaxed: false },
  { way: 'relaxed', relaxed: relaxedSimd() },
];

describe.each(WAYS)('with $way SIMD', ({ relaxed }) => {
  test.each(BOUNDS)('$name is within $ulp ulp', ({ name, reference, ulp, ranges }) => {
    const { apply } = arrayFunction(MATH[name], { relaxed });
    const next = random(1);
    const arrays = ranges.map(([from, to]) => uniform(30_000, from, to, next));
    for (const x of [...arrays, anyFloats(30_000, next), Float32Array.from([...EDGES, ...MORE_EDGES])]) {
      const { error, ...where } = worst([x], new Float32Array(apply(x)), reference);
      expect(error, JSON.stringify(where)).toBeLessThanOrEqual(ulp);
    }
  });

  const pairs = EDGES.flatMap((a) => EDGES.map((b) => [a, b] as const));
  const left = Float32Array.from(pairs, ([a]) => a);
  const right = Float32Array.from(pairs, ([, b]) => b);

  test('pow is within 1.3 ulp, and NaN for negative bases', () => {
    const next = random(2);
    const { apply } = arrayFunction(MATH.pow, { relaxed });
    // As in C, but for a negative base, and for 1 to an infinite or undefined power.
    const reference = (x: number, y: number): number => (x < 0 && y !== 0 ? NaN : Math.abs(x) ** y);
    const cases: [Float32Array, Float32Array][] = [
      [uniform(30_000, 0, 10, next), uniform(30_000, -10, 10, next)],
      [uniform(30_000, 0, 100, next), new Float32Array(30_000).fill(2)],
      [new Float32Array(76).fill(10), Float32Array.from({ length: 76 }, (_, i) => i - 37)],
      [uniform(30_000, 0.9, 1.1, next), uniform(30_000, -1000, 1000, next)],
      [anyFloats(30_000, next), anyFloats(30_000, next)],
      [left, right],
    ];
    for (const args of cases) {
      const { error, ...where } = worst(args, new Float32Array(apply(...args)), reference);
      expect(error, JSON.stringify(where)).toBeLessThanOrEqual(1.3);
    }
  });

  test('atan2 is within 2.1 ulp in all quadrants and at their ends', () => {
    const next = random(3);
    const { apply } = arrayFunction(MATH.atan2, { relaxed });
    const cases: [Float32Array, Float32Array][] = [
      [uniform(30_000, -10, 10, next), uniform(30_000, -10, 10, next)],
      [anyFloats(30_000, next), anyFloats(30_000, next)],
      [left, right],
    ];
    for (const args of cases) {
      const { error, ...where } = worst(args, new Float32Array(apply(...args)), Math.atan2);
      expect(error, JSON.stringify(where)).toBeLessThanOrEqual(2.1);
    }
  });

  test('remainderF32 is exact while the quotient is below 2^28', () => {
    const next = random(4);
    const { apply } = arrayFunction(MATH.remainderF32, { relaxed });
    const x = uniform(30_000, -1e6, 1e6, next);
    const y = uniform(30_000, 0.01, 10, next);
    expect(worst([x, y], new Float32Array(apply(x, y)), (a, b) => a % b).error).toBe(0);
  });
});

describe('ways to call', () => {
  test.each(['exp', 'sin', 'log', 'tanh'] as const)('%s gives scalars and inlined code the same bits', (name) => {
    const x = uniform(1001, -200_000, 200_000, random(5));
    const [first, ...others] = [
      arrayFunction(MATH[name], { relaxed: false, inline: 'never' }),
      arrayFunction(MATH[name], { relaxed: false, inline: 'always' }),
      arrayFunction(MATH[name], { relaxed: false, inline: 'never', width: 'scalar' }),
      arrayFunction(MATH[name], { relaxed: false, inline: 'always', width: 'scalar' }),
    ].map(({ apply }) => new Uint32Array(apply(x)));
    for (const other of others) expect(other).toEqual(first);
  });

  test('a longer function is written at its first uses, then once', () => {
    const module = new WasmModule();
    const library = new MathLibrary(module, { relaxed: false });
    const chain = module.addFunction('chain', ['v128'], ['v128']);
    chain.get(0);
    for (let i = 0; i < 9; i++) library.call(chain, MATH.exp);
    expect(printWat(module.finish({ names: true })).match(/call \$exp/g)).toHaveLength(3);
  });

  test('pow takes its scalars in order', () => {
    const { apply } = arrayFunction(MATH.pow, { relaxed: false, width: 'scalar' });
    expect([...new Float32Array(apply(new Float32Array([2, 3]), new Float32Array([3, 2])))]).toEqual([8, 9]);
  });
});
