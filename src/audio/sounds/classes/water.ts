import { defineSound } from '../soundClass.ts';
import { sineOfTurns } from '../synthesis/exactMath.ts';
import { bandPass, highPass, lowPass } from '../synthesis/filter.ts';
import { bubble, noiseGrain } from '../synthesis/grain.ts';
import { drift, whiteNoise } from '../synthesis/noise.ts';
import { addRoom } from '../synthesis/room.ts';
import { curve, drawRatio, mapped, mix, randomTimes, shape, smoothStep, steadyTimes } from '../synthesis/take.ts';

/** The hiss of countless drops, and the near ones that tick. */
export const rain = /* @__PURE__ */ defineSound({
  name: 'rain',
  captions: ['It is raining', 'Rain falls on the ground', 'The steady patter of rain', 'Raindrops fall all around'],
  draw: (random) => ({
    drops: drawRatio(random, 25, 220), // a second, of those that are heard singly
    weight: random.uniform(0.7, 1.8), // of a drop beside the hiss
    low: drawRatio(random, 700, 1300), // Hz
    bright: random.uniform(0.6, 1.1),
    gusts: random.uniform(0.05, 0.3),
  }),
  describe: ({ drops, gusts }) => [
    `${drops > 110 ? 'Heavy' : drops > 55 ? 'Steady' : 'Light'} rain is falling`,
    `Rain patters ${drops > 110 ? 'densely' : 'gently'}${gusts > 0.2 ? ' in gusts of wind' : ''}`,
  ],
  render(take, { drops, weight, low, bright, gusts }) {
    const gust = drift(take, 0.8);
    const hiss = highPass(whiteNoise(take), take, low, 0.6);
    const soft = lowPass(hiss, take, 9000 * bright, 0.6);
    const out = shape(
      soft,
      curve(take, (t) => 0.35 * (1 + gusts * gust(t))),
    );
    for (const at of randomTimes(take, drops)) {
      const size = take.random.uniform(0.2, 1);
      const hz = drawRatio(take.random, 1500, 5500);
      noiseGrain(out, take, { at, hz, q: 3, decay: 0.0016, gain: weight * size * size });
    }
    return out;
  },
});

/** Drops that fall into water one by one, each with the bubble it traps, in a room of stone or steel. */
export const drip = /* @__PURE__ */ defineSound({
  name: 'water drip',
  captions: ['Water is dripping', 'A tap drips', 'Drops of water fall one by one', 'Water drips into a sink'],
  draw: (random) => ({
    gap: drawRatio(random, 0.25, 0.9), // seconds
    jitter: random.uniform(0.05, 0.6),
    pitch: drawRatio(random, 800, 1250), // Hz
    rise: random.uniform(0.3, 0.9),
    room: random.uniform(0.15, 0.6),
    t60: drawRatio(random, 0.3, 1.6), // seconds
  }),
  describe: ({ gap, t60 }) => [
    `Water drips ${gap < 0.45 ? 'quickly' : 'slowly'}${t60 > 0.8 ? ' in an echoing room' : ' into a basin'}`,
    `Single drops fall ${gap < 0.45 ? 'in quick succession' : 'now and then'}${t60 > 0.8 ? ' as in a cave' : ''}`,
  ],
  render(take, { gap, jitter, pitch, rise, room, t60 }) {
    const out = new Float64Array(take.length);
    for (const at of steadyTimes(take, gap, jitter)) {
      const hz = pitch * take.random.uniform(0.85, 1.18);
      noiseGrain(out, take, { at, hz: 2.6 * hz, q: 2, decay: 0.0015, gain: 0.25 });
      bubble(out, take, {
        at: at + 0.012,
        hz,
        rise,
        decay: take.random.uniform(0.012, 0.025),
        gain: take.random.uniform(0.6, 1),
      });
    }
    return addRoom(out, take, { t60, amount: room });
  },
});

/** Many bubbles that rise and burst. */
export const bubbling = /* @__PURE__ */ defineSound({
  name: 'bubbling',
  captions: ['Water is bubbling', 'Bubbles rise in water', 'A liquid bubbles and gurgles', 'Air bubbles through water'],
  draw: (random) => ({
    rate: drawRatio(random, 14, 60), // bubbles a second
    pitch: drawRatio(random, 280, 480), // Hz
    spread: random.uniform(1.4, 2.1),
    rise: random.uniform(0.3, 1),
    pulsing: random.uniform(0, 0.8),
  }),
  describe: ({ rate, pitch }) => [
    `${pitch > 365 ? 'Small' : 'Big'} bubbles rise ${rate > 30 ? 'in a rapid stream' : 'one after another'}`,
    `Water ${rate > 30 ? 'boils and bubbles' : 'gurgles softly'}`,
  ],
  render(take, { rate, pitch, spread, rise, pulsing }) {
    const out = new Float64Array(take.length);
    const pulse = drift(take, 2.5);
    for (const at of randomTimes(take, rate)) {
      const hz = drawRatio(take.random, pitch / spread, pitch * spread);
      const size = take.random.uniform(0.2, 1) * (1 + pulsing * pulse(at));
      bubble(out, take, { at, hz, rise: rise * take.random.uniform(0.5, 1.5), decay: 9 / hz, gain: size });
    }
    return mix(out, bandPass(whiteNoise(take), take, 500, 1), 0.02);
  },
});

/** Breakers: a wall of noise that grows, opens up, and runs out hissing. */
export const waves = /* @__PURE__ */ defineSound({
  name: 'waves',
  captions: ['Waves break on the shore', 'The sea washes over a beach', 'Ocean waves come and go', 'Surf rolls in'],
  draw: (random) => ({
    period: random.uniform(2.5, 6), // seconds
    depth: random.uniform(0.75, 0.95),
    brightness: drawRatio(random, 700, 1100), // Hz
    rumble: random.uniform(0.5, 1),
    foam: random.uniform(0.1, 0.2),
  }),
  describe: ({ period, rumble }) => [
    `${rumble > 0.75 ? 'Heavy' : 'Gentle'} waves break ${period > 4.2 ? 'slowly' : 'quickly'} on the shore`,
    `The surf comes in ${period > 4.2 ? 'long, slow' : 'short'} waves`,
  ],
  render(take, { period, depth, brightness, rumble, foam }) {
    const turn = take.random.uniform(0, 0.6);
    const uneven = drift(take, 1.5);
    // A wave rises in the first third of its time and runs out in the rest.
    const height = curve(take, (t) => {
      const u = (t / period + turn) % 1;
      const rise = u < 0.35 ? smoothStep(u, 0, 0.35) : 1 - smoothStep(u, 0.35, 1);
      return (1 - depth + depth * rise) * (1 + 0.2 * uneven(t) + 0.05 * sineOfTurns(3.1 * t));
    });
    const wash = lowPass(
      whiteNoise(take),
      take,
      mapped(height, (h) => brightness * (0.35 + h)),
      0.6,
    );
    mix(wash, lowPass(whiteNoise(take), take, 220), 1.5 * rumble);
    mix(wash, highPass(whiteNoise(take), take, 2200), foam);
    return shape(wash, height);
  },
});
