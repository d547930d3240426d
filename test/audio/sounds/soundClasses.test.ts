import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../../src/audio/scene/random.ts';
import { soundClass, soundClasses } from '../../../src/audio/sounds/soundClasses.ts';
import { logMel, meanPower, shareBetween } from './longTermSpectrum.ts';

const SECONDS = 1.5;
const make = (name: string, sampleRate = 16_000, seconds = SECONDS, seed = 1) =>
  soundClass(name).generate(new RandomStream(seed), { sampleRate, seconds });

const rms = (x: Float32Array) => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length);
const peak = (x: Float32Array) => x.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
const mean = (x: Float32Array) => x.reduce((sum, v) => sum + v, 0) / x.length;

describe.each(soundClasses.map((sound) => [sound.name, sound] as const))('%s', (_, sound) => {
  test.each([8000, 16_000, 44_100])('at %i Hz has its length, level and no DC', (sampleRate) => {
    for (const seed of [1, 2, 3]) {
      const clip = sound.generate(new RandomStream(seed), { sampleRate, seconds: SECONDS });
      expect(clip.length).toBe(SECONDS * sampleRate);
      expect(clip.every(Number.isFinite)).toBe(true);
      expect(peak(clip)).toBeLessThanOrEqual(0.9001);
      expect(rms(clip)).toBeLessThan(0.1001);
      expect(rms(clip)).toBeGreaterThan(0.006); // a clock is mostly silence
      expect(Math.abs(mean(clip))).toBeLessThan(0.005 * rms(clip));
    }
  });

  test('begins and ends in silence, without a click', () => {
    for (const sampleRate of [8000, 44_100]) {
      const clip = sound.generate(new RandomStream(4), { sampleRate, seconds: SECONDS });
      const edge = Math.round(0.0005 * sampleRate);
      expect(Math.abs(clip[0]!)).toBe(0);
      expect(Math.abs(clip.at(-1)!)).toBe(0);
      expect(peak(clip.subarray(0, edge))).toBeLessThan(0.02);
      expect(peak(clip.subarray(-edge))).toBeLessThan(0.02);
    }
  });

  test('is the same for the same seed and another for another', () => {
    const options = { sampleRate: 8000, seconds: 1 };
    const clip = sound.clip(new RandomStream(5, 6), options);
    const again = sound.clip(new RandomStream(5, 6), options);
    const other = sound.clip(new RandomStream(5, 7), options);
    expect(again).toEqual(clip);
    expect(other.parameters).not.toEqual(clip.parameters);
    const difference = clip.samples.map((v, n) => v - other.samples[n]!);
    expect(rms(difference)).toBeGreaterThan(0.3 * rms(clip.samples));
  });

  test('is one recording at every rate and length', () => {
    const at = (sampleRate: number, seconds: number) => sound.clip(new RandomStream(8), { sampleRate, seconds });
    const low = at(16_000, SECONDS);
    const high = at(44_100, SECONDS);
    const long = at(16_000, 2 * SECONDS);
    for (const { caption, parameters } of [high, long]) {
      expect({ caption, parameters }).toEqual({ caption: low.caption, parameters: low.parameters });
    }
    // Below what both rates hold, the spectra agree but for a common gain, for levels are set by the whole band, and for the
    // chances of the noise, of which a few short bursts show little.
    const [a, b] = [logMel(low.samples, 16_000, 6500), logMel(high.samples, 44_100, 6500)];
    expect(correlation(a, b)).toBeGreaterThan(0.9);
  });

  test('has captions, and sentences that depend on what was drawn', () => {
    expect(new Set(sound.captions).size).toBeGreaterThanOrEqual(4);
    const options = { sampleRate: 8000, seconds: 0.01 };
    const drawn = Array.from({ length: 24 }, (_, i) => sound.clip(new RandomStream(i), options).caption);
    expect(new Set(drawn).size).toBeGreaterThanOrEqual(3);
    for (const sentence of [...sound.captions, ...drawn]) {
      expect(sentence).toMatch(/^[A-Z][^{}$]+[a-z]$/);
      expect(sentence).not.toMatch(/undefined|NaN| {2}/);
    }
  });

  test('sounds in clips of any length', () => {
    for (const seconds of [0.03, 0.2, 5]) expect(peak(make(sound.name, 8000, seconds))).toBeGreaterThan(0.01);
    expect(make(sound.name, 8000, 1 / 8000)).toEqual(new Float32Array(1));
  });
});

function correlation(a: Float64Array, b: Float64Array): number {
  const centered = (x: Float64Array) => x.map((v) => v - x.reduce((p, q) => p + q, 0) / x.length);
  const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
  const [p, q] = [centered(a), centered(b)];
  return dot(p, q) / Math.sqrt(dot(p, p) * dot(q, q));
}

describe('spectra', () => {
  test.each([
    ['alarm', 1700, 8000, 0.97],
    ['church bell', 60, 2500, 0.97],
    ['cow', 80, 1500, 0.95],
    ['crickets', 3100, 3700, 0.95],
    ['engine', 30, 1200, 0.95],
    ['helicopter', 25, 700, 0.9],
    ['owl', 280, 480, 0.9],
    ['siren', 420, 8000, 0.99],
    ['speech', 70, 4000, 0.95],
    ['thunder', 20, 350, 0.85],
    ['train horn', 200, 5000, 0.99],
    ['whistle', 2200, 3400, 0.85],
  ])('%s lies between %i and %i Hz', (name, low, high, share) => {
    for (const seed of [1, 2, 3, 4]) {
      expect(shareBetween(make(name, 16_000, 3, seed), 16_000, low, high)).toBeGreaterThan(share);
    }
  });

  test.each(['rain', 'waves', 'vacuum cleaner'])('%s is broad: no octave is left out', (name) => {
    for (const seed of [1, 2, 3, 4]) {
      const clip = make(name, 16_000, 3, seed);
      for (let low = 1000; low < 8000; low *= 2) {
        expect(shareBetween(clip, 16_000, low, 2 * low)).toBeGreaterThan(0.02);
      }
    }
  });

  test('a tone is a tone and rain is noise: the flatness of the spectrum tells them apart', () => {
    expect(flatness(make('rain', 16_000, 3))).toBeGreaterThan(0.4);
    expect(flatness(make('crickets', 16_000, 3))).toBeLessThan(0.05);
  });
});

/** Geometric over arithmetic mean of the power from 1 to 7 kHz. */
function flatness(clip: Float32Array): number {
  const { power, binHz } = meanPower(clip, 16_000);
  const band = power.filter((_, k) => k * binHz >= 1000 && k * binHz <= 7000);
  const logs = band.reduce((sum, p) => sum + Math.log(p), 0) / band.length;
  return Math.exp(logs) / (band.reduce((sum, p) => sum + p, 0) / band.length);
}

describe('the library of sounds', () => {
  test('has at least 24 classes with names of their own', () => {
    expect(soundClasses.length).toBeGreaterThanOrEqual(24);
    expect(new Set(soundClasses.map(({ name }) => name)).size).toBe(soundClasses.length);
  });

  test('gives the same bits in every engine: nothing but IEEE arithmetic goes into a sample', () => {
    let hash = 0x811c9dc5; // FNV-1a
    for (const sound of soundClasses) {
      const clip = sound.generate(new RandomStream(2025), { sampleRate: 8000, seconds: 1 });
      for (const byte of new Uint8Array(clip.buffer)) hash = Math.imul(hash ^ byte, 0x01000193);
    }
    expect((hash >>> 0).toString(16)).toMatchInlineSnapshot(`"6e7faf7c"`);
  });

  test('names are looked up, and an unknown one is told which there are', () => {
    expect(soundClass('owl').name).toBe('owl');
    expect(() => soundClass('unicorn')).toThrow(/no class 'unicorn'; there are alarm, .*wind chimes/);
  });

  test.each([
    [{ sampleRate: 7999, seconds: 1 }, 'owl: sampleRate must be at least 8000 Hz, got 7999'],
    [{ sampleRate: Number.NaN, seconds: 1 }, 'owl: sampleRate must be at least 8000 Hz, got NaN'],
    [{ sampleRate: 8000, seconds: 0 }, 'owl: seconds must give 1 to 2^31 samples at 8000 Hz, got 0'],
    [{ sampleRate: 8000, seconds: Infinity }, 'owl: seconds must give 1 to 2^31 samples at 8000 Hz, got Infinity'],
  ])('refuses %o', (options, message) => {
    expect(() => soundClass('owl').generate(new RandomStream(1), options)).toThrow(new RangeError(message));
  });
});
