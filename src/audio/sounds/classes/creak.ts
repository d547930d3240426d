import { defineSound } from '../soundClass.ts';
import { formants } from '../synthesis/filter.ts';
import { falling, harmonics } from '../synthesis/harmonics.ts';
import { drift, whiteNoise } from '../synthesis/noise.ts';
import { curve, drawRatio, mix, part, place, shape, smoothStep, steadyTimes, swell } from '../synthesis/take.ts';

const PULSE = falling(70, 0);

/** A hinge that sticks and slips: pulses that speed up and slow down, ringing in the wood. */
export const creak = /* @__PURE__ */ defineSound({
  name: 'creaking door',
  captions: ['A door creaks', 'A door opens with a creak', 'A rusty hinge squeaks', 'Old wood is creaking'],
  draw: (random) => ({
    slow: drawRatio(random, 25, 60), // slips a second
    fast: drawRatio(random, 110, 230),
    creak: random.uniform(0.6, 1.6), // seconds
    pause: random.uniform(0.15, 0.5),
    wood: drawRatio(random, 750, 1050), // Hz
    squeak: random.uniform(0.4, 0.9),
  }),
  describe: ({ fast, creak, squeak }) => [
    `A door creaks ${creak > 1.1 ? 'slowly' : 'briefly'}${squeak > 0.65 ? ' with a squeak' : ''}`,
    `A ${fast > 160 ? 'squeaky' : 'groaning'} door is ${creak > 1.1 ? 'opened slowly' : 'moved back and forth'}`,
  ],
  render(take, { slow, fast, creak: long, pause, wood, squeak }) {
    const out = new Float64Array(take.length);
    for (const start of steadyTimes(take, long + pause, 0.15)) {
      const seconds = long * take.random.uniform(0.7, 1.2);
      const piece = part(take, seconds);
      const stick = drift(piece, 9);
      const jerk = drift(piece, 60);
      const top = fast * take.random.uniform(0.8, 1.1);
      const rate = curve(piece, (t) => {
        const u = t / seconds;
        const speed = smoothStep(u, 0, 0.55) * (1 - 0.5 * smoothStep(u, 0.6, 1));
        return (slow + (top - slow) * speed) * (1 + 0.18 * stick(t) + 0.07 * jerk(t));
      });
      const slips = mix(harmonics(piece, rate, PULSE), whiteNoise(piece), 0.15);
      const hinge = formants(slips, piece, [
        { hz: wood, q: 7, gain: 1 },
        { hz: 1.62 * wood, q: 9, gain: 0.8 },
        { hz: 2.7 * wood, q: 10, gain: squeak },
      ]);
      place(
        out,
        shape(
          hinge,
          curve(piece, (t) => swell(t, seconds, 0.1, 0.12) * (1 + 0.4 * stick(t))),
        ),
        take,
        start,
      );
    }
    return out;
  },
});
