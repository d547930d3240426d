import { describe, expect, test } from 'vitest';
import { angleBetween, encodeAmbisonics, intensityDirection } from '../../../src/audio/ambisonics.ts';
import { type Clip, mixScene, sampleScene } from '../../../src/audio/scene/anechoicScene.ts';
import { RandomStream } from '../../../src/audio/scene/random.ts';
import { formulaValues } from '../../fixtures/formula.ts';

const signal = (name: string, length = 400) => Float32Array.from(formulaValues(name, length));
const rms = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
const difference = (a: Float32Array, b: Float32Array) =>
  a.reduce((largest, value, n) => Math.max(largest, Math.abs(value - b[n]!)), 0);

describe('mixScene', () => {
  test('one source without noise is its encoding, and its image the signal with its gain', () => {
    const direction = { azimuth: 40, elevation: -20 };
    const { mixture, images } = mixScene([{ signal: signal('a'), gainDb: -20, ...direction }], { samples: 400 });
    const quiet = signal('a').map((value) => value * 0.1);
    expect(difference(images[0]!, quiet)).toBeLessThan(1e-7);
    for (const [c, channel] of encodeAmbisonics(quiet, direction).entries()) {
      expect(difference(mixture[c]!, channel)).toBeLessThan(1e-7);
    }
  });

  test('W of the mixture is the sum of the images', () => {
    const sources = ['a', 'b', 'c'].map((name, i) => ({
      signal: signal(name),
      gainDb: -3 * i,
      azimuth: 120 * i,
      elevation: 0,
    }));
    const { mixture, images } = mixScene(sources, { samples: 400 });
    const sum = images[0]!.map((value, n) => value + images[1]![n]! + images[2]![n]!);
    expect(difference(mixture[0], sum)).toBeLessThan(1e-6);
  });

  test('places a signal at its start and cuts off what hangs over either end', () => {
    const ramp = Float32Array.of(1, 2, 3, 4);
    const image = (startSample: number) =>
      Array.from(
        mixScene([{ signal: ramp, gainDb: 0, azimuth: 0, elevation: 0, startSample }], { samples: 5 }).images[0]!,
      );
    expect(image(0)).toEqual([1, 2, 3, 4, 0]);
    expect(image(3)).toEqual([0, 0, 0, 1, 2]);
    expect(image(-2)).toEqual([3, 4, 0, 0, 0]);
    expect(image(5)).toEqual([0, 0, 0, 0, 0]);
    expect(image(-9)).toEqual([0, 0, 0, 0, 0]);
  });

  test('the noise is diffuse, at its level, and the same for the same seed', () => {
    const mix = (seed: number) => mixScene([], { samples: 20_000, noiseDb: -40, seed }).mixture;
    const [w, y, z, x] = mix(1);
    // The RMS of n normal numbers has a standard error of 1 / sqrt(2 n) = 0.5 %.
    expect(Math.abs(rms(w) / 0.01 - 1)).toBeLessThan(0.03);
    for (const channel of [y, z, x]) expect(Math.abs(rms(channel) / (0.01 / Math.sqrt(3)) - 1)).toBeLessThan(0.03);
    expect(intensityDirection([w, y, z, x]).diffuseness).toBeGreaterThan(0.97);
    expect(difference(mix(1)[0], w)).toBe(0);
    expect(difference(mix(2)[0], w)).toBeGreaterThan(0.01);
  });

  test('says what is wrong with its arguments', () => {
    expect(() => mixScene([], { samples: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: mixScene: samples must be a whole number from 1, got 0]`,
    );
    const half = { signal: signal('a'), gainDb: 0, azimuth: 0, elevation: 0, startSample: 0.5 };
    expect(() => mixScene([half], { samples: 4 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: mixScene: startSample must be a whole number, got 0.5]`,
    );
  });
});

const clips: readonly Clip[] = ['bell', 'bird', 'engine', 'knock'].flatMap((label) =>
  [1, 2, 3].map((n) => ({ label, signal: signal(`${label}-${n}`, 333) })),
);

const rotations = (values: Float32Array) => {
  const doubled = [...values, ...values];
  return Array.from(values, (_, start) => doubled.slice(start, start + values.length));
};

/** Whether `looped` is the clip from some start on and around again, times a gain. */
function comesFrom(looped: Float32Array, clip: Float32Array): boolean {
  const gain = rms(looped.slice(0, clip.length)) / rms(clip);
  return rotations(clip).some((turned) =>
    turned.every((value, n) => Math.abs(value * gain - looped[n]!) < 1e-5 * (1 + Math.abs(looped[n]!))),
  );
}

describe('sampleScene', () => {
  const draw = (stream: number, options = {}) =>
    sampleScene(new RandomStream(9, stream), clips, { samples: 700, ...options });

  test('the same stream gives the same scene, another one another', () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1).mixture).not.toEqual(draw(2).mixture);
  });

  test('draws three different classes from directions at least 30 degrees apart', () => {
    for (let stream = 0; stream < 40; stream++) {
      const { sources } = draw(stream);
      expect(new Set(sources.map(({ label }) => label)).size).toBe(3);
      for (const [i, a] of sources.entries()) {
        expect(Math.abs(a.elevation)).toBeLessThanOrEqual(45);
        for (const b of sources.slice(0, i)) expect(angleBetween(a, b)).toBeGreaterThanOrEqual(30);
      }
    }
  });

  test('the target is the image of one of the sources, at a level from the range', () => {
    for (let stream = 0; stream < 10; stream++) {
      const { target, targetIndex, images } = draw(stream, { levelDb: [-30, -10] });
      expect(target).toBe(images[targetIndex]);
      for (const image of images) {
        const level = 20 * Math.log10(rms(image));
        expect(level).toBeGreaterThan(-30.001);
        expect(level).toBeLessThan(-9.999);
      }
    }
  });

  test('the query is another clip of the target class, as long as the mixture', () => {
    for (let stream = 0; stream < 6; stream++) {
      const { query, target, targetIndex, sources } = draw(stream);
      const sameClass = clips.filter(({ label }) => label === sources[targetIndex]!.label);
      const inMixture = sameClass.findIndex((clip) => comesFrom(target, clip.signal));
      const asked = sameClass.findIndex((clip) => comesFrom(query, clip.signal));
      expect(query.length).toBe(700);
      expect([inMixture, asked]).not.toContain(-1);
      expect(asked).not.toBe(inMixture);
      expect(rms(query)).toBeCloseTo(0.1, 5);
    }
  });

  test('every source gets to be the target, every clip to be heard', () => {
    const scenes = Array.from({ length: 60 }, (_, stream) => draw(stream));
    expect(new Set(scenes.map(({ targetIndex }) => targetIndex)).size).toBe(3);
    expect(new Set(scenes.flatMap(({ sources }) => sources.map(({ label }) => label))).size).toBe(4);
  });

  test('queries can come from elsewhere', () => {
    const queries = clips.map(({ label }) => ({ label, signal: new Float32Array([1, 1]) }));
    expect(difference(draw(0, { queries }).query, new Float32Array(700).fill(0.1))).toBeLessThan(1e-6);
  });

  test('says what is missing', () => {
    const few = clips.slice(0, 6);
    const random = () => new RandomStream(1);
    expect(() => sampleScene(random(), few, { samples: 10 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: sampleScene: 3 sources need as many classes, got 2 (bell,bird)]`,
    );
    const single = [clips[0]!, clips[3]!, clips[6]!];
    expect(() => sampleScene(random(), single, { samples: 10 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: sampleScene: queries must hold another clip of engine than the one in the mixture]`,
    );
    expect(() => sampleScene(random(), clips, { samples: 10, leastAngle: 150 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: sampleScene: 3 directions at least 150 degrees apart were not found within 45 degrees of the horizon]`,
    );
  });
});
