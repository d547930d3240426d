import { expect, test } from 'vitest';
import { RandomStream } from '../../../src/audio/scene/random.ts';
import { soundClasses } from '../../../src/audio/sounds/soundClasses.ts';
import { logMel } from './longTermSpectrum.ts';

const SAMPLE_RATE = 16_000;
const SECONDS = 2.5;
const KNOWN = 10;
const UNSEEN = 5;

const squaredDistance = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + (v - b[i]!) ** 2, 0);

function centroid(features: readonly Float64Array[]): Float64Array {
  return features[0]!.map((_, i) => features.reduce((sum, one) => sum + one[i]!, 0) / features.length);
}

/** The nearest of the means over known clips, by the spectrum alone: neither rhythm nor melody helps. Chance is 1 in 43. */
test('classes are told apart by their spectra in clips of unseen seeds', () => {
  const features = soundClasses.map((sound, kind) =>
    Array.from({ length: KNOWN + UNSEEN }, (_, i) => {
      const clip = sound.generate(new RandomStream(kind, i), { sampleRate: SAMPLE_RATE, seconds: SECONDS });
      return logMel(clip, SAMPLE_RATE, SAMPLE_RATE / 2);
    }),
  );
  const centroids = features.map((clips) => centroid(clips.slice(0, KNOWN)));
  const guesses = features.flatMap((clips, kind) =>
    clips.slice(KNOWN).map((clip) => {
      const distances = centroids.map((center) => squaredDistance(center, clip));
      return distances.indexOf(Math.min(...distances)) === kind;
    }),
  );
  const accuracy = guesses.filter(Boolean).length / guesses.length;
  expect(accuracy).toBeGreaterThan(0.85);
});
