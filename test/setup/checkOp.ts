import fc from 'fast-check';
import { expect } from 'vitest';
import { permute } from '../../src/kernels/view/permute.ts';
import { slice } from '../../src/kernels/view/slice.ts';
import { tensor } from '../../src/tensor/create.ts';
import { type Nd, nd } from '../../src/tensor/engine/nd.ts';
import { tidy } from '../../src/tensor/engine/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

/** How the memory of an input lies: as it is read, with its axes reversed, or inside a larger tensor. */
export type View = 'dense' | 'permuted' | 'sliced';

export interface Input {
  readonly shape: readonly number[];
  /** Elements lie in [center - spread, center + spread]. Default 0 and 1. */
  readonly center?: number;
  readonly spread?: number;
  /** Explicit elements instead of random ones. */
  readonly values?: ArrayLike<number>;
  readonly dtype?: 'f32' | 'i32' | 'u32' | 'bool';
  readonly view?: View;
  /** Whether its gradient is checked. Default: for f32. */
  readonly gradient?: boolean;
  /** Redraws values for which this is false: keeps central differences away from kinks. */
  readonly avoid?: (value: number) => boolean;
}

export interface OpCheck {
  readonly run: (inputs: readonly Tensor[]) => Tensor | readonly Tensor[];
  /** The same in float64; differentiated by central differences. */
  readonly reference: (inputs: readonly Nd[]) => Nd | readonly Nd[];
  readonly inputs: readonly Input[];
  /** Allowed |error| / max(|truth|, 1e-3 · scale) per element is not used: errors are relative to the result's largest magnitude. */
  readonly tolerance?: number;
  readonly gradTolerance?: number;
  /** Step of the central differences. */
  readonly step?: number;
  readonly seed?: number;
  /** Coordinates sampled per input for the gradient check. */
  readonly samples?: number;
}

/**
 * Runs an op forward and backward on the device and compares with a float64 reference: values relative to the largest
 * value, gradients of sum(y · upstream) against central differences of the reference, relative to the largest gradient.
 */
export async function checkOp(check: OpCheck): Promise<void> {
  const { tolerance = 2e-6, gradTolerance = 1e-4, seed = 1 } = check;
  const random = generator(seed);
  const hosts = check.inputs.map((input) => hostOf(input, random));
  const expected = listOf(check.reference(hosts));
  const upstream = expected.map(({ shape }) => nd(shape, () => Math.fround(random() * 2 - 1)));
  const leaves = check.inputs.map((input, i) => leafOf(input, hosts[i]!));
  const { outputs, grads } = tidy(() => {
    const views = leaves.map((leaf, i) => viewOf(leaf, check.inputs[i]!));
    const ys = listOf(check.run(views));
    backwardFrom(
      ys,
      upstream.map(({ data }) => data),
    );
    return {
      outputs: ys.map((y) => ({ shape: y.shape, data: y.data() })),
      grads: leaves.map((leaf, i) => leaf.grad && viewOf(leaf.grad, check.inputs[i]!).data()),
    };
  });
  try {
    expect(outputs.length).toBe(expected.length);
    for (let i = 0; i < outputs.length; i++) {
      expect(outputs[i]!.shape, 'shape of the result').toEqual(expected[i]!.shape);
      expectClose(await outputs[i]!.data, expected[i]!.data, tolerance, `output ${i}`);
    }
    for (let i = 0; i < grads.length; i++) {
      if (!wantsGrad(check.inputs[i]!)) continue;
      const grad = grads[i];
      if (grad === null || grad === undefined) throw new Error(`input ${i} got no gradient`);
      checkGradient(await grad, check, hosts, upstream, i, gradTolerance, random);
    }
  } finally {
    for (const leaf of leaves) leaf.dispose();
  }
}

/** Carries a gradient into every output. Several share one graph, which a first `backward` would release: one sum does. */
export function backwardFrom(ys: readonly Tensor[], upstream: readonly ArrayLike<number>[]): void {
  const seeds = ys.map(({ shape }, i) => tensor(Float32Array.from(upstream[i]!), { shape }));
  const graded = [...ys.keys()].filter((i) => ys[i]!.requiresGrad);
  if (graded.length === 1) ys[graded[0]!]!.backward(seeds[graded[0]!]!);
  else if (graded.length > 1)
    graded
      .map((i) => ys[i]!.mul(seeds[i]!).sum())
      .reduce((a, b) => a.add(b))
      .backward();
}

/** Compares elements; the error is measured against the largest magnitude among the truth. NaN and infinities must match. */
export function expectClose(
  actual: ArrayLike<number>,
  truth: ArrayLike<number>,
  tolerance: number,
  what = 'value',
): void {
  expect(actual.length, `${what}: count`).toBe(truth.length);
  let scale = 0;
  for (let i = 0; i < truth.length; i++) if (Number.isFinite(truth[i]!)) scale = Math.max(scale, Math.abs(truth[i]!));
  // A truth of zeros carries the rounding of float64, some 1e-15.
  const allowed = tolerance * Math.max(scale, 1e-8);
  for (let i = 0; i < truth.length; i++) {
    const [a, t] = [actual[i]!, truth[i]!];
    const same = Number.isFinite(t) ? Math.abs(a - t) <= allowed : Object.is(a, t) || a === t;
    if (!same) {
      throw new Error(
        `${what}: element ${i} of ${truth.length} is ${a}, expected ${t}: error ${Math.abs(a - t)} over ${allowed}`,
      );
    }
  }
}

/** Runs a property on the device; the seed is fixed (TYMPAN_SEED sets another), failures print how to repeat them. */
export async function property<T>(
  arbitrary: fc.Arbitrary<T>,
  check: (value: T) => Promise<void>,
  runs = 15,
): Promise<void> {
  const seed = Number(process.env['TYMPAN_SEED'] ?? 20260101);
  await fc.assert(fc.asyncProperty(arbitrary, check), { numRuns: runs, seed, endOnFailure: false });
}

/** Shapes of `rank` axes with extents from `least` to `most`. */
export function shapes(
  rank: { min: number; max: number },
  extents: { min: number; max: number },
): fc.Arbitrary<number[]> {
  return fc.array(fc.integer(extents), { minLength: rank.min, maxLength: rank.max });
}

export const views: fc.Arbitrary<View> = fc.constantFrom('dense', 'permuted', 'sliced');

function checkGradient(
  actual: ArrayLike<number>,
  check: OpCheck,
  hosts: readonly Nd[],
  upstream: readonly Nd[],
  which: number,
  tolerance: number,
  random: () => number,
): void {
  const { step = 1e-4, samples = 40 } = check;
  const count = hosts[which]!.data.length;
  const all = count <= samples;
  const coordinates = Array.from({ length: Math.min(count, samples) }, (_, i) =>
    all ? i : Math.floor(random() * count),
  );
  const truth = coordinates.map((at) => derivative(check, hosts, upstream, which, at, step));
  const scale = Math.max(...truth.map(Math.abs), 1e-3);
  coordinates.forEach((at, i) => {
    const error = Math.abs(actual[at]! - truth[i]!);
    if (!(error <= tolerance * scale)) {
      throw new Error(
        `gradient of input ${which} at ${at} of ${count} is ${actual[at]}, expected ${truth[i]}: error ${error} over ${tolerance * scale}`,
      );
    }
  });
}

function derivative(
  check: OpCheck,
  hosts: readonly Nd[],
  upstream: readonly Nd[],
  which: number,
  at: number,
  step: number,
): number {
  const shifted = (by: number) => {
    const moved = hosts.map((host, i) => (i === which ? { shape: host.shape, data: host.data.slice() } : host));
    moved[which]!.data[at]! += by;
    return listOf(check.reference(moved)).reduce((total, y, o) => total + dot(y.data, upstream[o]!.data), 0);
  };
  return (shifted(step) - shifted(-step)) / (2 * step);
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) if (b[i] !== 0) total += a[i]! * b[i]!;
  return total;
}

function wantsGrad({ dtype = 'f32', gradient = dtype === 'f32' }: Input): boolean {
  return gradient;
}

function hostOf({ shape, values, center = 0, spread = 1, dtype = 'f32', avoid }: Input, random: () => number): Nd {
  return nd(shape, (i) => {
    if (values) return dtype === 'f32' ? Math.fround(values[i]!) : values[i]!;
    for (;;) {
      const value = Math.fround(center + spread * (random() * 2 - 1));
      if (!avoid?.(value)) return dtype === 'f32' ? value : Math.round(value);
    }
  });
}

/** The tensor that owns the memory, laid out so that `viewOf` gives back the input. */
function leafOf(input: Input, host: Nd): Tensor {
  const { dtype = 'f32', view = 'dense' } = input;
  const requiresGrad = wantsGrad(input);
  const rank = host.shape.length;
  if (view === 'permuted') {
    const shape = [...host.shape].reverse();
    const data = nd(shape, (_, at) => host.data[rowMajor(host.shape, [...at].reverse())]!).data;
    return tensor(data, { shape, dtype, requiresGrad });
  }
  if (view === 'sliced' && rank > 0) {
    const shape = host.shape.with(-1, host.shape[rank - 1]! + 3);
    const data = nd(shape, (_, at) => {
      const column = at[rank - 1]! - 1;
      const inside = column >= 0 && column < host.shape[rank - 1]!;
      return inside ? host.data[rowMajor(host.shape, at.with(-1, column))]! : 77;
    }).data;
    return tensor(data, { shape, dtype, requiresGrad });
  }
  return tensor(host.data, { shape: host.shape, dtype, requiresGrad });
}

function viewOf(leaf: Tensor, { view = 'dense', shape }: Input): Tensor {
  if (view === 'permuted') return permute(leaf, [...shape.keys()].reverse());
  if (view === 'sliced' && shape.length > 0) return slice(leaf, -1, 1, 1 + shape[shape.length - 1]!);
  return leaf;
}

function rowMajor(shape: readonly number[], at: readonly number[]): number {
  return shape.reduce((index, extent, d) => index * extent + at[d]!, 0);
}

function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** Uniform numbers in [0, 1) from a 32-bit seed (Mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
