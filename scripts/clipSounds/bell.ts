import type { RandomStream } from '../../src/audio/scene/random.ts';
import { addEvent, type ClipSound, SAMPLES } from './ring.ts';

/** A bell: partials in the ratios of a church bell, the high ones dying first, struck at a steady pace. */
interface Bell {
  /** Of the strike note, Hz. */
  readonly pitch: number;
  readonly strikes: number;
  /** Of the lowest partial, in seconds to 1/e. */
  readonly decay: number;
  /** Pitches of the strikes beside the first, in turn. */
  readonly melody: readonly number[];
  /** How much of the high partials a harder clapper gives, 0 to 1. */
  readonly hardness: number;
}

/** Hum, prime, tierce, quint, nominal and above, beside the strike note. Rossing 2000, "Science of percussion instruments". */
const BELL_PARTIALS = [0.5, 1, 1.19, 1.5, 2, 2.51, 2.67, 3.01, 4.17];

const RING_SECONDS = 1.95; // just under a clip, the last half second fading

function synthesize({ pitch, strikes, decay, melody, hardness }: Bell, random: RandomStream): Float64Array {
  const out = new Float64Array(SAMPLES);
  for (let s = 0; s < strikes; s++) {
    const note = pitch * melody[s % melody.length]!;
    const force = random.uniform(0.8, 1);
    const partials = BELL_PARTIALS.map((ratio) => ({ hz: ratio * note, phase: random.uniform(0, 2 * Math.PI) })).filter(
      ({ hz }) => hz < 3900,
    );
    addEvent(out, Math.round((s * SAMPLES) / strikes), RING_SECONDS, (t) => {
      let value = 0;
      for (const { hz, phase } of partials) {
        const ratio = hz / note;
        const size = Math.min(ratio, ratio ** -(2 - 1.5 * hardness)); // the hum below the prime stays under it
        value += size * Math.exp((-t * ratio) / decay) * Math.sin(2 * Math.PI * hz * t + phase);
      }
      return force * Math.min(1, t / 0.002, (RING_SECONDS - t) / 0.5) * value;
    });
  }
  return out;
}

const VARIATIONS: readonly Bell[] = [
  { pitch: 523, strikes: 2, decay: 0.9, melody: [1], hardness: 0.6 },
  { pitch: 784, strikes: 4, decay: 0.5, melody: [1, 0.75], hardness: 0.9 },
  { pitch: 392, strikes: 3, decay: 0.8, melody: [1, 1.25, 1.5], hardness: 0.4 },
  { pitch: 659, strikes: 3, decay: 0.7, melody: [1, 0.8, 0.9], hardness: 0.7 },
];

export const bell: ClipSound = {
  label: 'bell',
  variations: VARIATIONS.map((variation) => (random) => synthesize(variation, random)),
};
