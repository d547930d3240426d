import { powerOfTwo, RealFft } from '../../../../src/audio/fourier/realFft.ts';

/**
 * The part of a response around `center` Hz: a raised cosine over 0.6 octaves to each side, which rings for shorter than any decay
 * in these tests and leaves the neighbors out.
 */
export function octaveOf(response: Float32Array, center: number, sampleRate: number): Float64Array {
  const fft = new RealFft(powerOfTwo(2 * response.length));
  const [re, im] = [new Float64Array(fft.bins), new Float64Array(fft.bins)];
  fft.forward(response, re, im);
  for (let k = 0; k < fft.bins; k++) {
    const octaves = Math.abs(Math.log2((k * sampleRate) / fft.size / center));
    const gain = octaves < 0.6 ? Math.cos(((Math.PI / 2) * octaves) / 0.6) ** 2 : 0;
    re[k]! *= gain;
    im[k]! *= gain;
  }
  const time = new Float64Array(fft.size);
  fft.inverse(re, im, time);
  return time.slice(0, response.length);
}

/** The root of the mean energy of several responses, sample by sample: as decays are averaged over a room, ISO 3382-2, 5.4. */
export function averaged(responses: readonly Float64Array[]): Float64Array {
  return Float64Array.from(responses[0]!, (_, n) =>
    Math.sqrt(responses.reduce((sum, response) => sum + response[n]! ** 2, 0) / responses.length),
  );
}
