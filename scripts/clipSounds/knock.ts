import type { RandomStream } from '../../src/audio/scene/random.ts';
import { addEvent, type ClipSound, noise, resonate, SAMPLES, unitRms } from './ring.ts';

/** Knuckles on wood: short damped modes behind a click, in a rhythm. */
interface Knock {
  /** Modes of the wood, Hz. */
  readonly modes: readonly number[];
  readonly decay: number; // seconds to 1/e
  /** Times of the knocks as parts of the clip. */
  readonly rhythm: readonly number[];
  /** Amplitude of the click. */
  readonly click: number;
}

function synthesize({ modes, decay, rhythm, click }: Knock, random: RandomStream): Float64Array {
  const out = new Float64Array(SAMPLES);
  for (const at of rhythm) {
    const size = random.uniform(0.75, 1);
    const detune = random.uniform(0.98, 1.02);
    addEvent(out, Math.round(at * SAMPLES), 0.25, (t) => {
      let value = 0;
      for (const [m, hz] of modes.entries()) {
        value += (Math.exp((-t * (1 + 0.5 * m)) / decay) * Math.sin(2 * Math.PI * hz * detune * t)) / (1 + 0.4 * m);
      }
      return size * value;
    });
    addEvent(out, Math.round(at * SAMPLES), 0.02, (t) => size * click * Math.exp(-t / 0.003) * random.normal());
  }
  // The room answers: a quiet rumble keeps the pauses from digital silence.
  const room = unitRms(resonate(noise(random), modes[0]!, 120));
  return out.map((value, n) => value + 0.012 * room[n]!);
}

const VARIATIONS: readonly Knock[] = [
  { modes: [190, 410, 730], decay: 0.04, rhythm: [0, 0.13, 0.26, 0.45, 0.58, 0.71, 0.87], click: 0.4 },
  { modes: [260, 520, 1150], decay: 0.03, rhythm: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], click: 0.6 },
  { modes: [140, 330, 560], decay: 0.06, rhythm: [0, 0.17, 0.33, 0.5, 0.67, 0.83], click: 0.25 },
  { modes: [220, 460, 880], decay: 0.035, rhythm: [0, 0.09, 0.25, 0.34, 0.5, 0.59, 0.75, 0.84], click: 0.5 },
];

export const knock: ClipSound = {
  label: 'knock',
  variations: VARIATIONS.map((variation) => (random) => synthesize(variation, random)),
};
