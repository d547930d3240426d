import { cached } from '../../tensor/engine/deviceCache.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Radix } from './butterfly.ts';

/**
 * The radices that multiply to `size`, or null when it has a prime factor over 7. Powers of two go in eights, then
 * fours: the fewest passes over the data.
 */
export function factor(size: number): Radix[] | null {
  const radices: Radix[] = [];
  let rest = size;
  const twos = 31 - Math.clz32(rest & -rest);
  rest /= 2 ** twos;
  const fours = twos === 1 ? 0 : (3 - (twos % 3)) % 3; // 2^(3a + 1) = 8^(a - 1) · 4 · 4, 2^(3a + 2) = 8^a · 4
  for (let i = 0; i < (twos - 2 * fours) / 3 && twos > 1; i++) radices.push(8);
  for (let i = 0; i < fours; i++) radices.push(4);
  if (twos === 1) radices.push(2);
  for (const odd of [3, 5, 7] as const) {
    for (; rest % odd === 0; rest /= odd) radices.push(odd);
  }
  return rest === 1 ? radices : null;
}

/** cos and sin of 2πk / n for k < n, interleaved. Rounded once from float64: no error grows with k. */
export function twiddles(like: Tensor, n: number): Tensor {
  return cached(like, `fourier.twiddles/${n}`, () => {
    const table = new Float32Array(2 * n);
    for (let k = 0; k < n; k++) {
      table[2 * k] = Math.cos((2 * Math.PI * k) / n);
      table[2 * k + 1] = Math.sin((2 * Math.PI * k) / n);
    }
    return table;
  });
}
