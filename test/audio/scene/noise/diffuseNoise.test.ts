import { describe, expect, test } from 'vitest';
import { intensityDirection, rotateAmbisonics } from '../../../../src/audio/ambisonics.ts';
import { RealFft } from '../../../../src/audio/fourier/realFft.ts';
import { diffuseNoise } from '../../../../src/audio/scene/noise/diffuseNoise.ts';
import type { NoiseColor } from '../../../../src/audio/scene/noise/noiseSpectrum.ts';
import { spreadDiffuse } from '../../../../src/audio/scene/noise/spreadDiffuse.ts';
import { RandomStream } from '../../../../src/audio/scene/random.ts';
import { diffuseCrossSpectrum } from '../../../../src/audio/scene/room/diffuseField.ts';
import {
  ambisonicReceiver,
  type Microphone,
  ortfPair,
  placeMicrophones,
} from '../../../../src/audio/scene/room/receiver.ts';

const sampleRate = 16000;
const samples = 2 ** 17;
const foa = ambisonicReceiver({ position: [0, 0, 0] });
const microphones: Microphone[] = [
  {},
  { offset: [0.08, 0, 0] },
  { offset: [0, 0.2, 0.1], pattern: 'cardioid', direction: { azimuth: 60, elevation: 20 } },
];
const array = { position: [0, 0, 0], microphones } as const;

const product = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  for (let n = 0; n < a.length; n++) sum += a[n]! * b[n]!;
  return sum / a.length;
};

/** Cross spectra, mean over frames of 256 samples, over those of the first channel's own: [a][b][bin] as [re, im]. */
function crossSpectra(channels: readonly Float32Array[]): [number, number][][][] {
  const fft = new RealFft(256);
  const window = new Float64Array(256).map((_, n) => Math.sin((Math.PI * (n + 0.5)) / 256) ** 2);
  const sums = channels.map(() => channels.map(() => Array.from({ length: 129 }, (): [number, number] => [0, 0])));
  for (let start = 0; start + 256 <= channels[0]!.length; start += 128) {
    const spectra = channels.map((channel) => {
      const [re, im] = [new Float64Array(129), new Float64Array(129)];
      fft.forward(
        window.map((w, n) => w * channel[start + n]!),
        re,
        im,
      );
      return { re, im };
    });
    for (const [a, s] of spectra.entries()) {
      for (const [b, t] of spectra.entries()) {
        for (let k = 0; k < 129; k++) {
          sums[a]![b]![k]![0] += s.re[k]! * t.re[k]! + s.im[k]! * t.im[k]!;
          sums[a]![b]![k]![1] += s.im[k]! * t.re[k]! - s.re[k]! * t.im[k]!;
        }
      }
    }
  }
  const own = sums[0]![0]!.map(([power]) => power);
  return sums.map((row) => row.map((bins) => bins.map(([re, im], k) => [re / own[k]!, im / own[k]!])));
}

/** Of the octave around a frequency, in decibels. */
function octaveLevel(signal: Float32Array, center: number): number {
  const fft = new RealFft(samples);
  const [re, im] = [new Float64Array(fft.bins), new Float64Array(fft.bins)];
  fft.forward(signal, re, im);
  const inside = (k: number) => Math.abs(Math.log2((k * sampleRate) / samples / center)) < 0.5;
  return 10 * Math.log10(re.reduce((sum, value, k) => (inside(k) ? sum + value ** 2 + im[k]! ** 2 : sum), 0));
}

describe('diffuseNoise', () => {
  test('of ambisonics has RMS 1 in W, a third of the power in each gradient and nothing in common', () => {
    const noise = diffuseNoise({ receiver: foa, sampleRate, samples, seed: 3 });
    for (const [a, first] of noise.entries()) {
      for (const [b, second] of noise.entries()) {
        const expected = a !== b ? 0 : a === 0 ? 1 : 1 / 3;
        expect(Math.abs(product(first, second) - expected)).toBeLessThan(0.015); // 4 / √samples
      }
    }
    expect(intensityDirection(noise).diffuseness).toBeGreaterThan(0.97);
    const [w, y] = rotateAmbisonics(noise, { yaw: 40, pitch: 20 });
    expect(product(y, y)).toBeCloseTo(1 / 3, 1);
    expect(product(w, y)).toBeCloseTo(0, 1);
  });

  test('of an array has at each frequency what microphones at that distance have in common', () => {
    const measured = crossSpectra(diffuseNoise({ receiver: array, sampleRate, samples }));
    const placed = placeMicrophones(array);
    for (const [a, first] of placed.entries()) {
      for (const [b, second] of placed.entries()) {
        for (let k = 2; k < 127; k++) {
          const waves = (2 * Math.PI * ((k * sampleRate) / 256)) / 343.2;
          const [re, im] = diffuseCrossSpectrum(first, second, waves);
          const found = measured[a]![b]![k]!;
          expect(Math.hypot(found[0] - re, found[1] - im), `${a} ${b} bin ${k}`).toBeLessThan(0.13); // 4 / √frames
        }
      }
    }
  });

  test('of two omnis a distance d apart is alike by sin(kd) / kd', () => {
    const measured = crossSpectra(diffuseNoise({ receiver: array, sampleRate, samples }))[0]![1]!;
    for (const hz of [500, 1000, 2000, 4000]) {
      const kd = ((2 * Math.PI * hz) / 343.2) * 0.08;
      expect(measured[(hz * 256) / sampleRate]![0]).toBeCloseTo(Math.sin(kd) / kd, 1);
    }
  });

  test.each<[NoiseColor, number]>([
    ['white', 3],
    ['pink', 0],
    ['brown', -3],
  ])('of color %s goes by %d dB from octave to octave, at RMS 1', (color, step) => {
    const [w] = diffuseNoise({ receiver: foa, color, sampleRate, samples, seed: 1 });
    const levels = [125, 250, 500, 1000, 2000, 4000].map((center) => octaveLevel(w, center));
    const slope = (levels[5]! - levels[0]!) / 5;
    expect(Math.abs(slope - step)).toBeLessThan(0.2);
    if (color !== 'brown') expect(Math.sqrt(product(w, w))).toBeCloseTo(1, 1); // brown noise is mostly its lowest tones
  });

  test('hum has the octaves of a quiet room and lines at the mains and its multiples', () => {
    const [w] = diffuseNoise({ receiver: foa, color: 'hum', sampleRate, samples, seed: 1 });
    const above = [1000, 2000, 4000].map((center) => octaveLevel(w, center));
    expect(above[0]! - above[1]!).toBeCloseTo(27 - 24, 0);
    expect(above[1]! - above[2]!).toBeCloseTo(24 - 22, 0);
    const fft = new RealFft(samples);
    const [re, im] = [new Float64Array(fft.bins), new Float64Array(fft.bins)];
    fft.forward(w, re, im);
    const power = (low: number, high: number) => {
      const [first, last] = [low, high].map((hz) => Math.round((hz * samples) / sampleRate));
      let sum = 0;
      for (let k = first!; k <= last!; k++) sum += re[k]! ** 2 + im[k]! ** 2;
      return sum / (last! - first! + 1);
    };
    for (const hz of [50, 100, 150, 200])
      expect(power(hz - 0.3, hz + 0.3)).toBeGreaterThan(10 * power(hz + 5, hz + 25));
  });

  test('is the same for a seed and another for another', () => {
    const make = (seed: number) =>
      diffuseNoise({ receiver: ortfPair({ position: [0, 0, 0] }), sampleRate, samples: 500, seed });
    expect(make(1)).toEqual(make(1));
    expect(make(1)[0]).not.toEqual(make(2)[0]);
    expect(make(1)[0]).toHaveLength(500);
  });

  test('errors say what must hold', () => {
    const make = (change: object) => () => diffuseNoise({ receiver: foa, sampleRate, samples: 10, ...change });
    expect(make({ samples: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: diffuseNoise: samples must be a whole number from 1 to 67108864, got 0]`,
    );
    expect(make({ sampleRate: Number.NaN })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: diffuseNoise: sampleRate must be positive, got NaN]`,
    );
    expect(make({ color: 'violet' })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: diffuseNoise: color must be white, pink, brown or hum, got violet]`,
    );
    expect(make({ receiver: { position: [0, 0, 0], microphones: [] } })).toThrow('at least one microphone');
  });
});

describe('spreadDiffuse', () => {
  const random = new RandomStream(5);
  const street = new Float32Array(samples).map(() => 0.3 * random.normal());

  test('makes a mono recording come from everywhere alike, as loud and as long as it was', () => {
    const noise = spreadDiffuse(street, { receiver: foa, sampleRate });
    expect(noise.map(({ length }) => length)).toEqual([samples, samples, samples, samples]);
    const power = product(street, street);
    for (const [a, first] of noise.entries()) {
      for (const [b, second] of noise.entries()) {
        const expected = a !== b ? 0 : a === 0 ? 1 : 1 / 3;
        expect(Math.abs(product(first, second) / power - expected)).toBeLessThan(0.15); // of some 460 samples of a burst
      }
    }
    expect(intensityDirection(noise).diffuseness).toBeGreaterThan(0.9);
  });

  test('spaced microphones have in common what a diffuse field has, low tones more than high ones', () => {
    const [near, far] = [0.02, 1].map((meters) => {
      const receiver = { position: [0, 0, 0], microphones: [{}, { offset: [meters, 0, 0] }] } as const;
      const [a, b] = spreadDiffuse(street, { receiver, sampleRate });
      return product(a!, b!) / Math.sqrt(product(a!, a!) * product(b!, b!));
    });
    expect(near).toBeGreaterThan(0.5);
    expect(Math.abs(far!)).toBeLessThan(0.1);
  });

  test('keeps the moments of a recording', () => {
    const click = new Float32Array(sampleRate);
    click[4000] = 1;
    const [w] = spreadDiffuse(click, { receiver: foa, sampleRate, seconds: 0.1 });
    expect(w.subarray(0, 4000).every((value) => Math.abs(value) < 1e-6)).toBe(true);
    expect(w.subarray(5600).every((value) => Math.abs(value) < 1e-6)).toBe(true);
    expect(product(w, w) * w.length).toBeCloseTo(1, 0);
  });

  test('refuses what no burst could be', () => {
    expect(() => spreadDiffuse(street, { receiver: foa, sampleRate, seconds: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: spreadDiffuse: seconds must be from 0.001 to 10, got 0]`,
    );
  });
});
