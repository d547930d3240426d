import { defineSound } from '../soundClass.ts';
import { noiseGrain } from '../synthesis/grain.ts';
import { modesAt, ring, ringAll, strike } from '../synthesis/modes.ts';
import { drawRatio, randomTimes, steadyTimes } from '../synthesis/take.ts';

/** Hum, prime, tierce, quint, nominal and above, beside the strike note. Rossing 2000, "Science of percussion instruments". */
const CHURCH_BELL = [0.5, 1, 1.19, 1.5, 2, 2.51, 2.67, 3.01, 4.17, 5.43];
const HANDBELL = [1, 2.76, 5.4, 8.93];
const GONG = [1, 1.51, 2.32, 3.1, 4.3];

export const churchBell = /* @__PURE__ */ defineSound({
  name: 'church bell',
  captions: [
    'A church bell tolls',
    'A big bell rings from a tower',
    'The bells of a church are ringing',
    'A heavy bell is struck',
  ],
  draw: (random) => ({
    pitch: drawRatio(random, 200, 420), // Hz
    gap: random.uniform(0.9, 2.2), // seconds
    decay: random.uniform(1.5, 4),
    hardness: random.uniform(0.45, 0.85),
    bells: random.pick([1, 1, 2]),
  }),
  describe: ({ pitch, gap, bells }) => [
    bells === 2
      ? 'Two church bells ring in turn'
      : `A ${pitch > 290 ? 'bright' : 'deep'} church bell tolls ${gap > 1.5 ? 'slowly' : 'quickly'}`,
    `${bells === 2 ? 'Church bells' : 'One church bell'} with a ${pitch > 290 ? 'high' : 'low'} note, struck ${gap > 1.5 ? 'now and then' : 'again and again'}`,
  ],
  render(take, { pitch, gap, decay, hardness, bells }) {
    const out = new Float64Array(take.length);
    const bodies = [pitch, 0.8 * pitch].map((note) =>
      modesAt(note, CHURCH_BELL, { decay: 2 * decay, brightness: hardness, damping: 0.6 }),
    );
    const blows = steadyTimes(take, gap, 0.06).map((at, i) => ({
      at,
      gain: take.random.uniform(0.75, 1),
      body: bells === 2 ? i % 2 : 0,
    }));
    ringAll(out, take, { bodies, blows, attack: 0.002 });
    return out;
  },
});

/** A small bell that is shaken or struck twice. */
export const bell = /* @__PURE__ */ defineSound({
  name: 'bell',
  captions: ['A small bell rings', 'Somebody rings a little bell', 'A bicycle bell', 'The ding of a hand bell'],
  draw: (random) => ({
    pitch: drawRatio(random, 1050, 1400), // Hz
    gap: drawRatio(random, 0.18, 0.9), // seconds
    decay: drawRatio(random, 0.25, 0.8),
    brightness: random.uniform(0.3, 0.75),
    jitter: random.uniform(0, 0.3),
  }),
  describe: ({ pitch, gap, decay }) => [
    `A ${pitch > 1210 ? 'high' : 'clear'} little bell rings ${gap < 0.4 ? 'quickly' : 'slowly'}`,
    `A small bell with a ${decay > 0.45 ? 'long ring' : 'short ding'}`,
  ],
  render(take, { pitch, gap, decay, brightness, jitter }) {
    const out = new Float64Array(take.length);
    const modes = modesAt(pitch, HANDBELL, { decay, brightness, damping: 0.5 });
    const blows = steadyTimes(take, gap, jitter).map((at) => ({ at, gain: take.random.uniform(0.5, 1) }));
    ring(out, take, { modes, blows, attack: 0.0006 });
    return out;
  },
});

/** The bell of an old telephone: a clapper between two gongs, in rings of a second or two. */
export const telephone = /* @__PURE__ */ defineSound({
  name: 'telephone',
  captions: ['A telephone is ringing', 'An old telephone rings', 'The bell of a telephone', 'A landline phone rings'],
  draw: (random) => ({
    pitch: drawRatio(random, 1400, 1750), // Hz
    interval: random.uniform(1.12, 1.26),
    clapper: random.uniform(19, 27), // strikes a second
    ringing: random.uniform(0.7, 1.8), // seconds
    pause: random.uniform(0.5, 1.2),
    decay: random.uniform(0.15, 0.35),
  }),
  describe: ({ pitch, ringing }) => [
    `An old telephone rings with ${ringing > 1.2 ? 'long' : 'short'} rings`,
    `A ${pitch > 1560 ? 'bright' : 'mellow'} telephone bell keeps ringing`,
  ],
  render(take, { pitch, interval, clapper, ringing, pause, decay }) {
    const out = new Float64Array(take.length);
    const bodies = [pitch, pitch * interval].map((note) =>
      modesAt(note, GONG, { decay, brightness: 0.75, damping: 0.4 }),
    );
    const blows = steadyTimes(take, ringing + pause, 0).flatMap((start) =>
      Array.from({ length: Math.ceil(ringing * clapper) }, (_, i) => ({
        at: start + (i + take.random.uniform(0, 0.1)) / clapper,
        gain: take.random.uniform(0.7, 1),
        body: i % 2,
      })),
    );
    ringAll(out, take, { bodies, blows, attack: 0.0005 });
    return out;
  },
});

/** Tubes that the wind knocks together. */
export const windChimes = /* @__PURE__ */ defineSound({
  name: 'wind chimes',
  captions: [
    'Wind chimes tinkle',
    'Chimes ring softly in the wind',
    'Metal tubes of a wind chime touch each other',
    'A wind chime jingles',
  ],
  draw: (random) => ({
    pitch: drawRatio(random, 480, 640), // Hz, of the longest tube
    rate: random.uniform(2.5, 7), // touches a second
    decay: random.uniform(0.6, 1.8),
    tubes: random.pick([4, 5, 6]),
    brightness: random.uniform(0.2, 0.5),
  }),
  describe: ({ rate, pitch }) => [
    `Wind chimes tinkle ${rate > 4.5 ? 'busily' : 'sparsely'}`,
    `${pitch > 550 ? 'High' : 'Mellow'} wind chimes in a ${rate > 4.5 ? 'strong' : 'light'} breeze`,
  ],
  render(take, { pitch, rate, decay, tubes, brightness }) {
    const out = new Float64Array(take.length);
    const scale = [1, 1.125, 1.25, 1.5, 1.6667, 2].slice(0, tubes);
    const bodies = scale.map((step) => modesAt(pitch * step, HANDBELL, { decay, brightness, damping: 0.35 }));
    const blows = randomTimes(take, rate).map((at) => ({
      at,
      gain: take.random.uniform(0.15, 1),
      body: take.random.integer(tubes),
    }));
    ringAll(out, take, { bodies, blows, attack: 0.0015 });
    return out;
  },
});

/** The escapement of a clock: tick and tock, dry and quiet. */
export const clock = /* @__PURE__ */ defineSound({
  name: 'clock',
  captions: [
    'A clock is ticking',
    'The tick-tock of a clock',
    'A mechanical clock ticks',
    'A clock counts the seconds',
  ],
  draw: (random) => ({
    gap: random.pick([0.2, 0.25, 0.5, 0.5]) * random.uniform(0.95, 1.05), // seconds
    tick: drawRatio(random, 2500, 3300), // Hz
    tock: random.uniform(0.7, 0.9),
    case: drawRatio(random, 350, 700), // Hz
    wood: random.uniform(0.1, 0.35),
  }),
  describe: ({ gap, wood }) => [
    `A ${wood > 0.22 ? 'wooden' : 'small'} clock ticks ${gap < 0.4 ? 'fast' : 'calmly'}`,
    gap < 0.4 ? 'The hurried ticking of an alarm clock' : 'The slow tick-tock of a clock on the wall',
  ],
  render(take, { gap, tick, tock, case: body, wood }) {
    const out = new Float64Array(take.length);
    for (const [i, at] of steadyTimes(take, gap, 0.01).entries()) {
      const pitch = i % 2 === 0 ? tick : tick * tock;
      strike(out, take, {
        at,
        modes: modesAt(pitch, [1, 1.43, 1.97], { decay: 0.006, brightness: 0.8 }),
        attack: 0.0003,
      });
      strike(out, take, { at, modes: [{ hz: body, gain: wood, decay: 0.012 }] });
      noiseGrain(out, take, { at: at + 0.012, hz: 1.1 * pitch, q: 1.5, attack: 0.0004, decay: 0.002, gain: 0.25 });
    }
    return out;
  },
});
