import { defineSound } from '../soundClass.ts';
import { sineOfTurns } from '../synthesis/exactMath.ts';
import { bandPass, formants, highPass, lowPass } from '../synthesis/filter.ts';
import { falling, harmonics } from '../synthesis/harmonics.ts';
import { drift, whiteNoise } from '../synthesis/noise.ts';
import { curve, drawRatio, mapped, mix, shape, smoothStep, type Take } from '../synthesis/take.ts';

/** Firing pulses through exhaust resonances; the cylinders differ, and so the partials between those of the firing rate sound too. */
export const engine = /* @__PURE__ */ defineSound({
  name: 'engine',
  captions: [
    'An engine is running',
    'A motor runs with a deep hum',
    'The engine of a car is on',
    'A vehicle engine rumbles',
  ],
  draw: (random) => ({
    firing: drawRatio(random, 32, 85), // Hz
    cylinders: random.pick([2, 3, 4]),
    unevenness: random.uniform(0.15, 0.6),
    exhaust: drawRatio(random, 90, 150), // Hz
    breath: random.uniform(0.3, 0.8),
    revving: random.uniform() < 0.4 ? random.uniform(0.15, 0.45) : 0,
    revPeriod: random.uniform(1.2, 3), // seconds
  }),
  describe: ({ firing, revving }) => {
    const pitch = firing > 58 ? 'fast' : firing < 42 ? 'slow, deep' : 'steady';
    return revving > 0
      ? [`A ${pitch} engine revs up and down`, `Somebody plays with the throttle of a ${pitch} engine`]
      : [`A ${pitch} engine idles`, `A ${pitch} motor keeps running`];
  },
  render(take, { firing, cylinders, unevenness, exhaust, breath, revving, revPeriod }) {
    const hunting = drift(take, 3);
    const start = take.random.uniform();
    const speed = curve(
      take,
      (t) => firing * (1 + 0.03 * hunting(t) + revving * (0.5 + 0.5 * sineOfTurns(t / revPeriod + start))),
    );
    const partials = falling(24 * cylinders, 0.6).map((amplitude, k) =>
      (k + 1) % cylinders === 0 ? amplitude : amplitude * unevenness * take.random.uniform(0.2, 0.8),
    );
    const pulses = harmonics(
      take,
      mapped(speed, (hz) => hz / cylinders),
      partials,
    );
    const air = whiteNoise(take);
    for (let n = 0; n < pulses.length; n++) pulses[n]! += breath * 0.6 * air[n]! * Math.abs(pulses[n]!);
    const body = formants(pulses, take, [
      { hz: exhaust, q: 1.6, gain: 1 },
      { hz: 3 * exhaust, q: 1.8, gain: 0.5 },
      { hz: 7 * exhaust, q: 1.8, gain: 0.25 },
    ]);
    return mix(body, lowPass(pulses, take, 1800), 0.06);
  },
});

/** Blades that slap the air: low thumps, and wash that comes in beats. */
export const helicopter = /* @__PURE__ */ defineSound({
  name: 'helicopter',
  captions: [
    'A helicopter is flying',
    'The rotor of a helicopter beats the air',
    'A helicopter hovers overhead',
    'Chopper blades are thumping',
  ],
  draw: (random) => ({
    blades: drawRatio(random, 9, 17), // a second
    thump: random.uniform(0.5, 1.2),
    wash: drawRatio(random, 350, 800), // Hz
    turbine: drawRatio(random, 1300, 2200), // Hz
    whine: random.uniform(0.02, 0.07),
    sharpness: random.uniform(2, 4),
  }),
  describe: ({ blades, whine }) => [
    `A helicopter flies by with ${blades > 12 ? 'fast' : 'slow'} beating blades`,
    `A helicopter ${whine > 0.045 ? 'with a whining turbine ' : ''}thumps ${blades > 12 ? 'quickly' : 'heavily'}`,
  ],
  render(take, { blades, thump, wash, turbine, whine, sharpness }) {
    const steady = drift(take, 1);
    const beat = harmonics(take, blades, falling(14, 0.4));
    const turn = take.random.uniform();
    const beats = curve(take, (t) => {
      const s = 0.5 + 0.5 * sineOfTurns(blades * t + turn);
      return (0.12 + (sharpness > 3 ? s * s * s * s : s * s * s)) * (1 + 0.25 * steady(t));
    });
    const air = lowPass(lowPass(whiteNoise(take), take, wash), take, 4 * wash);
    const out = shape(mix(air, bandPass(whiteNoise(take), take, 110, 1), 5), beats);
    mix(out, bandPass(beat, take, 70, 0.8), thump);
    return mix(
      out,
      harmonics(
        take,
        curve(take, (t) => turbine * (1 + 0.01 * steady(t))),
        [1, 0.3],
      ),
      whine * 0.5,
    );
  },
});

/** Broad rush of air with the tones of the fan. */
export const vacuumCleaner = /* @__PURE__ */ defineSound({
  name: 'vacuum cleaner',
  captions: [
    'A vacuum cleaner is on',
    'Somebody vacuums the floor',
    'A vacuum cleaner hums and hisses',
    'The carpet is being vacuumed',
  ],
  draw: (random) => ({
    fan: drawRatio(random, 420, 680), // Hz
    hum: random.uniform(0.5, 1.1),
    air: drawRatio(random, 900, 1500), // Hz
    strokes: random.uniform(0.5, 1.2), // a second
    load: random.uniform(0.02, 0.06),
  }),
  describe: ({ fan, hum }) => [
    `A vacuum cleaner with a ${fan > 530 ? 'high' : 'low'} hum cleans the floor`,
    hum > 0.8 ? 'A whining vacuum cleaner moves back and forth' : 'The steady rush of a vacuum cleaner',
  ],
  render(take, { fan, hum, air, strokes, load }) {
    const turn = take.random.uniform();
    const wobble = drift(take, 6);
    const push = curve(take, (t) => sineOfTurns(strokes * t + turn) + 0.3 * wobble(t));
    const rush = bandPass(
      whiteNoise(take),
      take,
      mapped(push, (p) => air * (1 + 4 * load * p)),
      0.5,
    );
    mix(rush, highPass(whiteNoise(take), take, 2500), 0.12);
    const tones = harmonics(
      take,
      mapped(push, (p) => fan * (1 - load * p)),
      [1, 0.5, 0.25, 0.3, 0.1, 0.12],
    );
    return mix(rush, tones, 0.5 * hum);
  },
});

/** A universal motor and its gears, which go up in pitch at each start and sag under load. */
export const drill = /* @__PURE__ */ defineSound({
  name: 'drill',
  captions: [
    'A power drill is drilling',
    'Somebody drills a hole',
    'An electric drill whirs',
    'A drill bores into the wall',
  ],
  draw: (random) => ({
    motor: drawRatio(random, 200, 330), // Hz
    brightness: random.uniform(0.15, 0.5),
    grit: random.uniform(0.3, 0.8),
    burst: random.uniform(0.8, 2.2), // seconds
    sag: random.uniform(0.05, 0.2),
    hammer: random.uniform() < 0.4 ? drawRatio(random, 28, 45) : 0, // blows a second
  }),
  describe: ({ motor, hammer, burst }) => [
    hammer > 0
      ? 'A hammer drill rattles into concrete'
      : `A ${motor > 255 ? 'high-pitched' : 'low'} electric drill whirs`,
    `Somebody drills in ${burst < 1.4 ? 'short bursts' : 'long pushes'}${hammer > 0 ? ' with a hammer drill' : ''}`,
  ],
  render(take, { motor, brightness, grit, burst, sag, hammer }) {
    const period = burst + 0.35;
    const early = 0.1 * burst; // the clip begins with the motor on
    const load = drift(take, 4);
    const power = curve(take, (t) => {
      const u = (t + early) % period;
      return smoothStep(u, 0, 0.12) * smoothStep(burst + 0.15 - u, 0, 0.25);
    });
    const speed = curve(take, (t) => motor * (1 - sag * (0.5 + 0.5 * load(t))));
    for (let n = 0; n < speed.length; n++) speed[n]! *= 0.45 + 0.55 * power[n]!;
    const whine = harmonics(
      take,
      speed,
      falling(48, 1 - brightness).map((a, k) => a * (k % 7 === 6 ? 3 : 1)),
    );
    const chips = bandPass(whiteNoise(take), take, 3000, 0.9);
    const turn = curve(take, (t) => (hammer > 0 ? 0.3 + 1.4 * Math.max(0, sineOfTurns(hammer * t)) : 1));
    return shape(mix(shape(highPass(whine, take, 600), turn), shape(chips, turn), 0.6 * grit), power);
  },
});

/** Teeth through wood: strokes of rough noise, the push stronger than the pull. */
export const saw = /* @__PURE__ */ defineSound({
  name: 'saw',
  captions: [
    'Somebody saws wood by hand',
    'A hand saw cuts through a board',
    'Wood is being sawn',
    'A saw goes back and forth',
  ],
  draw: (random) => ({
    strokes: random.uniform(1.1, 2.4), // a second, there and back
    teeth: drawRatio(random, 70, 160), // a second, at full speed
    body: drawRatio(random, 1100, 1700), // Hz
    roughness: random.uniform(0.4, 0.9),
    pull: random.uniform(0.3, 0.75),
  }),
  describe: ({ strokes, roughness }) => [
    `Somebody saws wood with ${strokes > 1.7 ? 'quick' : 'slow'} strokes`,
    `A ${roughness > 0.65 ? 'coarse' : 'fine'} hand saw cuts ${strokes > 1.7 ? 'fast' : 'slowly'} through wood`,
  ],
  render: (take, parameters) => sawing(take, parameters),
});

function sawing(
  take: Take,
  {
    strokes,
    teeth,
    body,
    roughness,
    pull,
  }: { strokes: number; teeth: number; body: number; roughness: number; pull: number },
): Float64Array {
  const turn = take.random.uniform(0, 0.3);
  const uneven = drift(take, 2 * strokes);
  // Speed of the blade: forth in the first half of each turn, back in the second.
  const speed = curve(take, (t) => sineOfTurns(strokes * t + turn) * (1 + 0.2 * uneven(t)));
  const bite = harmonics(
    take,
    mapped(speed, (v) => 20 + teeth * Math.abs(v)),
    [1, 0.5, 0.3],
  );
  const dust = mix(
    bandPass(
      whiteNoise(take),
      take,
      mapped(speed, (v) => body * (0.8 + 0.4 * Math.abs(v))),
      1.1,
    ),
    bandPass(whiteNoise(take), take, 2.3 * body, 1.2),
    0.7,
  );
  for (let n = 0; n < dust.length; n++) {
    const v = speed[n]!;
    const force = v > 0 ? v : -v * pull;
    dust[n]! *= force * force * (1 + roughness * bite[n]!);
  }
  return dust;
}
