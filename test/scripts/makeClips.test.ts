import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeClips } from '../../scripts/makeClips.ts';
import { readWav } from '../../src/audio/wav/readWav.ts';
import { ROOT } from '../setup/sourceFiles.ts';

const folder = join(ROOT, 'examples', 'clips');
const clips = makeClips();

const peakOf = (signal: Float32Array) => signal.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0);
const rmsOf = (signal: Float32Array) =>
  Math.sqrt(signal.reduce((sum, value) => sum + value * value, 0) / signal.length);

test('the files in the repository are what the script makes', async () => {
  expect(readdirSync(folder).sort()).toEqual(clips.map(({ file }) => file).sort());
  for (const { file, signal } of clips) {
    const { sampleRate, channels, format } = await readWav(join(folder, file));
    expect([sampleRate, channels.length, format.encoding, format.bits]).toEqual([8000, 1, 'pcm', 16]);
    // One step of 16 bits: half of it from rounding, and the last digits of sin and exp differ between engines.
    const worst = channels[0]!.reduce((largest, value, n) => Math.max(largest, Math.abs(value - signal[n]!)), 0);
    expect(worst, file).toBeLessThan(2 ** -15);
  }
});

describe('every clip', () => {
  test('lasts 2 seconds with a peak of 0.7', () => {
    for (const { file, signal } of clips) {
      expect(signal.length, file).toBe(16_000);
      expect(peakOf(signal), file).toBeCloseTo(0.7, 6);
    }
  });

  test('is heard in every 400 ms, across its end too', () => {
    for (const { file, signal } of clips) {
      const twice = Float32Array.of(...signal, ...signal);
      for (let start = 0; start < signal.length; start += 800) {
        expect(peakOf(twice.subarray(start, start + 3200)), `${file} at ${start}`).toBeGreaterThan(0.05);
      }
    }
  });

  test('closes into a ring: the step over its end is no larger than steps inside', () => {
    for (const { file, signal } of clips) {
      let largest = 0;
      for (let n = 1; n < signal.length; n++) largest = Math.max(largest, Math.abs(signal[n]! - signal[n - 1]!));
      expect(Math.abs(signal[0]! - signal.at(-1)!), file).toBeLessThanOrEqual(largest);
    }
  });

  test('is unlike every other one', () => {
    for (const [i, a] of clips.entries()) {
      for (const b of clips.slice(0, i)) {
        const dot = a.signal.reduce((sum, value, n) => sum + value * b.signal[n]!, 0) / a.signal.length;
        expect(Math.abs(dot) / (rmsOf(a.signal) * rmsOf(b.signal)), `${a.file} and ${b.file}`).toBeLessThan(0.4);
      }
    }
  });
});
