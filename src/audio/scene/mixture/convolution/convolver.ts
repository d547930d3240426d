import { powerOfTwo } from '../../../fourier/realFft.ts';
import { convolveResponse } from '../../room/convolveResponse.ts';
import { type ComplexBuffer, SimdFft } from './simdFft.ts';

const LEAST_SIZE = 1024;
const LONGEST = 2 ** 21; // of a response, in samples

interface Workspace {
  readonly fft: SimdFft;
  readonly response: ComplexBuffer;
  readonly spectrum: ComplexBuffer;
  readonly product: ComplexBuffer;
}

/**
 * `convolveResponse` in float32, some ten times as fast: what is off is at most a few 1e-7 of the loudest sample. Keeps its memory
 * for the next time: 30 bytes for each sample of the transform, whose size is at least twice the response's.
 *
 * Two channels at a time: as real and imaginary part of one response, they come out as those of one product. Overlap-add,
 * Stockham 1966, "High-speed convolution and correlation".
 */
export class Convolver {
  readonly #workspaces = new Map<number, Workspace>();

  /** @returns signal + response - 1 samples of each channel. @throws RangeError for channels of different lengths. */
  convolve(signal: Float32Array, response: readonly Float32Array[]): Float32Array[] {
    const length = response[0]?.length ?? 0;
    const uneven = response.some((channel) => channel.length !== length);
    if (uneven || length === 0 || length > LONGEST || signal.length === 0) return convolveResponse(signal, response);
    const work = this.#workspace(Math.max(LEAST_SIZE, powerOfTwo(2 * length)));
    const output = response.map(() => new Float32Array(signal.length + length - 1));
    for (let channel = 0; channel < response.length; channel += 2) {
      const [a, b] = [response[channel]!, response[channel + 1]];
      convolvePair(work, signal, a, b, output[channel]!, output[channel + 1]);
    }
    return output;
  }

  #workspace(size: number): Workspace {
    const known = this.#workspaces.get(size);
    if (known) return known;
    const fft = new SimdFft(size, 3);
    const made = { fft, response: fft.buffer(), spectrum: fft.buffer(), product: fft.buffer() };
    this.#workspaces.set(size, made);
    return made;
  }
}

function convolvePair(
  { fft, response, spectrum, product }: Workspace,
  signal: Float32Array,
  a: Float32Array,
  b: Float32Array | undefined,
  outA: Float32Array,
  outB: Float32Array | undefined,
): void {
  const block = fft.size - a.length + 1;
  const scale = 1 / fft.size;
  fill(response.re, a, scale);
  if (b) fill(response.im, b, scale);
  else response.im.fill(0);
  fft.forward(response);
  for (let start = 0; start < signal.length; start += block) {
    fill(spectrum.re, signal.subarray(start, start + block), 1);
    spectrum.im.fill(0);
    fft.forward(spectrum);
    fft.multiply(spectrum, response, product);
    fft.inverse(product);
    addFrom(outA, product.re, start);
    if (outB) addFrom(outB, product.im, start);
  }
}

/** The values times a gain, and zeros behind them. */
function fill(to: Float32Array, values: Float32Array, gain: number): void {
  if (gain === 1) to.set(values);
  else for (let n = 0; n < values.length; n++) to[n] = gain * values[n]!;
  to.fill(0, values.length);
}

function addFrom(sum: Float32Array, values: Float32Array, start: number): void {
  const count = Math.min(values.length, sum.length - start);
  for (let n = 0; n < count; n++) sum[start + n]! += values[n]!;
}
