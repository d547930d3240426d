/**
 * Fourier transforms of real signals of one power-of-two size, in float64, for data made in worker threads without a device.
 *
 *   X[k] = Σ x[n] exp(-2πi k n / size)      k = 0 … size / 2
 *
 * Two real samples make one complex sample of half the size; that transform is Stockham's with radix 4, whose passes read and
 * write in order and need no bit reversal. Van Loan 1992, "Computational frameworks for the fast Fourier transform", 1.7 and 4.3.
 */
export class RealFft {
  readonly bins: number;
  readonly #half: number;
  readonly #cos: Float64Array; // of 2π k / size
  readonly #sin: Float64Array;
  #re: Float64Array;
  #im: Float64Array;
  #nextRe: Float64Array;
  #nextIm: Float64Array;

  /** @throws RangeError unless the size is a power of two from 2 to 2³⁰. */
  constructor(readonly size: number) {
    if (!Number.isInteger(Math.log2(size)) || size < 2 || size > 2 ** 30) {
      throw new RangeError(`RealFft: size must be a power of two from 2 to 2^30, got ${size}`);
    }
    const half = size / 2;
    this.bins = half + 1;
    this.#half = half;
    this.#cos = new Float64Array(size).map((_, k) => Math.cos((2 * Math.PI * k) / size));
    this.#sin = new Float64Array(size).map((_, k) => Math.sin((2 * Math.PI * k) / size));
    this.#re = new Float64Array(half);
    this.#im = new Float64Array(half);
    this.#nextRe = new Float64Array(half);
    this.#nextIm = new Float64Array(half);
  }

  /** Of a signal of at most `size` samples, zeros after it. Writes `bins` values to each part. */
  forward(signal: ArrayLike<number>, re: Float64Array, im: Float64Array): void {
    this.#expectBins(re, im);
    if (signal.length > this.size) {
      throw new RangeError(`RealFft: signal must have at most ${this.size} samples, got ${signal.length}`);
    }
    const half = this.#half;
    const zRe = this.#re;
    const zIm = this.#im;
    for (let n = 0; n < half; n++) {
      zRe[n] = signal[2 * n] ?? 0;
      zIm[n] = signal[2 * n + 1] ?? 0;
    }
    this.#transform();
    this.#unpack(this.#re, this.#im, re, im);
  }

  /** Back to `size` samples, 1 / size included. The imaginary parts of the first and last bin count as 0. */
  inverse(re: Float64Array, im: Float64Array, signal: Float64Array | Float32Array): void {
    this.#expectBins(re, im);
    if (signal.length !== this.size) {
      throw new RangeError(`RealFft: signal must have ${this.size} samples, got ${signal.length}`);
    }
    const half = this.#half;
    const zRe = this.#im; // parts swapped: a forward transform then goes backward
    const zIm = this.#re;
    const cos = this.#cos;
    const sin = this.#sin;
    for (let k = 0; k < half; k++) {
      const m = half - k;
      const aIm = k === 0 ? 0 : im[k]!;
      const bIm = k === 0 ? 0 : im[m]!;
      const evenRe = re[k]! + re[m]!;
      const evenIm = aIm - bIm;
      const diffRe = re[k]! - re[m]!;
      const diffIm = aIm + bIm;
      const oddRe = diffRe * cos[k]! - diffIm * sin[k]!;
      const oddIm = diffRe * sin[k]! + diffIm * cos[k]!;
      zRe[k] = evenRe - oddIm;
      zIm[k] = evenIm + oddRe;
    }
    this.#transform();
    const scale = 1 / this.size;
    for (let n = 0; n < half; n++) {
      signal[2 * n] = this.#im[n]! * scale;
      signal[2 * n + 1] = this.#re[n]! * scale;
    }
  }

  /** X[k] = E[k] + exp(-2πi k / size) O[k], the even and odd samples' transforms being the Hermitian parts of Z. */
  #unpack(zRe: Float64Array, zIm: Float64Array, re: Float64Array, im: Float64Array): void {
    const half = this.#half;
    const cos = this.#cos;
    const sin = this.#sin;
    for (let k = 1; k < half; k++) {
      const m = half - k;
      const evenRe = (zRe[k]! + zRe[m]!) / 2;
      const evenIm = (zIm[k]! - zIm[m]!) / 2;
      const oddRe = (zIm[k]! + zIm[m]!) / 2;
      const oddIm = (zRe[m]! - zRe[k]!) / 2;
      re[k] = evenRe + oddRe * cos[k]! + oddIm * sin[k]!;
      im[k] = evenIm + oddIm * cos[k]! - oddRe * sin[k]!;
    }
    re[0] = zRe[0]! + zIm[0]!;
    re[half] = zRe[0]! - zIm[0]!;
    im[0] = 0;
    im[half] = 0;
  }

  #transform(): void {
    let stride = 1;
    for (let length = this.#half; length >= 4; length /= 4, stride *= 4) {
      this.#radix4(length, stride);
      this.#swap();
    }
    if (stride < this.#half) {
      this.#radix2(stride);
      this.#swap();
    }
  }

  #swap(): void {
    [this.#re, this.#nextRe] = [this.#nextRe, this.#re];
    [this.#im, this.#nextIm] = [this.#nextIm, this.#im];
  }

  #radix4(length: number, stride: number): void {
    const [re, im, toRe, toIm, cos, sin] = [this.#re, this.#im, this.#nextRe, this.#nextIm, this.#cos, this.#sin];
    const quarter = length / 4;
    const step = stride * quarter;
    for (let p = 0; p < quarter; p++) {
      const turn = 2 * p * stride; // the table is of twice this transform's size
      const c1 = cos[turn]!;
      const s1 = sin[turn]!;
      const c2 = cos[2 * turn]!;
      const s2 = sin[2 * turn]!;
      const c3 = cos[3 * turn]!;
      const s3 = sin[3 * turn]!;
      let from = stride * p;
      let to = 4 * stride * p;
      for (let q = 0; q < stride; q++, from++, to++) {
        const sumRe = re[from]! + re[from + 2 * step]!;
        const sumIm = im[from]! + im[from + 2 * step]!;
        const diffRe = re[from]! - re[from + 2 * step]!;
        const diffIm = im[from]! - im[from + 2 * step]!;
        const otherRe = re[from + step]! + re[from + 3 * step]!;
        const otherIm = im[from + step]! + im[from + 3 * step]!;
        const crossRe = im[from + step]! - im[from + 3 * step]!; // -i (b - d)
        const crossIm = re[from + 3 * step]! - re[from + step]!;
        toRe[to] = sumRe + otherRe;
        toIm[to] = sumIm + otherIm;
        const r1 = diffRe + crossRe;
        const i1 = diffIm + crossIm;
        const r2 = sumRe - otherRe;
        const i2 = sumIm - otherIm;
        const r3 = diffRe - crossRe;
        const i3 = diffIm - crossIm;
        toRe[to + stride] = r1 * c1 + i1 * s1;
        toIm[to + stride] = i1 * c1 - r1 * s1;
        toRe[to + 2 * stride] = r2 * c2 + i2 * s2;
        toIm[to + 2 * stride] = i2 * c2 - r2 * s2;
        toRe[to + 3 * stride] = r3 * c3 + i3 * s3;
        toIm[to + 3 * stride] = i3 * c3 - r3 * s3;
      }
    }
  }

  #radix2(stride: number): void {
    const [re, im, toRe, toIm] = [this.#re, this.#im, this.#nextRe, this.#nextIm];
    for (let q = 0; q < stride; q++) {
      toRe[q] = re[q]! + re[q + stride]!;
      toIm[q] = im[q]! + im[q + stride]!;
      toRe[q + stride] = re[q]! - re[q + stride]!;
      toIm[q + stride] = im[q]! - im[q + stride]!;
    }
  }

  #expectBins(re: Float64Array, im: Float64Array): void {
    if (re.length !== this.bins || im.length !== this.bins) {
      throw new RangeError(`RealFft: both parts must have ${this.bins} bins, got ${re.length} and ${im.length}`);
    }
  }
}

/** The smallest power of two that is at least `length`. */
export function powerOfTwo(length: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, length)));
}
