import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../../../src/audio/scene/random.ts';
import {
  cosineOfTurns,
  decibels,
  exp,
  exp2,
  log2,
  power,
  semitones,
  sineOfTurns,
} from '../../../../src/audio/sounds/synthesis/exactMath.ts';
import { bandPass, highPass, lowPass } from '../../../../src/audio/sounds/synthesis/filter.ts';
import { bubble } from '../../../../src/audio/sounds/synthesis/grain.ts';
import { falling, harmonics } from '../../../../src/audio/sounds/synthesis/harmonics.ts';
import { ring, strike } from '../../../../src/audio/sounds/synthesis/modes.ts';
import { drift, whiteNoise } from '../../../../src/audio/sounds/synthesis/noise.ts';
import { curve, drawRatio, randomTimes, steadyTimes, takeOf } from '../../../../src/audio/sounds/synthesis/take.ts';
import { meanPower, shareBetween } from '../longTermSpectrum.ts';

const take = (sampleRate = 8000, seconds = 1, seed = 1) => takeOf(new RandomStream(seed), sampleRate, seconds);
const rms = (x: Float64Array) => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length);

describe('exact arithmetic', () => {
  test('agrees with the functions of the engine', () => {
    for (let i = -3000; i < 3000; i++) {
      const x = i / 371;
      expect(Math.abs(sineOfTurns(x) - Math.sin(2 * Math.PI * x))).toBeLessThan(1e-12);
      expect(Math.abs(cosineOfTurns(x) - Math.cos(2 * Math.PI * x))).toBeLessThan(1e-12);
      expect(exp2(x) / 2 ** x).toBeCloseTo(1, 12);
      expect(exp(x) / Math.exp(x)).toBeCloseTo(1, 12);
      expect(log2(exp2(x))).toBeCloseTo(x, 11);
    }
    expect(power(3, 1.7)).toBeCloseTo(3 ** 1.7, 11);
    expect(decibels(-20)).toBeCloseTo(0.1, 12);
    expect(semitones(12)).toBeCloseTo(2, 12);
    expect(exp2(-2000)).toBe(0);
  });
});

describe('harmonics', () => {
  test('are the sum of their sines', () => {
    const amplitudes = [1, -0.5, 0.25, 0.1];
    const sum = harmonics(take(), 211, amplitudes, 0.3);
    for (const n of [0, 1, 31, 32, 500, 7999]) {
      const phase = 2 * Math.PI * (0.3 + (211 * n) / 8000);
      const expected = amplitudes.reduce((total, a, k) => total + a * Math.sin((k + 1) * phase), 0);
      expect(sum[n]).toBeCloseTo(expected, 9);
    }
  });

  test('fold nothing back from above the band, even while the pitch glides', () => {
    // 1100 Hz with partials at 1100, 2200, 3300: folded ones of 4400 and 5500 would lie at 3600 and 2500.
    const steady = Float32Array.from(harmonics(take(), 1100, falling(40, 0)));
    expect(shareBetween(steady, 8000, 2400, 2600) + shareBetween(steady, 8000, 3450, 3700)).toBeLessThan(1e-6);
    const gliding = take(8000, 2);
    const sweep = Float32Array.from(
      harmonics(
        gliding,
        curve(gliding, (t) => 1500 + 900 * t),
        falling(30, 0),
      ),
    );
    expect(shareBetween(sweep, 8000, 0, 1300)).toBeLessThan(1e-4);
  });

  test('above the band are silent', () => {
    expect(rms(harmonics(take(), 3900, [1]))).toBe(0);
  });
});

describe('filters', () => {
  const gainAt = (hz: number, filter: (x: Float64Array) => Float64Array) => {
    const tone = harmonics(take(16_000), hz, [1]);
    return rms(filter(tone).subarray(4000)) / rms(tone.subarray(4000));
  };
  test('pass what they should', () => {
    const here = take(16_000);
    expect(gainAt(100, (x) => lowPass(x, here, 1000))).toBeCloseTo(1, 2);
    expect(gainAt(1000, (x) => lowPass(x, here, 1000))).toBeCloseTo(Math.SQRT1_2, 2);
    expect(gainAt(6000, (x) => highPass(x, here, 1000))).toBeCloseTo(1, 2);
    expect(gainAt(50, (x) => highPass(x, here, 1000))).toBeLessThan(0.01);
    expect(gainAt(1000, (x) => bandPass(x, here, 1000, 5))).toBeCloseTo(1, 2);
    expect(gainAt(2000, (x) => bandPass(x, here, 1000, 5))).toBeLessThan(0.2);
  });

  test('a band whose center lies above the band is silent', () => {
    const here = take(8000);
    expect(rms(bandPass(whiteNoise(here), here, 5000, 2))).toBe(0);
  });

  test('stay calm while their frequency jumps about', () => {
    const here = take(8000);
    const jumps = Float64Array.from({ length: here.length }, (_, n) => (n % 64 < 32 ? 30 : 3900));
    for (const filter of [lowPass, highPass, bandPass]) {
      const out = filter(whiteNoise(here), here, jumps, 4);
      expect(out.every((v) => Math.abs(v) < 50)).toBe(true);
    }
  });
});

describe('noise', () => {
  test('is white, with the same power per Hz at every rate', () => {
    const density = (sampleRate: number) => {
      const { power, binHz } = meanPower(Float32Array.from(whiteNoise(take(sampleRate, 4))), sampleRate);
      const at = (low: number, high: number) => {
        const band = power.slice(Math.ceil(low / binHz), Math.floor(high / binHz));
        return band.reduce((sum, p) => sum + p, 0) / band.length;
      };
      return [at(100, 1000), at(1000, 2500), at(2500, 3900)];
    };
    const reference = density(8000);
    for (const sampleRate of [16_000, 44_100]) {
      for (const [i, value] of density(sampleRate).entries())
        expect(Math.abs(value / reference[i]! - 1)).toBeLessThan(0.1);
    }
  });

  test('drift stays within its bounds and has no jumps', () => {
    const here = take(8000, 10);
    const walk = drift(here, 5);
    let last = walk(0);
    for (let t = 0; t < 10; t += 0.001) {
      expect(Math.abs(walk(t))).toBeLessThanOrEqual(1);
      expect(Math.abs(walk(t) - last)).toBeLessThan(0.02);
      last = walk(t);
    }
  });
});

describe('struck bodies', () => {
  test('ring at their modes and die in their time', () => {
    const here = take(16_000);
    const out = new Float64Array(here.length);
    strike(out, here, { at: 0.1, modes: [{ hz: 700, gain: 1, decay: 0.1 }] });
    expect(rms(out.subarray(0, 1600))).toBe(0);
    expect(shareBetween(Float32Array.from(out), 16_000, 600, 800)).toBeGreaterThan(0.98);
    const [early, late] = [rms(out.subarray(3200, 4000)), rms(out.subarray(4800, 5600))];
    expect(Math.log(early / late)).toBeCloseTo(1, 1); // 0.1 s later, 1 / e
  });

  test('several blows are the sum of single ones', () => {
    const modes = [{ hz: 440, gain: 1, decay: 0.2 }];
    const [together, apart] = [new Float64Array(8000), new Float64Array(8000)];
    ring(together, take(), {
      modes,
      blows: [
        { at: 0.1, gain: 1 },
        { at: 0.3, gain: 0.5 },
      ],
    });
    for (const { at, gain } of [
      { at: 0.1, gain: 1 },
      { at: 0.3, gain: 0.5 },
    ])
      strike(apart, take(), { at, modes, gain });
    expect(Math.max(...together.map((v, n) => Math.abs(v - apart[n]!)))).toBeLessThan(1e-6);
  });

  test('modes and bubbles above the band are left out', () => {
    const out = new Float64Array(8000);
    strike(out, take(), { at: 0, modes: [{ hz: 4200, gain: 1, decay: 0.1 }] });
    bubble(out, take(), { at: 0, hz: 3000, rise: 1, decay: 0.05, gain: 1 });
    expect(rms(out)).toBe(0);
  });
});

describe('times and draws', () => {
  test('a first event comes soon, however short the take', () => {
    for (let seed = 0; seed < 50; seed++) {
      for (const seconds of [0.01, 0.3, 20]) {
        const here = take(8000, seconds, seed);
        for (const times of [steadyTimes(here, 2, 0.9), randomTimes(here, 0.5)]) {
          expect(times.length).toBeGreaterThan(0);
          expect(times.every((t) => t >= 0 && t < seconds)).toBe(true);
        }
      }
    }
  });

  test('random times come as often as asked', () => {
    expect(randomTimes(take(8000, 200), 20).length / 4000).toBeCloseTo(1, 1);
  });

  test('ratios are drawn evenly over octaves', () => {
    const random = new RandomStream(3);
    const below = Array.from({ length: 4000 }, () => drawRatio(random, 100, 400)).filter((hz) => hz < 200);
    expect(below.length / 4000).toBeCloseTo(0.5, 1);
  });
});
