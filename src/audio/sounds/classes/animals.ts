import { defineSound } from '../soundClass.ts';
import { sineOfTurns } from '../synthesis/exactMath.ts';
import { bandPass } from '../synthesis/filter.ts';
import { falling, harmonics } from '../synthesis/harmonics.ts';
import { drift, whiteNoise } from '../synthesis/noise.ts';
import { curve, drawRatio, mix, part, place, shape, smoothStep, steadyTimes, swell } from '../synthesis/take.ts';
import { voice } from '../synthesis/voice.ts';

/** Short harsh cries whose pitch jumps up and falls, in groups. */
export const dog = /* @__PURE__ */ defineSound({
  name: 'dog',
  captions: ['A dog barks', 'A barking dog', 'A dog is barking at somebody', 'The bark of a dog'],
  draw: (random) => {
    const size = random.uniform(); // 0 a terrier, 1 a mastiff
    return {
      size,
      pitch: 520 - 290 * size, // Hz
      throat: 900 - 330 * size, // Hz
      bark: random.uniform(0.13, 0.22) + 0.07 * size, // seconds
      gap: random.uniform(0.1, 0.28),
      group: random.pick([1, 2, 3, 4]),
      rest: random.uniform(0.35, 0.9),
      harshness: random.uniform(0.3, 0.6),
    };
  },
  describe: ({ size, group }) => {
    const dog = size > 0.6 ? 'big dog' : size < 0.35 ? 'small dog' : 'dog';
    return [
      group === 1
        ? `A ${dog} gives single barks`
        : `A ${dog} barks ${['', '', 'twice', 'three times', 'four times'][group]} in a row`,
      `A ${dog} barks with a ${size > 0.5 ? 'deep' : 'high'} voice`,
    ];
  },
  render(take, { pitch, throat, bark, gap, group, rest, harshness }) {
    const out = new Float64Array(take.length);
    for (const start of steadyTimes(take, group * (bark + gap) + rest, 0.05)) {
      for (let b = 0; b < group; b++) {
        const seconds = bark * take.random.uniform(0.85, 1.15);
        const height = pitch * take.random.uniform(0.93, 1.07);
        const piece = part(take, seconds);
        const sound = voice(piece, {
          hz: (t) => height * (0.65 + 0.55 * smoothStep(t / seconds, 0, 0.25) - 0.5 * smoothStep(t / seconds, 0.3, 1)),
          steepness: 0.7,
          breath: harshness,
          roughness: 0.5,
          formants: [
            { hz: curve(piece, (t) => throat * (0.75 + 0.5 * sineOfTurns(0.5 * (t / seconds)))), q: 2.5, gain: 1 },
            { hz: 1.9 * throat, q: 4, gain: 0.5 },
            { hz: 3.3 * throat, q: 4, gain: 0.2 },
          ],
        });
        const gain = take.random.uniform(0.8, 1);
        place(
          out,
          shape(
            sound,
            curve(piece, (t) => swell(t, seconds, 0.02, 0.6 * seconds)),
          ),
          take,
          start + b * (bark + gap),
          gain,
        );
      }
    }
    return out;
  },
});

/** One long vowel that opens and closes: mi-a-ow. */
export const cat = /* @__PURE__ */ defineSound({
  name: 'cat',
  captions: ['A cat meows', 'A cat is mewing', 'The meow of a cat', 'A cat cries for food'],
  draw: (random) => ({
    pitch: drawRatio(random, 520, 760), // Hz
    meow: random.uniform(0.5, 1.1), // seconds
    gap: random.uniform(0.25, 0.9),
    arch: random.uniform(0.12, 0.35),
    nasal: random.uniform(0.3, 0.8),
    vibrato: random.uniform(0, 0.02),
  }),
  describe: ({ pitch, meow }) => [
    `A ${pitch > 640 ? 'kitten' : 'cat'} gives ${meow > 0.8 ? 'long' : 'short'} meows`,
    `A cat meows ${meow > 0.8 ? 'plaintively' : 'briefly'} with a ${pitch > 640 ? 'high' : 'low'} voice`,
  ],
  render(take, { pitch, meow, gap, arch, nasal, vibrato }) {
    const out = new Float64Array(take.length);
    for (const start of steadyTimes(take, meow + gap, 0.15)) {
      const seconds = meow * take.random.uniform(0.8, 1.2);
      const height = pitch * take.random.uniform(0.94, 1.06);
      const piece = part(take, seconds);
      const open = (t: number) => sineOfTurns(0.5 * Math.min(1, t / seconds));
      const sound = voice(piece, {
        hz: (t) =>
          height * (1 + arch * (open(t) - 0.5) - 0.15 * smoothStep(t / seconds, 0.6, 1) + vibrato * sineOfTurns(7 * t)),
        steepness: 0.5,
        breath: 0.08,
        roughness: 0.05,
        formants: [
          { hz: curve(piece, (t) => 900 + 700 * open(t)), q: 3, gain: 1 },
          { hz: curve(piece, (t) => 2900 - 900 * smoothStep(t / seconds, 0.1, 0.9)), q: 4, gain: 0.5 + nasal },
          { hz: 3600, q: 5, gain: 0.5 * nasal },
        ],
      });
      place(
        out,
        shape(
          sound,
          curve(piece, (t) => swell(t, seconds, 0.18 * seconds, 0.4 * seconds)),
        ),
        take,
        start,
      );
    }
    return out;
  },
});

/** A long low call through a big throat. */
export const cow = /* @__PURE__ */ defineSound({
  name: 'cow',
  captions: ['A cow moos', 'A cow is mooing', 'The moo of a cow in the field', 'Cattle are lowing'],
  draw: (random) => ({
    pitch: drawRatio(random, 105, 165), // Hz
    moo: random.uniform(0.9, 1.9), // seconds
    gap: random.uniform(0.3, 1.1),
    throat: random.uniform(330, 450), // Hz
    roughness: random.uniform(0.05, 0.3),
  }),
  describe: ({ pitch, moo }) => [
    `A ${pitch > 130 ? 'young cow' : 'cow'} gives ${moo > 1.4 ? 'long, drawn-out' : 'short'} moos`,
    `A cow moos ${pitch > 130 ? 'with a high voice' : 'deeply'}`,
  ],
  render(take, { pitch, moo, gap, throat, roughness }) {
    const out = new Float64Array(take.length);
    for (const start of steadyTimes(take, moo + gap, 0.1)) {
      const seconds = moo * take.random.uniform(0.8, 1.2);
      const height = pitch * take.random.uniform(0.94, 1.06);
      const piece = part(take, seconds);
      const sound = voice(piece, {
        hz: (t) => height * (0.85 + 0.2 * smoothStep(t / seconds, 0, 0.4) - 0.18 * smoothStep(t / seconds, 0.7, 1)),
        steepness: 0.8,
        breath: 0.06,
        roughness,
        formants: [
          { hz: curve(piece, (t) => throat * (0.7 + 0.5 * smoothStep(t / seconds, 0.05, 0.35))), q: 3, gain: 1 },
          { hz: 2.2 * throat, q: 4, gain: 0.45 },
          { hz: 5.5 * throat, q: 5, gain: 0.12 },
        ],
      });
      place(
        out,
        shape(
          sound,
          curve(piece, (t) => swell(t, seconds, 0.15, 0.3)),
        ),
        take,
        start,
      );
    }
    return out;
  },
});

/** Croaks: quick pulses that ring in the air sac. */
export const frog = /* @__PURE__ */ defineSound({
  name: 'frog',
  captions: ['A frog croaks', 'Frogs are croaking at a pond', 'The croak of a frog', 'A frog calls at night'],
  draw: (random) => ({
    pulses: drawRatio(random, 26, 60), // a second
    sac: drawRatio(random, 620, 950), // Hz
    croak: random.uniform(0.18, 0.55), // seconds
    gap: random.uniform(0.15, 0.6),
    upper: random.uniform(0.3, 0.8),
  }),
  describe: ({ sac, pulses, croak }) => [
    `A ${sac > 770 ? 'small' : 'big'} frog gives ${croak > 0.35 ? 'long' : 'short'} croaks`,
    `A frog croaks with a ${pulses > 40 ? 'buzzing' : 'rattling'} ${sac > 770 ? 'high' : 'low'} voice`,
  ],
  render(take, { pulses, sac, croak, gap, upper }) {
    const out = new Float64Array(take.length);
    for (const start of steadyTimes(take, croak + gap, 0.2)) {
      const seconds = croak * take.random.uniform(0.8, 1.2);
      const piece = part(take, seconds);
      const turn = take.random.uniform();
      const ring = mix(
        bandPass(whiteNoise(piece), piece, sac, 9),
        bandPass(whiteNoise(piece), piece, 2.4 * sac, 9),
        upper,
      );
      const gate = curve(piece, (t) => {
        const u = (pulses * t * (1 - (0.15 * t) / seconds) + turn) % 1;
        return (
          smoothStep(u, 0, 0.15) * (1 - smoothStep(u, 0.15, 0.7)) * swell(t, seconds, 0.25 * seconds, 0.2 * seconds)
        );
      });
      place(out, shape(ring, gate), take, start);
    }
    return out;
  },
});

/** Wings: a buzz full of partials whose pitch and nearness wander. */
export const fly = /* @__PURE__ */ defineSound({
  name: 'fly',
  captions: ['A fly buzzes', 'An insect is buzzing around', 'The buzz of a fly or a bee', 'A bee hums by'],
  draw: (random) => ({
    wings: drawRatio(random, 165, 235), // beats a second
    wander: random.uniform(0.04, 0.12),
    passing: random.uniform(0.8, 2.5), // a second
    nearness: random.uniform(0.4, 0.9),
    dullness: random.uniform(0.6, 1),
  }),
  describe: ({ wings, passing, nearness }) => [
    `${wings > 198 ? 'A fly' : 'A bumblebee'} buzzes ${nearness > 0.65 ? 'close to the ear' : 'around the room'}`,
    `An insect buzzes by ${passing > 1.6 ? 'restlessly' : 'lazily'}`,
  ],
  render(take, { wings, wander, passing, nearness, dullness }) {
    const turn = drift(take, 2 * passing);
    const near = drift(take, passing);
    const jitter = drift(take, 40);
    const pitch = curve(take, (t) => wings * (1 + wander * turn(t) + 0.012 * jitter(t)));
    const partials = falling(44, 0.1 + 0.5 * dullness);
    const buzz = mix(harmonics(take, pitch, partials), bandPass(whiteNoise(take), take, 1800, 0.8), 0.03);
    return shape(
      buzz,
      curve(take, (t) => 1 + nearness * near(t)),
    );
  },
});
