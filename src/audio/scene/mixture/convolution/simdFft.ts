import { type FftPasses, fftPasses } from './fftPasses.ts';

/** A complex signal inside a transform's memory. */
export interface ComplexBuffer {
  readonly re: Float32Array;
  readonly im: Float32Array;
  readonly reAddress: number;
  readonly imAddress: number;
}

/**
 * Complex Fourier transforms of one power-of-two size in float32, as WebAssembly with four floats at a time: some ten times as fast
 * as loops in JavaScript, and the same bits on every machine but for the last ones of its table of cosines.
 *
 * Stockham's with radix 4. Van Loan 1992, "Computational frameworks for the fast Fourier transform", 1.7 and 2.4.
 */
export class SimdFft {
  readonly #passes: FftPasses;
  readonly #memory: WebAssembly.Memory;
  readonly #scratch: ComplexBuffer;
  /** Of each pass with radix 4, by its address. */
  readonly #twiddles: readonly number[];
  #used = 0;

  /**
   * @param buffers How many `buffer` will be asked for.
   * @throws RangeError unless the size is a power of two from 16 to 2^22.
   */
  constructor(
    readonly size: number,
    buffers: number,
  ) {
    if (!Number.isInteger(Math.log2(size)) || size < 16 || size > 2 ** 22) {
      throw new RangeError(`SimdFft: size must be a power of two from 16 to 2^22, got ${size}`);
    }
    const floats = 2 * size * (buffers + 1) + 2 * size; // all twiddles together: 6 (N / 4 + N / 16 + …) < 2 N
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil((4 * floats) / 65_536) });
    this.#passes = fftPasses(this.#memory);
    this.#scratch = this.buffer();
    this.#twiddles = this.#makeTwiddles();
  }

  /** Memory for one complex signal, zeros at first. */
  buffer(): ComplexBuffer {
    const [re, im] = [this.#floats(this.size), this.#floats(this.size)];
    return { re, im, reAddress: re.byteOffset, imAddress: im.byteOffset };
  }

  /** In place. */
  forward(signal: ComplexBuffer): void {
    const { size } = this;
    const { reAddress, imAddress } = signal;
    let from = { re: reAddress, im: imAddress };
    let to = { re: this.#scratch.reAddress, im: this.#scratch.imAddress };
    let stride = 1;
    for (const twiddles of this.#twiddles) {
      const quarter = size / stride / 4;
      if (stride === 1) this.#passes.first(from.re, from.im, to.re, to.im, twiddles, quarter);
      else this.#passes.radix4(from.re, from.im, to.re, to.im, twiddles, quarter, stride);
      [from, to] = [to, from];
      stride *= 4;
    }
    if (stride < size) {
      this.#passes.radix2(from.re, from.im, to.re, to.im, size / 2);
      [from, to] = [to, from];
    }
    if (from.re === reAddress) return;
    signal.re.set(this.#scratch.re);
    signal.im.set(this.#scratch.im);
  }

  /** In place, without the division by the size. */
  inverse({ re, im, reAddress, imAddress }: ComplexBuffer): void {
    this.forward({ re: im, im: re, reAddress: imAddress, imAddress: reAddress });
  }

  /** to = a · b. */
  multiply(a: ComplexBuffer, b: ComplexBuffer, to: ComplexBuffer): void {
    const { reAddress, imAddress } = to;
    this.#passes.multiply(a.reAddress, a.imAddress, b.reAddress, b.imAddress, reAddress, imAddress, this.size);
  }

  #floats(count: number): Float32Array {
    const floats = new Float32Array(this.#memory.buffer, this.#used, count);
    this.#used += floats.byteLength;
    return floats;
  }

  #makeTwiddles(): number[] {
    const passes: number[] = [];
    for (let length = this.size; length >= 4; length /= 4) {
      const planes = [1, 1, 2, 2, 3, 3].map(() => this.#floats(length / 4));
      passes.push(planes[0]!.byteOffset);
      for (const [plane, values] of planes.entries()) {
        const turn = (-2 * Math.PI * (Math.floor(plane / 2) + 1)) / length;
        for (let p = 0; p < values.length; p++) values[p] = plane % 2 === 0 ? Math.cos(turn * p) : Math.sin(turn * p);
      }
    }
    return passes;
  }
}
