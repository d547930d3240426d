/**
 * Complex Fourier transforms of one power-of-two size in float64: iterative radix-2, decimation in time.
 *
 *   X[k] = Σ x[n] exp(-2πi k n / size)
 */
export class Fft64 {
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #reversed: Uint32Array;

  /** @throws RangeError unless the size is a power of two up to 2³⁰. */
  constructor(readonly size: number) {
    if (!Number.isInteger(Math.log2(size)) || size < 1 || size > 2 ** 30) {
      throw new RangeError(`Fft64: size must be a power of two from 1 to 2^30, got ${size}`);
    }
    // Each twiddle from its own angle: multiplying one by the next loses a digit or two at 2²⁰ points.
    this.#cos = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
    this.#sin = Float64Array.from({ length: size / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / size));
    this.#reversed = new Uint32Array(size);
    for (let i = 1; i < size; i++) this.#reversed[i] = (this.#reversed[i >> 1]! >> 1) | (i & 1 ? size >> 1 : 0);
  }

  /** Transforms in place. */
  forward(re: Float64Array, im: Float64Array): void {
    this.#permute(re, im);
    const cos = this.#cos;
    const sin = this.#sin;
    for (let half = 1; half < this.size; half *= 2) {
      const stride = this.size / (2 * half);
      for (let start = 0; start < this.size; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const c = cos[k * stride]!;
          const s = sin[k * stride]!;
          const a = start + k;
          const b = a + half;
          const x = re[b]! * c + im[b]! * s;
          const y = im[b]! * c - re[b]! * s;
          re[b] = re[a]! - x;
          im[b] = im[a]! - y;
          re[a] = re[a]! + x;
          im[a] = im[a]! + y;
        }
      }
    }
  }

  /** Transforms back in place, 1 / size included. */
  inverse(re: Float64Array, im: Float64Array): void {
    // conj(F(conj(X))) / size; swapping the parts conjugates up to a factor i that cancels.
    this.forward(im, re);
    for (let n = 0; n < this.size; n++) {
      re[n] = re[n]! / this.size;
      im[n] = im[n]! / this.size;
    }
  }

  #permute(re: Float64Array, im: Float64Array): void {
    if (re.length !== this.size || im.length !== this.size) {
      throw new RangeError(`Fft64: both parts must have ${this.size} values, got ${re.length} and ${im.length}`);
    }
    for (let i = 0; i < this.size; i++) {
      const j = this.#reversed[i]!;
      if (j <= i) continue;
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
}
