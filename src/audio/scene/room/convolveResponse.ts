import { powerOfTwo, RealFft } from '../../fourier/realFft.ts';

const LARGEST_BLOCK = 8192; // a transform of twice that stays in a core's second cache

/**
 * A mono signal heard through a room: convolved with each channel of a response, all of signal + response - 1 samples.
 *
 * Overlap-add with both cut into blocks; the spectra of past blocks wait until their part of the response is due. Stockham 1966,
 * "High-speed convolution and correlation"; Wefers 2015, "Partitioned convolution algorithms for real-time auralization", 5.
 *
 * @throws RangeError for channels of different lengths; nothing convolved gives nothing.
 */
export function convolveResponse(signal: Float32Array, response: readonly Float32Array[]): Float32Array[] {
  const length = response[0]?.length ?? 0;
  if (response.some((channel) => channel.length !== length)) {
    const lengths = response.map((channel) => channel.length).join(', ');
    throw new RangeError(`convolveResponse: channels of the response must have equal lengths, got ${lengths} samples`);
  }
  if (length === 0 || signal.length === 0) return response.map(() => new Float32Array(0));
  const block = Math.min(LARGEST_BLOCK, powerOfTwo(Math.min(length, signal.length)));
  const fft = new RealFft(2 * block);
  const parts = response.map((channel) => spectra(fft, channel, block));
  const output = response.map(() => new Float32Array(signal.length + length - 1));
  const past = Array.from({ length: Math.ceil(length / block) }, () => emptySpectrum(fft));
  const sum = emptySpectrum(fft);
  const time = new Float64Array(fft.size);
  const signalBlocks = Math.ceil(signal.length / block);
  for (let at = 0; at < signalBlocks + past.length - 1; at++) {
    const next = past[at % past.length]!;
    if (at < signalBlocks) fft.forward(signal.subarray(at * block, (at + 1) * block), next.re, next.im);
    for (const [c, channel] of output.entries()) {
      sum.re.fill(0);
      sum.im.fill(0);
      for (let part = Math.max(0, at - signalBlocks + 1); part <= Math.min(at, past.length - 1); part++) {
        addProduct(sum, past[(at - part) % past.length]!, parts[c]![part]!);
      }
      fft.inverse(sum.re, sum.im, time);
      const start = at * block;
      const last = Math.min(time.length, channel.length - start);
      for (let n = 0; n < last; n++) channel[start + n]! += time[n]!;
    }
  }
  return output;
}

interface Spectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

function emptySpectrum(fft: RealFft): Spectrum {
  return { re: new Float64Array(fft.bins), im: new Float64Array(fft.bins) };
}

function spectra(fft: RealFft, channel: Float32Array, block: number): Spectrum[] {
  return Array.from({ length: Math.ceil(channel.length / block) }, (_, part) => {
    const spectrum = emptySpectrum(fft);
    fft.forward(channel.subarray(part * block, (part + 1) * block), spectrum.re, spectrum.im);
    return spectrum;
  });
}

function addProduct(sum: Spectrum, a: Spectrum, b: Spectrum): void {
  const { re, im } = sum;
  const { re: aRe, im: aIm } = a;
  const { re: bRe, im: bIm } = b;
  for (let k = 0; k < re.length; k++) {
    re[k]! += aRe[k]! * bRe[k]! - aIm[k]! * bIm[k]!;
    im[k]! += aRe[k]! * bIm[k]! + aIm[k]! * bRe[k]!;
  }
}
