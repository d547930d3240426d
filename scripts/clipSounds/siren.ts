import { type ClipSound, ring, SAMPLES, wholeTurns } from './ring.ts';

/** An emergency vehicle: harmonics of a pitch that rises and falls. */
interface Siren {
  readonly low: number; // Hz
  readonly high: number; // Hz
  /** Rises and falls per clip. */
  readonly cycles: number;
  /** 0 is a sine-like wail, 1 the jump of a two-tone horn. */
  readonly sharpness: number;
  /** Power of the nth harmonic falls as n^-this. */
  readonly rolloff: number;
}

function synthesize({ low, high, cycles, sharpness, rolloff }: Siren): Float64Array {
  const steep = 1 + 12 * sharpness;
  const sweep = ring((n) => {
    const wave = Math.sin((2 * Math.PI * cycles * n) / SAMPLES);
    return (low * high) ** 0.5 * (high / low) ** (Math.tanh(steep * wave) / Math.tanh(steep) / 2);
  });
  const phase = wholeTurns(sweep);
  return ring((n) => {
    let value = 0;
    for (let h = 1; h * sweep[n]! < 3900; h++) value += Math.sin(h * phase[n]!) * h ** -rolloff;
    return value;
  });
}

const VARIATIONS: readonly Siren[] = [
  { low: 500, high: 1200, cycles: 1, sharpness: 0, rolloff: 1.2 },
  { low: 620, high: 1450, cycles: 4, sharpness: 0.1, rolloff: 0.9 },
  { low: 440, high: 590, cycles: 2, sharpness: 1, rolloff: 0.8 },
  { low: 560, high: 1320, cycles: 2, sharpness: 0.05, rolloff: 1 },
];

export const siren: ClipSound = {
  label: 'siren',
  variations: VARIATIONS.map((variation) => () => synthesize(variation)),
};
