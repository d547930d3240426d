import { defineSound } from '../soundClass.ts';
import { semitones, sineOfTurns } from '../synthesis/exactMath.ts';
import { bandPass, formants, lowPass } from '../synthesis/filter.ts';
import { falling, harmonics, oddFalling } from '../synthesis/harmonics.ts';
import { drift, whiteNoise } from '../synthesis/noise.ts';
import {
  curve,
  drawRatio,
  mapped,
  mix,
  part,
  place,
  shape,
  smoothStep,
  steadyTimes,
  swell,
  type Take,
} from '../synthesis/take.ts';

/** Range of the period of each kind, in seconds. */
const SIREN_KINDS = { wail: [2.2, 5], yelp: [0.28, 0.55], 'two-tone': [0.9, 1.5] } as const;

/** A horn whose pitch wails up and down, yelps, or changes between two notes. */
export const siren = /* @__PURE__ */ defineSound({
  name: 'siren',
  captions: [
    'A siren is wailing',
    'An emergency siren sounds',
    'The siren of a police car or ambulance',
    'A siren howls',
  ],
  draw: (random) => {
    const kind = random.pick(['wail', 'yelp', 'two-tone'] as const);
    const [shortest, longest] = SIREN_KINDS[kind];
    const low = drawRatio(random, 480, 720);
    const ratio = kind === 'two-tone' ? random.uniform(1.25, 1.42) : random.uniform(1.6, 2.3);
    return {
      kind,
      low, // Hz
      high: low * ratio, // Hz
      period: drawRatio(random, shortest, longest), // seconds
      brightness: random.uniform(0.7, 1.3),
    };
  },
  describe: ({ kind, low, period }) => {
    const pitch = low > 590 ? 'high' : 'low';
    if (kind === 'two-tone')
      return [`A ${pitch} two-tone siren of an ambulance`, `A siren alternates between two ${pitch} notes`];
    if (kind === 'yelp') return [`A ${pitch} siren yelps quickly`, `A ${pitch} siren wailing quickly up and down`];
    return [
      `A ${pitch} siren wailing ${period > 3.2 ? 'slowly' : 'steadily'}`,
      `A ${pitch} siren rises and falls slowly`,
    ];
  },
  render(take, { kind, low, high, period, brightness }) {
    const turn = take.random.uniform();
    const pitch = curve(take, (t) => {
      const s = sineOfTurns(t / period + turn);
      const up = kind === 'two-tone' ? smoothStep(s, -0.02 / period, 0.02 / period) : 0.5 + 0.5 * s;
      return low + (high - low) * up;
    });
    const horn = harmonics(take, pitch, falling(14, 2 - brightness));
    return mix(
      formants(horn, take, [
        { hz: 1100, q: 0.6, gain: 1 },
        { hz: 2600, q: 1, gain: 0.5 },
      ]),
      whiteNoise(take),
      0.004,
    );
  },
});

/** Beeps of a small buzzer, in groups. */
export const alarm = /* @__PURE__ */ defineSound({
  name: 'alarm',
  captions: [
    'An alarm beeps',
    'An electronic alarm is going off',
    'The beeping of an alarm clock',
    'A warning signal beeps',
  ],
  draw: (random) => ({
    pitch: drawRatio(random, 1850, 2350), // Hz
    beep: drawRatio(random, 0.07, 0.25), // seconds
    group: random.pick([1, 2, 3, 4]),
    rest: random.uniform(0.3, 0.8), // seconds after a group
    octave: random.uniform(0.1, 0.5),
  }),
  describe: ({ pitch, beep, group }) => [
    `${group === 1 ? 'Single' : `Groups of ${['', '', 'two', 'three', 'four'][group]}`} ${beep < 0.13 ? 'short' : 'long'} alarm beeps`,
    `A ${pitch > 2090 ? 'shrill' : 'clear'} electronic alarm beeps ${beep < 0.13 ? 'rapidly' : 'steadily'}`,
  ],
  render(take, { pitch, beep, group, rest, octave }) {
    const out = new Float64Array(take.length);
    const tone = oddFalling(9, 1).map((a, k) => (k === 1 ? octave * 0.3 : a));
    for (const start of steadyTimes(take, (2 * group - 1) * beep + rest, 0)) {
      for (let b = 0; b < group; b++) {
        const piece = part(take, beep);
        const sound = harmonics(piece, pitch, tone);
        place(
          out,
          shape(
            sound,
            curve(piece, (t) => swell(t, beep, 0.004, 0.004)),
          ),
          take,
          start + 2 * b * beep,
        );
      }
    }
    return out;
  },
});

/** Blasts of several air horns that form a chord. */
export const trainHorn = /* @__PURE__ */ defineSound({
  name: 'train horn',
  captions: ['A train horn blows', 'A locomotive sounds its horn', 'The loud horn of a train', 'A train honks'],
  draw: (random) => ({
    root: drawRatio(random, 230, 330), // Hz
    chord: random.pick(['major', 'minor', 'sixth'] as const),
    blast: random.uniform(0.9, 2.5), // seconds
    pause: random.uniform(0.3, 0.9),
    brass: random.uniform(0.75, 1.1),
  }),
  describe: ({ root, blast }) => [
    `A train blows its ${root > 275 ? 'high' : 'deep'} horn in ${blast > 1.7 ? 'long' : 'short'} blasts`,
    `${blast > 1.7 ? 'Long' : 'Short'} blasts of a ${root > 275 ? 'bright' : 'deep'} train horn chord`,
  ],
  render(take, { root, chord, blast, pause, brass }) {
    const steps = { major: [0, 4, 7, 12], minor: [0, 3, 7, 10], sixth: [0, 4, 9, 12] }[chord];
    return honks(take, {
      pitches: steps.map((step) => root * semitones(step)),
      steepness: 1.5 - 0.5 * brass,
      blast,
      gap: blast + pause,
      rise: 0.09,
    });
  },
});

/** Two electric horns, a third apart, in short impatient blasts. */
export const carHorn = /* @__PURE__ */ defineSound({
  name: 'car horn',
  captions: ['A car honks', 'Somebody blows a car horn', 'A car horn beeps in traffic', 'An impatient driver honks'],
  draw: (random) => ({
    pitch: drawRatio(random, 390, 500), // Hz
    interval: random.uniform(3, 5), // semitones
    blast: drawRatio(random, 0.12, 0.9), // seconds
    pause: random.uniform(0.15, 0.6),
    buzz: random.uniform(0.25, 0.6),
  }),
  describe: ({ blast, pause }) => [
    `A car horn gives ${blast > 0.4 ? 'long honks' : 'short beeps'}${pause < 0.35 ? ' in quick succession' : ''}`,
    `A driver honks ${blast > 0.4 ? 'long and angrily' : 'briefly again and again'}`,
  ],
  render: (take, { pitch, interval, blast, pause, buzz }) =>
    honks(take, {
      pitches: [pitch, pitch * semitones(interval)],
      steepness: buzz,
      blast,
      gap: blast + pause,
      rise: 0.015,
    }),
});

const HORN_TOP = 6500; // Hz; the partials above are not worth their time

function honks(
  take: Take,
  {
    pitches,
    steepness,
    blast,
    gap,
    rise,
  }: { pitches: readonly number[]; steepness: number; blast: number; gap: number; rise: number },
): Float64Array {
  const out = new Float64Array(take.length);
  for (const start of steadyTimes(take, gap, 0.1)) {
    const seconds = Math.max(2.5 * rise, blast * take.random.uniform(0.8, 1.2));
    const piece = part(take, seconds);
    const chord = new Float64Array(piece.length);
    for (const pitch of pitches) {
      const unsteady = drift(piece, 12);
      const hz = curve(piece, (t) => pitch * (0.97 + 0.03 * smoothStep(t, 0, rise) + 0.003 * unsteady(t)));
      mix(chord, harmonics(piece, hz, falling(Math.ceil(HORN_TOP / pitch), steepness), take.random.uniform()));
    }
    const horn = formants(chord, piece, [
      { hz: 900, q: 0.7, gain: 1 },
      { hz: 2300, q: 1, gain: 0.8 },
    ]);
    place(
      out,
      shape(
        horn,
        curve(piece, (t) => swell(t, seconds, rise, 1.2 * rise)),
      ),
      take,
      start,
    );
  }
  return out;
}

/** A pea whistle: a high tone that the pea makes flutter, in the rush of the breath. */
export const whistle = /* @__PURE__ */ defineSound({
  name: 'whistle',
  captions: [
    'A whistle is blown',
    'A referee blows the whistle',
    'The shrill trill of a whistle',
    'Somebody whistles sharply',
  ],
  draw: (random) => ({
    pitch: drawRatio(random, 2500, 3100), // Hz
    flutter: random.uniform(22, 45), // a second
    depth: random.uniform(0.02, 0.05),
    breath: random.uniform(0.25, 0.6),
    blow: drawRatio(random, 0.2, 1.2), // seconds
    pause: random.uniform(0.2, 0.6),
  }),
  describe: ({ pitch, blow }) => [
    `A ${pitch > 2800 ? 'shrill' : 'clear'} whistle is blown in ${blow > 0.5 ? 'long' : 'short'} trills`,
    `A referee gives ${blow > 0.5 ? 'a long whistle' : 'short whistles'}`,
  ],
  render(take, { pitch, flutter, depth, breath, blow, pause }) {
    const out = new Float64Array(take.length);
    for (const start of steadyTimes(take, blow + pause, 0.1)) {
      const seconds = blow * take.random.uniform(0.8, 1.2);
      const piece = part(take, seconds);
      const pea = drift(piece, flutter);
      const turning = curve(piece, (t) => sineOfTurns(flutter * t) + 0.5 * pea(t));
      const tone = harmonics(
        piece,
        mapped(turning, (v) => pitch * (1 + depth * v)),
        [1, 0.08],
      );
      for (let n = 0; n < tone.length; n++) tone[n]! *= 1 + 0.4 * turning[n]!;
      const air = mix(bandPass(whiteNoise(piece), piece, pitch, 1.2), lowPass(whiteNoise(piece), piece, 5000), 0.15);
      const sound = mix(tone, air, breath);
      place(
        out,
        shape(
          sound,
          curve(piece, (t) => swell(t, seconds, 0.03, 0.05)),
        ),
        take,
        start,
      );
    }
    return out;
  },
});
