import { defineSound } from '../soundClass.ts';
import { sineOfTurns } from '../synthesis/exactMath.ts';
import { bandPass, lowPass } from '../synthesis/filter.ts';
import { harmonics } from '../synthesis/harmonics.ts';
import { drift, whiteNoise } from '../synthesis/noise.ts';
import { curve, drawRatio, mix, part, place, shape, smoothStep, steadyTimes, swell } from '../synthesis/take.ts';

/** Whistled notes that glide and trill, in phrases that repeat; leaves rustle behind them. */
export const bird = /* @__PURE__ */ defineSound({
  name: 'bird',
  captions: ['A bird is singing', 'A songbird chirps', 'The song of a bird', 'A bird twitters in a tree'],
  draw: (random) => ({
    notes: random.pick([1, 2, 3, 4]),
    note: drawRatio(random, 0.06, 0.2), // seconds
    center: drawRatio(random, 2300, 2900), // Hz
    reach: random.uniform(0.1, 0.28),
    trill: random.uniform(0, 0.07),
    trillRate: random.uniform(18, 40), // a second
    rest: random.uniform(0.12, 0.6), // seconds
    leaves: random.uniform(0.008, 0.025),
  }),
  describe: ({ notes, note, trill, rest }) => [
    `A bird ${trill > 0.035 ? 'trills' : 'chirps'} ${notes === 1 ? 'single notes' : `phrases of ${['', '', 'two', 'three', 'four'][notes]} notes`}`,
    `A bird sings ${note < 0.11 ? 'quick' : 'long'} ${trill > 0.035 ? 'trilled ' : ''}notes ${rest < 0.3 ? 'without pause' : 'with pauses'}`,
  ],
  render(take, { notes, note, center, reach, trill, trillRate, rest, leaves }) {
    const out = new Float64Array(take.length);
    const glides = Array.from(
      { length: notes },
      () => [take.random.uniform(-1, 1), take.random.uniform(-1, 1)] as const,
    );
    for (const start of steadyTimes(take, notes * note * 1.25 + rest, 0.1)) {
      for (const [i, [from, to]] of glides.entries()) {
        const piece = part(take, note);
        const pitch = curve(piece, (t) => {
          const along = smoothStep(t / note);
          return center * (1 + reach * (from + (to - from) * along) + trill * sineOfTurns(trillRate * t));
        });
        const sound = harmonics(piece, pitch, [1, 0.04]);
        const gain = take.random.uniform(0.7, 1);
        place(
          out,
          shape(
            sound,
            curve(piece, (t) => swell(t, note, 0.3 * note, 0.5 * note)),
          ),
          take,
          start + 1.25 * i * note,
          gain,
        );
      }
    }
    return mix(out, bandPass(whiteNoise(take), take, 3200, 0.8), leaves);
  },
});

/** Soft low hoots, one long after some short ones. */
export const owl = /* @__PURE__ */ defineSound({
  name: 'owl',
  captions: ['An owl hoots', 'An owl is calling at night', 'The hoot of an owl', 'An owl calls in the forest'],
  draw: (random) => ({
    pitch: drawRatio(random, 330, 430), // Hz
    shorts: random.pick([0, 1, 2, 3]),
    hoot: random.uniform(0.35, 0.75), // seconds
    rest: random.uniform(0.35, 1),
    breath: random.uniform(0.03, 0.09),
    droop: random.uniform(0.03, 0.1),
  }),
  describe: ({ pitch, shorts, hoot }) => [
    shorts === 0
      ? `An owl gives ${hoot > 0.55 ? 'long' : 'short'} single hoots`
      : `An owl hoots ${['', 'once', 'twice', 'three times'][shorts]} briefly and once long`,
    `An owl hoots with a ${pitch > 377 ? 'high' : 'low'}, soft voice`,
  ],
  render(take, { pitch, shorts, hoot, rest, breath, droop }) {
    const out = new Float64Array(take.length);
    const short = 0.4 * hoot;
    for (const start of steadyTimes(take, shorts * (short + 0.12) + hoot + rest, 0.08)) {
      for (let i = 0; i <= shorts; i++) {
        const seconds = i === shorts ? hoot : short;
        const piece = part(take, seconds);
        const hz = curve(
          piece,
          (t) => pitch * (1 + 0.04 * smoothStep(t, 0, 0.08) - droop * smoothStep(t / seconds, 0.5, 1)),
        );
        const sound = mix(
          harmonics(piece, hz, [1, 0.12, 0.03]),
          bandPass(whiteNoise(piece), piece, 1.2 * pitch, 2),
          breath,
        );
        place(
          out,
          shape(
            sound,
            curve(piece, (t) => swell(t, seconds, 0.3 * seconds, 0.4 * seconds)),
          ),
          take,
          start + i * (short + 0.12),
        );
      }
    }
    return mix(out, lowPass(whiteNoise(take), take, 1200), 0.002);
  },
});

/** High pure chirps of a few pulses each, from several animals near and far. */
export const crickets = /* @__PURE__ */ defineSound({
  name: 'crickets',
  captions: [
    'Crickets are chirping',
    'A cricket chirps in the grass',
    'Crickets on a summer night',
    'The chirr of crickets',
  ],
  draw: (random) => ({
    pitch: drawRatio(random, 3250, 3550), // Hz
    pulses: random.pick([2, 3, 4, 5]),
    pulse: random.uniform(0.014, 0.026), // seconds
    rest: drawRatio(random, 0.12, 0.5),
    animals: random.pick([1, 2, 3]),
  }),
  describe: ({ animals, rest }) => [
    animals === 1
      ? `A single cricket chirps ${rest < 0.25 ? 'quickly' : 'slowly'}`
      : `${animals === 2 ? 'Two' : 'Several'} crickets chirp together`,
    `${animals === 1 ? 'One cricket chirps' : 'Crickets chirp'} ${rest < 0.25 ? 'without a pause' : 'at a calm pace'}`,
  ],
  render(take, { pitch, pulses, pulse, rest, animals }) {
    const out = new Float64Array(take.length);
    for (let a = 0; a < animals; a++) {
      const hz = pitch * take.random.uniform(0.985, 1.015);
      const gap = 1.6 * pulse * pulses + rest * take.random.uniform(0.9, 1.15);
      for (const start of steadyTimes(take, gap, 0.05)) {
        for (let p = 0; p < pulses; p++) {
          const piece = part(take, pulse);
          const sound = harmonics(piece, hz, [1]);
          const gain = (0.6 + (0.4 * p) / pulses) / (1 + a);
          place(
            out,
            shape(
              sound,
              curve(piece, (t) => swell(t, pulse, 0.4 * pulse, 0.5 * pulse)),
            ),
            take,
            start + 1.6 * p * pulse,
            gain,
          );
        }
      }
    }
    const breeze = drift(take, 0.7);
    return mix(
      out,
      shape(
        bandPass(whiteNoise(take), take, 3400, 2),
        curve(take, (t) => 1 + 0.3 * breeze(t)),
      ),
      0.01,
    );
  },
});
