import type { RandomStream } from '../../src/audio/scene/random.ts';
import { addEvent, type ClipSound, noise, resonate, SAMPLES, unitRms } from './ring.ts';

/** Rain on a roof: noise through a band, and drops that tick at random. */
interface Rain {
  /** Center and width of the noise band, in Hz. */
  readonly center: number;
  readonly width: number;
  readonly dropsPerClip: number;
  /** Amplitude of drops beside the noise's RMS of 1. */
  readonly drops: number;
  /** Depth of the slow swell of the wind, 0 to 1. */
  readonly gusts: number;
}

function synthesize({ center, width, dropsPerClip, drops, gusts }: Rain, random: RandomStream): Float64Array {
  const hiss = unitRms(resonate(noise(random), center, width));
  const swell = random.uniform(0, 2 * Math.PI);
  const out = hiss.map((value, n) => value * (1 + gusts * Math.sin((4 * Math.PI * n) / SAMPLES + swell)));
  for (let d = 0; d < dropsPerClip; d++) {
    const pitch = random.uniform(1500, 3800);
    const size = drops * random.uniform(0.3, 1) ** 2;
    addEvent(
      out,
      random.integer(SAMPLES),
      0.006,
      (t) => size * Math.exp(-t / 0.0012) * Math.sin(2 * Math.PI * pitch * t),
    );
  }
  return out;
}

const VARIATIONS: readonly Rain[] = [
  { center: 2000, width: 3000, dropsPerClip: 60, drops: 5, gusts: 0.1 },
  { center: 3000, width: 1800, dropsPerClip: 200, drops: 4, gusts: 0.25 },
  { center: 1400, width: 2200, dropsPerClip: 25, drops: 7, gusts: 0.35 },
  { center: 2400, width: 2400, dropsPerClip: 110, drops: 5, gusts: 0.2 },
];

export const rain: ClipSound = {
  label: 'rain',
  variations: VARIATIONS.map((variation) => (random) => synthesize(variation, random)),
};
