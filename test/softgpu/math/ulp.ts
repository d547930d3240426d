const f32 = new Float32Array(1);
const i32 = new Int32Array(f32.buffer);

/** The distance from `value` to the next f32 away from zero; of subnormals, 2^-149. */
export function ulpOf(value: number): number {
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(value))), -126);
  return 2 ** (Math.min(exponent, 127) - 23);
}

/** The error of an f32 result against the true value, in units of the latter's last place. */
export function ulpError(got: number, exact: number): number {
  if (Number.isNaN(exact)) return Number.isNaN(got) ? 0 : Infinity;
  const rounded = Math.fround(exact);
  if (Object.is(got, rounded) || got === rounded) return 0;
  // Where f32 ends, ∞ and the greatest f32 are neighbors.
  if (Number.isFinite(got) !== Number.isFinite(rounded))
    return Math.abs(Math.abs(exact) / 2 ** 128 - 1) < 2 ** -21 ? 1 : Infinity;
  return Math.abs(got - exact) / ulpOf(exact);
}

/** Seeded numbers in [0, 1). */
export function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** f32 values of uniformly random bits: every exponent, subnormals, infinities and NaN. */
export function anyFloats(count: number, next: () => number): Float32Array {
  return new Float32Array(Uint32Array.from({ length: count }, () => next() * 2 ** 32).buffer);
}

export function uniform(count: number, from: number, to: number, next: () => number): Float32Array {
  return Float32Array.from({ length: count }, () => from + (to - from) * next());
}

/** Both neighbors of each value, and the value. */
export function around(...values: number[]): number[] {
  return values.flatMap((value) => {
    f32[0] = value;
    const bits = i32[0]!;
    return [-1, 0, 1].map((step) => {
      i32[0] = bits + step;
      return f32[0]!;
    });
  });
}

/** Where two arrays differ first (NaN equals NaN, 0 equals -0); undefined when they agree. Faster than a deep comparison. */
export function firstDifference(got: ArrayLike<number>, expected: ArrayLike<number>) {
  for (let i = 0; i < Math.max(got.length, expected.length); i++) {
    const [a, b] = [got[i], expected[i]];
    if (a !== b && !Object.is(a, b)) return { index: i, got: a, expected: b };
  }
  return undefined;
}
