import { defineSound } from '../soundClass.ts';
import { sineOfTurns } from '../synthesis/exactMath.ts';
import { noiseGrain, thud } from '../synthesis/grain.ts';
import { addRoom } from '../synthesis/room.ts';
import { curve, drawRatio, part, place, shape, smoothStep, steadyTimes, swell, type Take } from '../synthesis/take.ts';
import { voice } from '../synthesis/voice.ts';

/** First three formants in Hz of a grown man. Peterson and Barney 1952, "Control methods used in a study of the vowels". */
const VOWELS = [
  [270, 2290, 3010],
  [390, 1990, 2550],
  [530, 1840, 2480],
  [660, 1720, 2410],
  [730, 1090, 2440],
  [570, 840, 2410],
  [440, 1020, 2240],
  [300, 870, 2240],
] as const;

interface Speaker {
  readonly pitch: number;
  readonly throat: number;
  readonly syllables: number;
  readonly melody: number;
  readonly breath: number;
}

/** Syllables without words: vowels that glide into each other, consonants of noise between them, and pauses for breath. */
export const speech = /* @__PURE__ */ defineSound({
  name: 'speech',
  captions: ['Somebody is talking', 'A person speaks', 'A voice babbles', 'Somebody talks in an unknown language'],
  draw: (random) => {
    const low = random.uniform() < 0.5;
    return {
      voice: low ? 'low' : 'high',
      pitch: low ? drawRatio(random, 95, 140) : drawRatio(random, 165, 235), // Hz
      throat: low ? random.uniform(0.95, 1.05) : random.uniform(1.1, 1.22), // scale of the formants
      syllables: random.uniform(3.2, 5.8), // a second
      melody: random.uniform(0.08, 0.25),
      breath: random.uniform(0.03, 0.12),
      pauses: random.pick([3, 5, 8]), // syllables from pause to pause
    };
  },
  describe: ({ voice, syllables, melody }) => [
    `Somebody with a ${voice} voice talks ${syllables > 4.5 ? 'quickly' : 'calmly'}`,
    `A ${voice} voice speaks ${melody > 0.16 ? 'with a lively melody' : 'in a flat tone'}`,
  ],
  render(take, parameters) {
    const out = new Float64Array(take.length);
    let vowel = take.random.pick(VOWELS);
    let time = take.random.uniform(0, 0.05) * Math.min(1, take.seconds);
    for (let i = 1; time < take.seconds; i++) {
      const next = take.random.pick(VOWELS);
      const seconds = take.random.uniform(0.75, 1.25) / parameters.syllables;
      place(out, syllable(part(take, seconds), parameters, vowel, next), take, time, take.random.uniform(0.6, 1));
      time += seconds * 0.95;
      if (i % parameters.pauses === 0) time += take.random.uniform(0.12, 0.4);
      consonant(out, take, time);
      time += 0.03;
      vowel = next;
    }
    return out;
  },
});

function syllable(
  take: Take,
  { pitch, throat, melody, breath }: Speaker,
  from: readonly number[],
  to: readonly number[],
): Float64Array {
  const { seconds, random } = take;
  const high = pitch * (1 + melody * random.uniform(-1, 1));
  const bend = random.uniform(-1, 1) * melody;
  const gains = [1, 0.45, 0.22];
  const tube = from.map((start, i) => ({
    hz: curve(take, (t) => throat * (start + (to[i]! - start) * smoothStep(t / seconds, 0.4, 1))),
    q: 4 + 3 * i,
    gain: gains[i]!,
  }));
  const sound = voice(take, {
    hz: (t) => high * (1 + bend * (t / seconds - 0.5)),
    steepness: 0.9,
    breath,
    roughness: 0.08,
    formants: tube,
  });
  return shape(
    sound,
    curve(take, (t) => swell(t, seconds, 0.04, 0.07)),
  );
}

/** A hiss or a stop before the vowel, or nothing. */
function consonant(out: Float64Array, take: Take, at: number): void {
  const kind = take.random.uniform();
  const hz = take.random.uniform(2300, 5000);
  if (kind < 0.35) noiseGrain(out, take, { at: at - 0.03, hz, q: 1.2, attack: 0.03, decay: 0.02, gain: 0.09 });
  else if (kind < 0.7)
    noiseGrain(out, take, { at: at + 0.01, hz: 0.5 * hz, q: 1.5, attack: 0.001, decay: 0.006, gain: 0.15 });
}

const FLOORS = {
  wood: { heel: 210, decay: 0.05, scuff: 0.12, grit: 900 },
  stone: { heel: 330, decay: 0.02, scuff: 0.3, grit: 1700 },
  gravel: { heel: 170, decay: 0.03, scuff: 1.1, grit: 2300 },
} as const;

/** Heel, then sole, on one of three floors. */
export const footsteps = /* @__PURE__ */ defineSound({
  name: 'footsteps',
  captions: ['Somebody walks', 'Footsteps', 'Steps of a person who walks by', 'Somebody is walking on a hard floor'],
  draw: (random) => ({
    floor: random.pick(['wood', 'stone', 'gravel'] as const),
    gap: drawRatio(random, 0.33, 0.68), // seconds
    weight: random.uniform(0.75, 1.2),
    roll: random.uniform(0.05, 0.11), // seconds from heel to sole
    limp: random.uniform(0, 0.12),
  }),
  describe: ({ floor, gap }) => [
    `Footsteps on ${floor}, ${gap < 0.43 ? 'hurried' : gap > 0.56 ? 'slow' : 'at a normal pace'}`,
    `Somebody ${gap < 0.43 ? 'runs' : gap > 0.56 ? 'walks slowly' : 'walks'} on ${floor === 'wood' ? 'a wooden floor' : floor}`,
  ],
  render(take, { floor, gap, weight, roll, limp }) {
    const { heel, decay, scuff, grit } = FLOORS[floor];
    const out = new Float64Array(take.length);
    for (const [i, beat] of steadyTimes(take, gap, 0.05).entries()) {
      const at = beat + (i % 2) * limp * gap;
      const force = take.random.uniform(0.75, 1);
      thud(out, take, { at, hz: (heel * take.random.uniform(0.9, 1.1)) / weight, decay, gain: 0.5 * force });
      noiseGrain(out, take, { at, hz: grit, q: 1, decay: 0.008, gain: 0.2 * scuff * force });
      thud(out, take, { at: at + roll, hz: (1.5 * heel) / weight, attack: 0.01, decay, gain: 0.2 * force });
      const stones = floor === 'gravel' ? 14 : 3;
      for (let s = 0; s < stones; s++) {
        const crunch = {
          at: at + take.random.uniform(0, 2 * roll),
          hz: grit * drawRatio(take.random, 0.6, 1.7),
          gain: 0.35 * scuff * take.random.uniform(0.2, 1),
        };
        noiseGrain(out, take, { ...crunch, q: 1.3, attack: 0.003, decay: floor === 'gravel' ? 0.005 : 0.015 });
      }
    }
    return out;
  },
});

/** Two palms: a short burst around the pitch of the hollow between them. */
export const clap = /* @__PURE__ */ defineSound({
  name: 'hand clap',
  captions: ['Somebody claps', 'Hands are clapping', 'A person claps their hands', 'Rhythmic hand clapping'],
  draw: (random) => ({
    gap: drawRatio(random, 0.2, 0.6), // seconds
    hollow: drawRatio(random, 900, 1300), // Hz
    snap: random.uniform(0.15, 0.4),
    hands: random.pick([1, 1, 3]),
    t60: random.uniform(0.15, 0.5), // of the room
  }),
  describe: ({ gap, hands }) => [
    `${hands === 1 ? 'One person claps' : 'A few people clap'} ${gap < 0.35 ? 'quickly' : 'slowly'}`,
    `${gap < 0.35 ? 'Fast' : 'Slow'} clapping of ${hands === 1 ? 'two hands' : 'several people'}`,
  ],
  render(take, { gap, hollow, snap, hands, t60 }) {
    const out = new Float64Array(take.length);
    for (const beat of steadyTimes(take, gap, 0.06)) {
      for (let h = 0; h < hands; h++) {
        const at = beat + h * take.random.uniform(0, 0.05);
        const hz = hollow * take.random.uniform(0.85, 1.15);
        const gain = take.random.uniform(0.7, 1);
        noiseGrain(out, take, { at, hz, q: 1.7, attack: 0.001, decay: 0.011, gain });
        noiseGrain(out, take, { at, hz: 2.6 * hz, q: 1, attack: 0.0005, decay: 0.004, gain: snap * gain });
      }
    }
    return addRoom(out, take, { t60, amount: 0.35 + 0.1 * sineOfTurns(t60), size: 0.5 });
  },
});
