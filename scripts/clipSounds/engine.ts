import type { RandomStream } from '../../src/audio/scene/random.ts';
import { type ClipSound, noise, resonate, ring, SAMPLES, unitRms, wholeTurns } from './ring.ts';

/** An engine: firing pulses through exhaust resonances, the speed hunting a little. */
interface Engine {
  readonly firing: number; // Hz
  /** Resonances as center, width and gain. */
  readonly exhaust: readonly (readonly [hz: number, width: number, gain: number])[];
  /** How unevenly the cylinders fire, 0 to 1, and how many there are. */
  readonly unevenness: number;
  readonly cylinders: number;
  /** Noise of intake and fan beside the pulses. */
  readonly breath: number;
}

function synthesize({ firing, exhaust, unevenness, cylinders, breath }: Engine, random: RandomStream): Float64Array {
  const strength = Array.from({ length: cylinders }, () => 1 - unevenness * random.uniform());
  const speed = ring(
    (n) => firing * (1 + 0.03 * Math.sin((2 * Math.PI * n) / SAMPLES) + 0.012 * Math.sin((10 * Math.PI * n) / SAMPLES)),
  );
  const phase = wholeTurns(speed, cylinders);
  const pulses = ring((n) => {
    const turns = phase[n]! / (2 * Math.PI);
    const fraction = turns - Math.floor(turns);
    return strength[Math.floor(turns) % cylinders]! * Math.exp(-fraction * 9) * (1 - Math.exp(-fraction * 80));
  });
  const mean = pulses.reduce((sum, value) => sum + value, 0) / SAMPLES;
  const air = noise(random);
  const source = pulses.map((value, n) => value - mean + breath * value * air[n]!);
  const out = new Float64Array(SAMPLES);
  for (const [hz, width, gain] of exhaust) {
    const voice = unitRms(resonate(source, hz, width));
    for (let n = 0; n < SAMPLES; n++) out[n]! += gain * voice[n]!;
  }
  return out;
}

const VARIATIONS: readonly Engine[] = [
  {
    firing: 46,
    exhaust: [
      [95, 60, 1],
      [280, 150, 0.5],
      [640, 300, 0.2],
    ],
    unevenness: 0.3,
    cylinders: 4,
    breath: 0.3,
  },
  {
    firing: 72,
    exhaust: [
      [150, 80, 1],
      [420, 200, 0.6],
      [900, 400, 0.25],
    ],
    unevenness: 0.2,
    cylinders: 4,
    breath: 0.5,
  },
  {
    firing: 33,
    exhaust: [
      [70, 50, 1],
      [210, 120, 0.7],
      [510, 250, 0.3],
    ],
    unevenness: 0.5,
    cylinders: 2,
    breath: 0.4,
  },
  {
    firing: 56,
    exhaust: [
      [115, 70, 1],
      [330, 160, 0.6],
      [740, 320, 0.2],
    ],
    unevenness: 0.35,
    cylinders: 4,
    breath: 0.4,
  },
];

export const engine: ClipSound = {
  label: 'engine',
  variations: VARIATIONS.map((variation) => (random) => synthesize(variation, random)),
};
