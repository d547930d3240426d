/**
 * Philox4x32-10: random bits as a function of a 128-bit counter and a 64-bit key, ten rounds of multiplication and xor.
 * Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", https://doi.org/10.1145/2063384.2063405
 *
 * Any block can be computed without the ones before it, in integers alone: every device draws the same numbers, and a
 * backward pass draws a dropout mask again instead of keeping it.
 */

export type Counter = readonly [number, number, number, number];
export type Key = readonly [number, number];

const ROUNDS = 10;

/** Four random u32 of a counter and a key of u32 words. */
export function philox(counter: Counter, key: Key): [number, number, number, number] {
  const words = new Uint32Array(4);
  philoxInto(words, counter, key);
  return [words[0]!, words[1]!, words[2]!, words[3]!];
}

/** `philox` into the first four words of an array, for the host's own streams of numbers. */
export function philoxInto(words: Uint32Array, counter: Counter, key: Key): void {
  let [a, b, c, d] = counter;
  let [k, l] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const lowA = Math.imul(0xd2511f53, a);
    const lowC = Math.imul(0xcd9e8d57, c);
    const highA = multiplyHigh(0xd2511f53, a);
    a = multiplyHigh(0xcd9e8d57, c) ^ b ^ k;
    c = highA ^ d ^ l;
    b = lowC;
    d = lowA;
    k = (k + 0x9e3779b9) | 0;
    l = (l + 0xbb67ae85) | 0;
  }
  words[0] = a;
  words[1] = b;
  words[2] = c;
  words[3] = d;
}

/** Upper 32 bits of the unsigned product of two words, in halves: a double holds 53 bits only. */
function multiplyHigh(x: number, y: number): number {
  const [x0, x1, y0, y1] = [x & 0xffff, x >>> 16, y & 0xffff, y >>> 16];
  const middle = (Math.imul(x0, y0) >>> 16) + (Math.imul(x1, y0) >>> 0); // below 2^32: no carry is lost
  const carry = Math.imul(x0, y1) + (middle & 0xffff);
  return (Math.imul(x1, y1) + (middle >>> 16) + (carry >>> 16)) | 0;
}

/** `count` random u32 from block `counter` on, as every random kernel draws them. */
export function randomWords(count: number, key: Key, counter: readonly [number, number], epoch = 0): Uint32Array {
  const words = new Uint32Array(4 * Math.ceil(count / 4));
  for (let at = 0; at < words.length; at += 4) {
    const low = counter[0] + at / 4;
    const high = (counter[1] + Math.floor(low / 2 ** 32)) >>> 0;
    philoxInto(words.subarray(at, at + 4), [low >>> 0, high, epoch, 0], key);
  }
  return words.subarray(0, count);
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
