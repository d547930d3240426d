import { RealFft } from '../../../src/audio/fourier/realFft.ts';

const WINDOW = 0.032; // seconds

/** Mean power over time in bins, in float64, with the distance of two bins. */
export function meanPower(signal: Float32Array, sampleRate: number): { power: Float64Array; binHz: number } {
  const size = 2 ** Math.round(Math.log2(WINDOW * sampleRate));
  const fft = new RealFft(size);
  const power = new Float64Array(size / 2 + 1);
  const window = Float64Array.from({ length: size }, (_, n) => Math.sin((Math.PI * (n + 0.5)) / size) ** 2);
  let frames = 0;
  for (let start = 0; start + size <= signal.length; start += size / 2) {
    const [re, im] = [new Float64Array(fft.bins), new Float64Array(fft.bins)];
    fft.forward(
      window.map((w, n) => w * signal[start + n]!),
      re,
      im,
    );
    for (let k = 0; k <= size / 2; k++) power[k]! += re[k]! ** 2 + im[k]! ** 2;
    frames++;
  }
  // Per Hz and second, so that sample rates can be compared.
  return { power: power.map((sum) => sum / frames / size / sampleRate), binHz: sampleRate / size };
}

/** Share of a signal's energy between two frequencies. */
export function shareBetween(signal: Float32Array, sampleRate: number, low: number, high: number): number {
  const { power, binHz } = meanPower(signal, sampleRate);
  const inside = power.filter((_, k) => k * binHz >= low && k * binHz <= high);
  return sumOf(inside) / sumOf(power);
}

function sumOf(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0);
}

const BANDS = 40;
const FLOOR = 1e-9;

const melOf = (hz: number) => 2595 * Math.log10(1 + hz / 700);
const hzOf = (mel: number) => 700 * (10 ** (mel / 2595) - 1);

/** The logarithm of the mean power in triangular mel bands up to `highest` Hz. */
export function logMel(signal: Float32Array, sampleRate: number, highest: number): Float64Array {
  const { power, binHz } = meanPower(signal, sampleRate);
  const edge = (i: number) => hzOf((melOf(highest) * i) / (BANDS + 1)) / binHz;
  return Float64Array.from({ length: BANDS }, (_, band) => {
    const [from, top, to] = [edge(band), edge(band + 1), edge(band + 2)];
    let sum = 0;
    for (let k = Math.max(1, Math.ceil(from)); k < to; k++) {
      sum += Math.min((k - from) / (top - from), (to - k) / (to - top)) * power[k]!;
    }
    return Math.log(sum + FLOOR);
  });
}
