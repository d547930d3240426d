import { defineSound } from '../soundClass.ts';
import { exp } from '../synthesis/exactMath.ts';
import { bandPass, highPass, lowPass } from '../synthesis/filter.ts';
import { noiseGrain, thud } from '../synthesis/grain.ts';
import { drift, whiteNoise } from '../synthesis/noise.ts';
import { curve, drawRatio, mapped, mix, randomTimes, shape, smoothStep } from '../synthesis/take.ts';

/** Air around corners: low noise in gusts, and the pitch at which an edge whistles. */
export const wind = /* @__PURE__ */ defineSound({
  name: 'wind',
  captions: [
    'Wind is blowing',
    'The wind howls',
    'Gusts of wind blow around the house',
    'A strong wind whistles through a gap',
  ],
  draw: (random) => ({
    pitch: drawRatio(random, 330, 560), // Hz
    howl: random.uniform(5, 12), // narrowness of the whistle
    gusts: random.uniform(0.4, 1.1), // a second
    depth: random.uniform(0.3, 0.7),
    rumble: random.uniform(0.2, 0.5),
  }),
  describe: ({ pitch, howl, gusts }) => [
    `Wind ${howl > 8.5 ? 'howls' : 'blows'} in ${gusts > 0.75 ? 'quick' : 'long'} gusts`,
    `A ${pitch > 430 ? 'high' : 'low'} ${howl > 8.5 ? 'howling' : 'rushing'} wind`,
  ],
  render(take, { pitch, howl, gusts, depth, rumble }) {
    const gust = drift(take, gusts);
    const flutter = drift(take, 5);
    const force = curve(take, (t) => 1 + depth * gust(t) + 0.1 * flutter(t));
    const center = mapped(force, (f) => pitch * (0.4 + 0.6 * f));
    const whistle = mix(
      bandPass(whiteNoise(take), take, center, howl),
      bandPass(
        whiteNoise(take),
        take,
        mapped(center, (hz) => 1.6 * hz),
        howl,
      ),
      0.35,
    );
    const air = mix(whistle, lowPass(whiteNoise(take), take, 160), rumble);
    return shape(
      mix(air, lowPass(whiteNoise(take), take, 700), 0.04),
      mapped(force, (f) => f * f),
    );
  },
});

/** A crack, and the rumble that rolls after it. */
export const thunder = /* @__PURE__ */ defineSound({
  name: 'thunder',
  captions: ['Thunder rumbles', 'A clap of thunder', 'Thunder rolls in the distance', 'A thunderstorm'],
  draw: (random) => ({
    distance: random.uniform(0, 1), // near cracks, far only rolls
    roll: random.uniform(1.5, 4), // seconds
    pitch: drawRatio(random, 60, 110), // Hz
    claps: random.uniform(1, 3), // a second, while it rolls
  }),
  describe: ({ distance, roll }) => [
    distance < 0.5 ? 'Thunder cracks nearby' : 'Distant thunder rumbles',
    `${distance < 0.5 ? 'A sharp thunderclap' : 'Thunder far away'} with a ${roll > 2.7 ? 'long roll' : 'short rumble'}`,
  ],
  render(take, { distance, roll, pitch, claps }) {
    const rolling = drift(take, 5);
    const slow = drift(take, 1.5);
    const cycle = 2.2 * roll; // another bolt, for long clips
    const fall = curve(take, (t) => {
      const u = t % cycle;
      return (
        smoothStep(u, 0, 0.03 + 0.3 * distance) *
        exp(-u / roll) *
        (1 + 0.5 * rolling(t) + 0.4 * slow(t)) *
        smoothStep(cycle - u, 0, 0.5)
      );
    });
    const rumble = lowPass(
      lowPass(whiteNoise(take), take, pitch * 2),
      take,
      mapped(fall, (f) => pitch * (1 + 2 * f)),
    );
    const out = shape(mix(rumble, lowPass(whiteNoise(take), take, 500), 0.06), fall);
    for (let bolt = 0; bolt < take.seconds; bolt += cycle) {
      for (let c = 0; c < 5; c++) {
        const at = bolt + 0.02 + take.random.uniform(0, 0.15) * c;
        thud(out, take, {
          at,
          hz: take.random.uniform(250, 900) * (1.15 - distance),
          decay: take.random.uniform(0.03, 0.12),
          gain: 0.2 * (1.1 - distance),
        });
      }
    }
    for (const at of randomTimes(take, claps)) {
      const gain = 0.35 * exp(-(at % cycle) / roll) * take.random.uniform(0.3, 1);
      thud(out, take, { at, hz: pitch * 1.6, attack: 0.05, decay: take.random.uniform(0.1, 0.3), gain });
    }
    return out;
  },
});

/** Burning wood: a breath of flame below, and twigs that snap. */
export const fire = /* @__PURE__ */ defineSound({
  name: 'fire',
  captions: ['A fire crackles', 'Wood burns and crackles', 'A campfire is burning', 'Flames crackle in the fireplace'],
  draw: (random) => ({
    crackles: drawRatio(random, 9, 30), // a second
    pops: random.uniform(0.5, 2.5), // a second
    flame: random.uniform(0.1, 0.35),
    pitch: drawRatio(random, 1500, 2400), // Hz
  }),
  describe: ({ crackles, pops }) => [
    `A fire crackles ${crackles > 16 ? 'briskly' : 'calmly'}`,
    `Burning wood ${pops > 1.5 ? 'pops and ' : ''}crackles ${crackles > 16 ? 'busily' : 'now and then'}`,
  ],
  render(take, { crackles, pops, flame, pitch }) {
    const flicker = drift(take, 7);
    const breath = shape(
      lowPass(whiteNoise(take), take, 260),
      curve(take, (t) => 1 + 0.5 * flicker(t)),
    );
    const out = mix(new Float64Array(take.length), breath, flame);
    mix(out, highPass(whiteNoise(take), take, 3000), 0.012);
    for (const at of randomTimes(take, crackles)) {
      const size = take.random.uniform(0.1, 1);
      const hz = pitch * drawRatio(take.random, 0.5, 2);
      noiseGrain(out, take, {
        at,
        hz,
        q: 1,
        attack: 0.0003,
        decay: take.random.uniform(0.0008, 0.004),
        gain: 1.2 * size * size,
      });
    }
    for (const at of randomTimes(take, pops)) {
      noiseGrain(out, take, { at, hz: 0.4 * pitch, q: 1.2, decay: 0.012, gain: take.random.uniform(0.5, 1.2) });
    }
    return out;
  },
});
