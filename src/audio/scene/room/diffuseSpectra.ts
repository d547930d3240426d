import type { RealFft } from '../../fourier/realFft.ts';
import type { RandomStream } from '../random.ts';
import { diffuseMixing, rowStart } from './diffuseField.ts';
import type { PlacedMicrophone } from './receiver.ts';

/** Half the transform of a real signal: `RealFft`'s bins. */
export interface Spectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

export interface DiffuseFieldOptions {
  readonly microphones: readonly PlacedMicrophone[];
  readonly sampleRate: number;
  /** In meters per second. */
  readonly speedOfSound: number;
}

/**
 * What each microphone hears of white Gaussian noise from everywhere alike, of variance 1 in the pressure, as spectra: its time wraps
 * around, so it has no edges to ring at.
 */
export function diffuseSpectra(fft: RealFft, random: RandomStream, options: DiffuseFieldOptions): Spectrum[] {
  const spectra = options.microphones.map(() => whiteSpectrum(random, fft));
  mix(spectra, fft.size, options);
  return spectra;
}

/** The transform of white Gaussian noise of variance 1, drawn as such. */
function whiteSpectrum(random: RandomStream, fft: RealFft): Spectrum {
  const each = Math.sqrt(fft.size / 2);
  const re = new Float64Array(fft.bins).map(() => each * random.normal());
  const im = new Float64Array(fft.bins).map(() => each * random.normal());
  for (const edge of [0, fft.bins - 1]) {
    re[edge]! *= Math.SQRT2;
    im[edge] = 0;
  }
  return { re, im };
}

/** Independent noises to what the microphones hear, in place. */
function mix(
  spectra: readonly Spectrum[],
  size: number,
  { microphones, sampleRate, speedOfSound }: DiffuseFieldOptions,
): void {
  const [first, ...others] = microphones;
  const inOnePlace = others.every(({ position }) => position.every((at, axis) => at === first!.position[axis]));
  const wavePerBin = (2 * Math.PI * sampleRate) / size / speedOfSound;
  let mixing = diffuseMixing(microphones, 0);
  const bins = spectra[0]!.re.length;
  for (let k = 0; k < bins; k++) {
    if (!inOnePlace) mixing = diffuseMixing(microphones, wavePerBin * k);
    // From the last row on: a row reads only those above it.
    for (let row = spectra.length - 1; row >= 0; row--) {
      let real = 0;
      let imaginary = 0;
      for (let column = 0; column <= row; column++) {
        const { re, im } = spectra[column]!;
        const a = mixing.re[rowStart(row) + column]!;
        const b = mixing.im[rowStart(row) + column]!;
        real += a * re[k]! - b * im[k]!;
        imaginary += a * im[k]! + b * re[k]!;
      }
      spectra[row]!.re[k] = real;
      spectra[row]!.im[k] = imaginary;
    }
  }
}
