/**
 * Counter-based random numbers: the nth number is a function of seed, stream and n alone. Scene number i draws from stream i,
 * so that any worker makes it, in any order and after any interruption, with the same bits on every machine.
 *
 * Philox4x32-10. Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", https://doi.org/10.1145/2063384.2063405
 */
export class RandomStream {
  readonly seed: number;
  readonly stream: number;
  readonly #block = new Uint32Array(4);
  /** How many 32-bit words were taken. */
  #taken = 0;
  #spareNormal: number | undefined;

  /** @throws RangeError unless both are whole numbers in [0, 2^32). */
  constructor(seed: number, stream = 0) {
    for (const [name, value] of Object.entries({ seed, stream })) {
      if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) {
        throw new RangeError(`RandomStream: ${name} must be a whole number in [0, 2^32), got ${value}`);
      }
    }
    this.seed = seed;
    this.stream = stream;
  }

  /** Uniform in [0, 1), a multiple of 2^-32; or in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.#word() * 2 ** -32);
  }

  /** Whole number in [0, count), each equally likely but for count / 2^32. */
  integer(count: number): number {
    if (!Number.isInteger(count) || count < 1 || count > 2 ** 32) {
      throw new RangeError(`RandomStream.integer: count must be a whole number in [1, 2^32], got ${count}`);
    }
    return Math.floor(this.uniform() * count);
  }

  /** Mean 0, variance 1. Box and Muller 1958; the second number of each pair serves the next call. */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform())); // 1 - u lies in (0, 1]: no log of 0
    const angle = 2 * Math.PI * this.uniform();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('RandomStream.pick: items must not be empty');
    return items[this.integer(items.length)]!;
  }

  /** `count` different items in random order. */
  sample<T>(items: readonly T[], count: number): T[] {
    if (count > items.length) {
      throw new RangeError(`RandomStream.sample: count must be at most the ${items.length} items, got ${count}`);
    }
    const left = [...items];
    return Array.from({ length: count }, () => left.splice(this.integer(left.length), 1)[0]!);
  }

  #word(): number {
    const at = this.#taken % 4;
    if (at === 0) {
      const block = this.#taken / 4;
      philox4x32(this.#block, [block, Math.floor(block / 2 ** 32), this.stream, 0], [this.seed, 0]);
    }
    this.#taken++;
    return this.#block[at]!;
  }
}

const ROUNDS = 10;

/** One block of Philox4x32-10: a bijection of the counter under the key. */
export function philox4x32(out: Uint32Array, counter: readonly number[], key: readonly number[]): void {
  let [a = 0, b = 0, c = 0, d = 0] = counter;
  let [k0 = 0, k1 = 0] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const low0 = Math.imul(0xd2511f53, a);
    const low1 = Math.imul(0xcd9e8d57, c);
    const high0 = multiplyHigh(0xd2511f53, a);
    a = multiplyHigh(0xcd9e8d57, c) ^ b ^ k0;
    c = high0 ^ d ^ k1;
    b = low1;
    d = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
}

/** Upper 32 bits of the unsigned product of two 32-bit numbers, in halves: a double holds 53 bits only. */
function multiplyHigh(x: number, y: number): number {
  const xHigh = x >>> 16;
  const xLow = x & 0xffff;
  const yHigh = y >>> 16;
  const yLow = y & 0xffff;
  const middle = (Math.imul(xLow, yLow) >>> 16) + (Math.imul(xHigh, yLow) >>> 0); // below 2^32: no carry is lost
  const carry = Math.imul(xLow, yHigh) + (middle & 0xffff);
  return (Math.imul(xHigh, yHigh) + (middle >>> 16) + (carry >>> 16)) | 0;
}
