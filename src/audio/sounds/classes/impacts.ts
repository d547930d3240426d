import { defineSound } from '../soundClass.ts';
import { noiseGrain, thud } from '../synthesis/grain.ts';
import { modesAt, ring, ringAll, strike } from '../synthesis/modes.ts';
import { addRoom } from '../synthesis/room.ts';
import { drawRatio, randomTimes, steadyTimes } from '../synthesis/take.ts';

const DOOR = [1, 2.1, 3.3, 4.9, 7.2];
const METAL = [1, 1.34, 1.83, 2.41, 3.17, 4.3];
const PANE = [1, 1.37, 1.72, 2.34, 2.9, 3.7, 4.6, 5.9];

/** Knuckles on a door. */
export const knock = /* @__PURE__ */ defineSound({
  name: 'knock',
  captions: ['Somebody knocks on the door', 'A knock on wood', 'Knocking at a door', 'Knuckles rap on a wooden door'],
  draw: (random) => ({
    pitch: drawRatio(random, 130, 210), // Hz
    knocks: random.pick([2, 3, 4, 5]),
    gap: drawRatio(random, 0.13, 0.26), // seconds
    rest: random.uniform(0.35, 0.9),
    hollow: random.uniform(0.025, 0.06), // seconds of ring
    click: random.uniform(0.1, 0.3),
  }),
  describe: ({ pitch, knocks, gap }) => [
    `Somebody knocks ${['', '', 'twice', 'three times', 'four times', 'five times'][knocks]} on a ${pitch > 165 ? 'thin' : 'heavy'} door`,
    `${gap < 0.18 ? 'Quick' : 'Slow'} knocks on ${pitch > 165 ? 'wood' : 'a heavy wooden door'}`,
  ],
  render(take, { pitch, knocks, gap, rest, hollow, click }) {
    const out = new Float64Array(take.length);
    const modes = modesAt(pitch, DOOR, { decay: hollow, brightness: 0.35, damping: 0.3 });
    for (const start of steadyTimes(take, knocks * gap + rest, 0.05)) {
      for (let k = 0; k < knocks; k++) {
        const at = start + k * gap * take.random.uniform(0.97, 1.03);
        const gain = take.random.uniform(0.7, 1);
        strike(out, take, { at, modes, gain, attack: 0.0015 });
        noiseGrain(out, take, { at, hz: 1200, q: 0.8, decay: 0.003, gain: click * gain });
      }
    }
    return addRoom(out, take, { t60: 0.25, amount: 0.2, size: 0.6 });
  },
});

/** Keys of a computer: press and release, soft plastic clicks. */
export const keyboard = /* @__PURE__ */ defineSound({
  name: 'keyboard typing',
  captions: [
    'Somebody types on a keyboard',
    'A computer keyboard clicks',
    'Fast typing on a laptop',
    'The keys of a computer keyboard are pressed',
  ],
  draw: (random) => ({
    rate: drawRatio(random, 4, 10), // keys a second
    pitch: drawRatio(random, 1500, 2100), // Hz
    thock: random.uniform(0.25, 0.6),
    release: random.uniform(0.2, 0.6),
    unevenness: random.uniform(0.3, 0.9),
  }),
  describe: ({ rate, thock }) => [
    `Somebody types ${rate > 6.5 ? 'fast' : 'slowly'} on a keyboard`,
    `${thock > 0.42 ? 'A heavy mechanical' : 'A soft laptop'} keyboard is used ${rate > 6.5 ? 'busily' : 'with pauses'}`,
  ],
  render(take, { rate, pitch, thock, release, unevenness }) {
    const out = new Float64Array(take.length);
    for (const at of steadyTimes(take, 1 / rate, unevenness)) {
      const hz = pitch * take.random.uniform(0.8, 1.25);
      const force = take.random.uniform(0.5, 1);
      noiseGrain(out, take, { at, hz, q: 2, decay: 0.005, gain: 0.5 * force });
      thud(out, take, { at: at + 0.004, hz: 330, decay: 0.008, gain: 0.2 * thock * force });
      noiseGrain(out, take, {
        at: at + take.random.uniform(0.06, 0.1),
        hz: 1.5 * hz,
        q: 2,
        decay: 0.003,
        gain: 0.4 * release * force,
      });
    }
    return out;
  },
});

/** Type bars that hit the platen, and the bell at the end of the line. */
export const typewriter = /* @__PURE__ */ defineSound({
  name: 'typewriter',
  captions: [
    'Somebody types on a typewriter',
    'An old typewriter clatters',
    'A mechanical typewriter',
    'The type bars of a typewriter hit the paper',
  ],
  draw: (random) => ({
    rate: drawRatio(random, 3.5, 7.5), // keys a second
    metal: drawRatio(random, 850, 1150), // Hz
    clank: random.uniform(0.5, 0.9),
    line: random.pick([9, 14, 22]), // keys to the bell
    unevenness: random.uniform(0.1, 0.4),
  }),
  describe: ({ rate, line }) => [
    `A typewriter clatters ${rate > 5.2 ? 'fast' : 'slowly'}${line < 12 ? ' and its bell dings' : ''}`,
    `Somebody writes ${rate > 5.2 ? 'quickly' : 'with care'} on an old typewriter`,
  ],
  render(take, { rate, metal, clank, line, unevenness }) {
    const out = new Float64Array(take.length);
    const arm = modesAt(metal, METAL, { decay: 0.02, brightness: 0.9, damping: 0.15 });
    const bell = modesAt(2300, [1, 1.48, 2.7], { decay: 0.4, brightness: 0.5 });
    for (const [i, at] of steadyTimes(take, 1 / rate, unevenness).entries()) {
      const gain = take.random.uniform(0.7, 1);
      strike(out, take, { at, modes: arm, gain: clank * gain, attack: 0.0004 });
      noiseGrain(out, take, { at, hz: 2800, q: 0.7, attack: 0.0005, decay: 0.006, gain: 0.8 * gain });
      thud(out, take, { at: at + 0.002, hz: 260, decay: 0.02, gain: 0.35 * gain });
      noiseGrain(out, take, { at: at + 0.045, hz: 1500, q: 1, decay: 0.004, gain: 0.25 });
      if (i % line === line - 2) strike(out, take, { at: at + 0.03, modes: bell, gain: 0.3 });
    }
    return out;
  },
});

/** Glasses that clink, or a pane that breaks and falls. */
export const glass = /* @__PURE__ */ defineSound({
  name: 'glass',
  captions: ['Glass clinks', 'The sound of glass', 'Something hits a glass', 'Glass rings with a bright sound'],
  draw: (random) => ({
    kind: random.pick(['clink', 'shatter'] as const),
    pitch: drawRatio(random, 2000, 2500), // Hz
    decay: drawRatio(random, 0.06, 0.16), // seconds
    rate: random.uniform(1.3, 3), // clinks a second; shatters are rarer
    pieces: random.pick([25, 40, 60]),
  }),
  describe: ({ kind, pieces, rate }) =>
    kind === 'clink'
      ? [`Glasses clink ${rate > 2.2 ? 'again and again' : 'together'}`, 'People touch glasses with a bright clink']
      : [`A ${pieces > 30 ? 'big pane' : 'glass'} shatters into pieces`, 'Glass breaks and the splinters fall'],
  render(take, { kind, pitch, decay, rate, pieces }) {
    const out = new Float64Array(take.length);
    const ping = (at: number, hz: number, gain: number, seconds: number) =>
      strike(out, take, {
        at,
        modes: modesAt(hz, PANE, { decay: seconds, brightness: 0.6, damping: 0.25 }),
        gain,
        attack: 0.0003,
      });
    for (const at of steadyTimes(take, kind === 'clink' ? 1 / rate : 5 / rate, 0.3)) {
      const gain = take.random.uniform(0.7, 1);
      ping(at, pitch, gain, decay);
      ping(at + 0.002, 1.13 * pitch, 0.7 * gain, decay);
      if (kind === 'clink') continue;
      noiseGrain(out, take, { at, hz: 3200, q: 0.6, attack: 0.001, decay: 0.05, gain: 1.2 });
      for (let p = 0; p < pieces; p++) {
        const late = take.random.uniform();
        const small = drawRatio(take.random, 0.9, 1.6);
        ping(
          at + 0.02 + 1.2 * late * late,
          small * pitch,
          0.5 * take.random.uniform(0.1, 1) * (1 - 0.7 * late),
          0.4 * decay,
        );
      }
    }
    return out;
  },
});

/** A hammer on metal: loud inharmonic clangs. */
export const hammer = /* @__PURE__ */ defineSound({
  name: 'hammer',
  captions: [
    'Somebody hammers on metal',
    'A hammer strikes an anvil',
    'A blacksmith at work',
    'Metal is being hammered',
  ],
  draw: (random) => ({
    pitch: drawRatio(random, 620, 820), // Hz
    gap: drawRatio(random, 0.3, 0.8), // seconds
    decay: drawRatio(random, 0.1, 0.35),
    brightness: random.uniform(0.7, 0.95),
    bounce: random.uniform(0, 0.4),
  }),
  describe: ({ gap, decay, bounce }) => [
    `A hammer strikes metal ${gap < 0.5 ? 'quickly' : 'slowly'}${bounce > 0.2 ? ' and bounces' : ''}`,
    `${decay > 0.2 ? 'Ringing' : 'Dull'} blows of a hammer on an anvil`,
  ],
  render(take, { pitch, gap, decay, brightness, bounce }) {
    const out = new Float64Array(take.length);
    const modes = modesAt(pitch, METAL, { decay, brightness, damping: 0.2 });
    const hits = steadyTimes(take, gap, 0.08).map((at) => ({ at, gain: take.random.uniform(0.7, 1) }));
    const blows = hits.flatMap(({ at, gain }) => [
      { at, gain },
      { at: at + 0.11, gain: bounce * gain },
    ]);
    ring(out, take, { modes, blows, attack: 0.0005 });
    for (const { at, gain } of hits) {
      thud(out, take, { at, hz: 300, decay: 0.02, gain: 0.3 * gain });
      noiseGrain(out, take, { at, hz: 2500, q: 0.8, attack: 0.0004, decay: 0.004, gain: 0.5 * gain });
    }
    return out;
  },
});

/** Coins or small change that is shaken. */
export const coins = /* @__PURE__ */ defineSound({
  name: 'coins',
  captions: ['Coins jingle', 'Somebody shakes a handful of coins', 'Small change rattles', 'Coins are counted'],
  draw: (random) => ({
    rate: drawRatio(random, 12, 34), // touches a second
    pitch: drawRatio(random, 2400, 2900), // Hz
    decay: random.uniform(0.02, 0.05), // seconds
    count: random.pick([4, 6, 9]),
  }),
  describe: ({ rate, count }) => [
    `${count < 5 ? 'A few' : 'Many'} coins jingle ${rate > 20 ? 'busily' : 'softly'}`,
    `Somebody ${rate > 20 ? 'shakes' : 'counts'} ${count < 5 ? 'a few coins' : 'a handful of coins'}`,
  ],
  render(take, { rate, pitch, decay, count }) {
    const out = new Float64Array(take.length);
    const bodies = Array.from({ length: count }, () =>
      modesAt(pitch * take.random.uniform(0.75, 1.3), [1, 1.58, 2.2, 2.9], { decay, brightness: 0.9, damping: 0.1 }),
    );
    const blows = randomTimes(take, rate).map((at) => ({
      at,
      gain: take.random.uniform(0.15, 1),
      body: take.random.integer(count),
    }));
    ringAll(out, take, { bodies, blows, attack: 0.0003 });
    for (const { at, gain } of blows) {
      noiseGrain(out, take, { at, hz: 3300, q: 0.8, attack: 0.0003, decay: 0.002, gain: 0.5 * gain });
    }
    return out;
  },
});
