import type { RandomStream } from '../../src/audio/scene/random.ts';
import { addEvent, type ClipSound, noise, resonate, SAMPLE_RATE, SAMPLES, unitRms } from './ring.ts';

/** A bird: whistled notes that glide, in phrases. */
interface Bird {
  /** Glides of one phrase, in Hz from start to end. */
  readonly notes: readonly (readonly [from: number, to: number])[];
  readonly noteSeconds: number;
  readonly phrases: number;
  /** Depth and rate of the trill in a note. */
  readonly trillHz: number;
  readonly trillRate: number; // Hz
}

function synthesize({ notes, noteSeconds, phrases, trillHz, trillRate }: Bird, random: RandomStream): Float64Array {
  const out = new Float64Array(SAMPLES);
  for (let p = 0; p < phrases; p++) {
    for (const [i, [from, to]] of notes.entries()) {
      const start = (p / phrases) * SAMPLES + i * noteSeconds * 1.25 * SAMPLE_RATE;
      const size = random.uniform(0.7, 1);
      const shift = random.uniform(0.97, 1.03);
      addEvent(out, Math.round(start), noteSeconds, (t) => {
        const along = t / noteSeconds;
        const turns = shift * (from * t + ((to - from) * t * along) / 2);
        const trill = (trillHz / trillRate) * Math.sin(2 * Math.PI * trillRate * t);
        const angle = 2 * Math.PI * turns + trill;
        return size * Math.sin(Math.PI * along) ** 0.7 * Math.sin(angle);
      });
    }
  }
  const leaves = unitRms(resonate(noise(random), 2600, 2000));
  return out.map((value, n) => value + 0.006 * leaves[n]!);
}

const VARIATIONS: readonly Bird[] = [
  {
    notes: [
      [2400, 3600],
      [3500, 2700],
    ],
    noteSeconds: 0.11,
    phrases: 6,
    trillHz: 0,
    trillRate: 30,
  },
  {
    notes: [
      [3300, 2200],
      [3300, 2200],
      [2600, 3400],
    ],
    noteSeconds: 0.14,
    phrases: 3,
    trillHz: 120,
    trillRate: 28,
  },
  {
    notes: [[2900, 3100]],
    noteSeconds: 0.3,
    phrases: 5,
    trillHz: 260,
    trillRate: 22,
  },
  {
    notes: [
      [2600, 3700],
      [3000, 2300],
    ],
    noteSeconds: 0.15,
    phrases: 4,
    trillHz: 90,
    trillRate: 25,
  },
];

export const bird: ClipSound = {
  label: 'bird',
  variations: VARIATIONS.map((variation) => (random) => synthesize(variation, random)),
};
