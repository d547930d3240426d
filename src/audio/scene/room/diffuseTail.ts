import { powerOfTwo, RealFft } from '../../fourier/realFft.ts';
import { RandomStream } from '../random.ts';
import { diffuseSpectra, type Spectrum } from './diffuseSpectra.ts';
import { octaveFilters } from './octaveBands.ts';
import type { PlacedMicrophone } from './receiver.ts';

/** One band of the tail: noise whose RMS in the pressure per sample is `level` at the tail's first sample and falls by `rate`. */
export interface BandDecay {
  readonly level: number;
  /** In nepers per sample. */
  readonly rate: number;
}

export interface TailOptions {
  readonly microphones: readonly PlacedMicrophone[];
  readonly centers: readonly number[];
  readonly decays: readonly BandDecay[];
  readonly samples: number;
  readonly sampleRate: number;
  readonly speedOfSound: number;
  readonly seed: number;
}

const TAIL_STREAM = 2 ** 32 - 2; // the last but one: none that scenes count up to
const TRANSITION = 1 / 3; // of an octave: narrow, or a slow band's decay shows in its neighbors

/**
 * The late part of a response: Gaussian noise that comes from everywhere alike, decaying in each band at its own rate. After
 * Moorer 1979, "About this reverberation business"; what the microphones have in common is that of a diffuse field.
 */
export function diffuseTail(options: TailOptions): Float64Array[] {
  const { centers, decays, samples, sampleRate, seed } = options;
  const fft = new RealFft(powerOfTwo(samples));
  const filters = octaveFilters(centers, fft.size, sampleRate, TRANSITION);
  const spectra = diffuseSpectra(fft, new RandomStream(seed, TAIL_STREAM), options);
  const groups = equalDecays(decays, filters);
  const filtered: Spectrum = { re: new Float64Array(fft.bins), im: new Float64Array(fft.bins) };
  const time = new Float64Array(fft.size);
  return spectra.map(({ re, im }) => {
    const channel = new Float64Array(samples);
    for (const { rate, gains } of groups) {
      for (let k = 0; k < gains.length; k++) {
        filtered.re[k] = re[k]! * gains[k]!;
        filtered.im[k] = im[k]! * gains[k]!;
      }
      fft.inverse(filtered.re, filtered.im, time);
      const decay = Math.exp(-rate);
      let envelope = 1;
      for (let n = 0; n < samples; n++, envelope *= decay) channel[n]! += envelope * time[n]!;
    }
    return channel;
  });
}

/**
 * Bands that decay alike go through one transform. Noise adds up by power, so filters are the roots of shares that add up to 1.
 */
function equalDecays(decays: readonly BandDecay[], filters: readonly Float64Array[]) {
  const groups = new Map<string, { readonly rate: number; readonly gains: Float64Array }>();
  for (const [band, { level, rate }] of decays.entries()) {
    const filter = filters[band]!;
    const key = rate.toPrecision(9); // Eyring's formula and its inverse agree to rounding
    const group = groups.get(key) ?? { rate, gains: new Float64Array(filter.length) };
    for (let k = 0; k < filter.length; k++) {
      group.gains[k] = Math.sqrt(group.gains[k]! ** 2 + level ** 2 * filter[k]!);
    }
    groups.set(key, group);
  }
  return [...groups.values()];
}
