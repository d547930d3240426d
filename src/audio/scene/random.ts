import { philoxInto } from '../../kernels/random/philox.ts';

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
      philoxInto(this.#block, [block, Math.floor(block / 2 ** 32), this.stream, 0], [this.seed, 0]);
    }
    this.#taken++;
    return this.#block[at]!;
  }
}
