import { defineSound } from '../soundClass.ts';
import { exp, power, semitones, sineOfTurns } from '../synthesis/exactMath.ts';
import { bandPass } from '../synthesis/filter.ts';
import { noiseGrain } from '../synthesis/grain.ts';
import { harmonics } from '../synthesis/harmonics.ts';
import { type Mode, modesAt, ringAll, strike } from '../synthesis/modes.ts';
import { whiteNoise } from '../synthesis/noise.ts';
import {
  curve,
  drawRatio,
  mix,
  part,
  place,
  shape,
  smoothStep,
  steadyTimes,
  swell,
  type Take,
} from '../synthesis/take.ts';

const PENTATONIC = [0, 2, 4, 7, 9, 12];
const GROOVES = ['K.S.K.S.', 'K..KS...', 'K.SKK.S.', 'KHSHKHSH'] as const;

/** Kick, snare and hi-hat in a pattern of eight steps. */
export const drums = /* @__PURE__ */ defineSound({
  name: 'drums',
  captions: ['Somebody plays the drums', 'A drum kit', 'Kick and snare play a beat', 'A drum beat'],
  draw: (random) => ({
    step: drawRatio(random, 0.13, 0.24), // seconds
    groove: random.pick(GROOVES),
    kick: drawRatio(random, 50, 72), // Hz
    snare: drawRatio(random, 170, 230), // Hz
    rattle: random.uniform(0.5, 1),
    hat: random.uniform(0.05, 0.2),
  }),
  describe: ({ step, kick }) => [
    `A ${step < 0.175 ? 'fast' : 'slow'} drum beat`,
    `A drum kit with a ${kick > 60 ? 'tight' : 'deep'} kick plays a ${step < 0.175 ? 'quick' : 'relaxed'} beat`,
  ],
  render(take, { step, groove, kick, snare, rattle, hat }) {
    const out = new Float64Array(take.length);
    for (const [i, at] of steadyTimes(take, step, 0.02).entries()) {
      const force = take.random.uniform(0.85, 1);
      const hit = groove[i % groove.length];
      if (hit === 'K') place(out, kickDrum(part(take, 0.35), kick), take, at, 1.3 * force);
      if (hit === 'S') {
        strike(out, take, {
          at,
          modes: modesAt(snare, [1, 1.59, 2.14], { decay: 0.07, brightness: 0.6 }),
          gain: 0.45 * force,
        });
        noiseGrain(out, take, { at, hz: 2400, q: 0.5, decay: 0.06, gain: 0.35 * rattle * force });
      }
      noiseGrain(out, take, { at, hz: 6500, q: 0.7, attack: 0.0004, decay: 0.02, gain: hat * force });
    }
    return out;
  },
});

function kickDrum(take: Take, hz: number): Float64Array {
  const sound = harmonics(
    take,
    curve(take, (t) => hz * (1 + 2.5 * exp(-t / 0.02))),
    [1, 0.1],
  );
  return shape(
    sound,
    curve(take, (t) => smoothStep(t, 0, 0.002) * exp(-t / 0.08) * smoothStep(take.seconds - t, 0, 0.1)),
  );
}

/** Plucked strings: partials a little sharp of the harmonics, the high ones dying first. */
export const guitar = /* @__PURE__ */ defineSound({
  name: 'guitar',
  captions: ['Somebody plays the guitar', 'An acoustic guitar is plucked', 'Notes of a guitar', 'A melody on a guitar'],
  draw: (random) => ({
    root: drawRatio(random, 165, 220), // Hz
    gap: drawRatio(random, 0.18, 0.5), // seconds
    decay: random.uniform(0.5, 1.4),
    place: random.uniform(0.12, 0.3), // of the plectrum along the string
    brightness: random.uniform(0.8, 1.2),
  }),
  describe: ({ gap, root, brightness }) => [
    `A guitar plays ${gap < 0.3 ? 'a fast' : 'a slow'} melody of ${root > 190 ? 'high' : 'low'} notes`,
    `${brightness > 1 ? 'Bright' : 'Mellow'} guitar strings are plucked ${gap < 0.3 ? 'quickly' : 'calmly'}`,
  ],
  render(take, { root, gap, decay, place: pluck, brightness }) {
    const out = new Float64Array(take.length);
    const blows = steadyTimes(take, gap, 0.04).map((at) => ({
      at,
      gain: take.random.uniform(0.6, 1),
      body: take.random.integer(PENTATONIC.length),
    }));
    const bodies = PENTATONIC.map((step) => stringModes(root * semitones(step), pluck, decay, brightness));
    ringAll(out, take, { bodies, blows, attack: 0.0015 });
    for (const { at } of blows) {
      noiseGrain(out, take, { at, hz: 220, q: 2, decay: 0.02, gain: 0.12 });
    }
    return out;
  },
});

function stringModes(pitch: number, pluck: number, decay: number, brightness: number): Mode[] {
  return Array.from({ length: 12 }, (_, i) => {
    const k = i + 1;
    const stretch = Math.sqrt(1 + 0.0002 * k * k);
    const gain = (Math.abs(sineOfTurns(0.5 * k * pluck)) * power(brightness, i)) / k;
    return { hz: pitch * k * stretch, gain: Math.min(gain, 1), decay: decay / (1 + 0.25 * i) };
  });
}

/** A flute: few partials, vibrato, and the air that misses the hole. */
export const flute = /* @__PURE__ */ defineSound({
  name: 'flute',
  captions: ['Somebody plays the flute', 'A flute melody', 'The soft notes of a flute', 'A flute is playing'],
  draw: (random) => ({
    root: drawRatio(random, 560, 720), // Hz
    note: drawRatio(random, 0.2, 0.7), // seconds
    vibrato: random.uniform(0.002, 0.012),
    rate: random.uniform(4.5, 6), // of the vibrato, a second
    breath: random.uniform(0.03, 0.1),
    octave: random.uniform(0.15, 0.45),
  }),
  describe: ({ root, note, vibrato }) => [
    `A flute plays ${note < 0.38 ? 'quick' : 'long'} ${root > 635 ? 'high' : 'low'} notes`,
    `A ${vibrato > 0.007 ? 'vibrating' : 'plain'} flute melody, ${note < 0.38 ? 'lively' : 'slow'}`,
  ],
  render(take, { root, note, vibrato, rate, breath, octave }) {
    const out = new Float64Array(take.length);
    for (const at of steadyTimes(take, note, 0.02)) {
      const pitch = root * semitones(take.random.pick(PENTATONIC));
      const piece = part(take, note);
      const wave = (t: number) => sineOfTurns(rate * (at + t)) * smoothStep(t, 0.05, 0.3);
      const tone = harmonics(
        piece,
        curve(piece, (t) => pitch * (1 + vibrato * wave(t) - 0.01 * exp(-t / 0.03))),
        [1, octave, 0.12, 0.05],
      );
      const sound = mix(tone, bandPass(whiteNoise(piece), piece, 2 * pitch, 1), breath);
      place(
        out,
        shape(
          sound,
          curve(piece, (t) => swell(t, note, 0.05, 0.06) * (1 + 12 * vibrato * wave(t))),
        ),
        take,
        at,
      );
    }
    return out;
  },
});
