/**
 * Philox4x32-10: random bits as a function of a 128-bit counter and a 64-bit key, ten rounds of multiplication and xor.
 * Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", https://doi.org/10.1145/2063384.2063405
 *
 * Any block can be computed without the ones before it, in integers alone: every device draws the same numbers, and a
 * backward pass draws a dropout mask again instead of keeping it.
 */

export type Counter = readonly [number, number, number, number];
export type Key = readonly [number, number];

const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
const WEYL = [0x9e3779b9, 0xbb67ae85] as const;
const ROUNDS = 10;

/** Four random u32 of a counter and a key of u32 words. */
export function philox(counter: Counter, key: Key): [number, number, number, number] {
  let [a, b, c, d] = counter;
  let [k, l] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const x = multiply(MULTIPLIERS[0], a);
    const y = multiply(MULTIPLIERS[1], c);
    [a, b, c, d] = [(y.high ^ b ^ k) >>> 0, y.low, (x.high ^ d ^ l) >>> 0, x.low];
    k = (k + WEYL[0]) >>> 0;
    l = (l + WEYL[1]) >>> 0;
  }
  return [a, b, c, d];
}

/** The 64-bit product of two u32. */
function multiply(a: number, b: number): { high: number; low: number } {
  const [a0, a1, b0, b1] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const carry = (middle % 0x10000) + a0 * b1;
  const high = a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000);
  return { high: high >>> 0, low: Math.imul(a, b) >>> 0 };
}

/** `count` random u32 from block `counter` on, as every random kernel draws them. */
export function randomWords(count: number, key: Key, counter: readonly [number, number], epoch = 0): Uint32Array {
  const words = new Uint32Array(count);
  for (let block = 0; 4 * block < count; block++) {
    const low = counter[0] + block;
    const high = (counter[1] + Math.floor(low / 2 ** 32)) >>> 0;
    words.set(philox([low >>> 0, high, epoch, 0], key).slice(0, count - 4 * block), 4 * block);
  }
  return words;
}

/** The same in WGSL: `randomBlock(i)` for a kernel with the params `key` and `counter` and the buffer `epoch`. */
export const PHILOX = /* wgsl */ `
fn multiplyHigh(a: u32, b: u32) -> u32 {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u);
  return a1 * b1 + (middle >> 16u) + (((middle & 0xffffu) + a0 * b1) >> 16u);
}
fn philox(counter: vec4u, key: vec2u) -> vec4u {
  var c = counter;
  var k = key;
  for (var round = 0u; round < 10u; round++) {
    let x = c.x * 0xd2511f53u;
    let xHigh = multiplyHigh(c.x, 0xd2511f53u);
    let y = c.z * 0xcd9e8d57u;
    let yHigh = multiplyHigh(c.z, 0xcd9e8d57u);
    c = vec4u(yHigh ^ c.y ^ k.x, y, xHigh ^ c.w ^ k.y, x);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}
fn randomBlock(i: u32) -> vec4u {
  let low = params.counter.x + i;
  let high = params.counter.y + select(0u, 1u, low < i);
  return philox(vec4u(low, high, epoch[0], 0u), params.key);
}`;

/** The parameters that `randomBlock` reads. */
export const PHILOX_PARAMS = { key: 'vec2u', counter: 'vec2u' } as const;
