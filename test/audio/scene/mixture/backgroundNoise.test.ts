import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mixtureConfig } from '../../../../src/audio/scene/mixture/mixtureConfig.ts';
import { mixtureRecord } from '../../../../src/audio/scene/mixture/mixtureRecord.ts';
import { planMixture } from '../../../../src/audio/scene/mixture/planMixture.ts';
import { renderMixture } from '../../../../src/audio/scene/mixture/renderMixture.ts';
import { RandomStream } from '../../../../src/audio/scene/random.ts';
import { writeWav } from '../../../../src/audio/wav/writeWav.ts';
import { memoryLibrary } from './memoryLibrary.ts';

const library = memoryLibrary();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tympan-noise-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function recording(channels: number, samples: number): Float32Array[] {
  const random = new RandomStream(5, channels);
  return Array.from({ length: channels }, () => new Float32Array(samples).map(() => 0.1 * random.normal()));
}

/** A mixture of nothing but its background. */
async function background(changes: object = {}, index = 0) {
  const config = mixtureConfig({
    sampleRate: 8000,
    seconds: 1,
    room: { kind: 'freeField' },
    noise: { kind: 'recordings', path: folder },
    ...changes,
  });
  const record = { ...(await planMixture(config, library, 1, index)), events: [], target: null };
  expect(mixtureRecord(JSON.parse(JSON.stringify(record)))).toEqual(record);
  return { record, ...(await renderMixture(record, library)) };
}

function power(channels: readonly Float32Array[]): number {
  return (
    channels.flatMap((channel) => [...channel]).reduce((sum, v) => sum + v * v, 0) /
    channels.length /
    channels[0]!.length
  );
}

test('a part of a recording with the channels of the mixture is heard as it is, at the reference level', async () => {
  const channels = recording(4, 30_000);
  await mkdir(join(folder, 'deep'));
  await writeWav(join(folder, 'deep', 'street.wav'), channels, { sampleRate: 8000 });
  const { record, mixture } = await background();
  const start = Math.round(record.noise.sourceTime * 8000);
  expect(start).toBeGreaterThan(0);
  expect(10 * Math.log10(power(mixture))).toBeCloseTo(-50, 4);
  const gain = mixture[0]![0]! / channels[0]![start]!;
  for (const [c, channel] of mixture.entries()) {
    for (let n = 0; n < 8000; n += 501) expect(channel[n]).toBeCloseTo(gain * channels[c]![start + n]!, 7);
  }
});

test('a mono recording is heard from everywhere alike', async () => {
  await writeWav(join(folder, 'street.wav'), recording(1, 40_000), { sampleRate: 8000 });
  const { mixture } = await background({ seconds: 4 });
  expect(10 * Math.log10(power(mixture))).toBeCloseTo(-50, 4);
  // The bursts that spread it have about 230 independent values each: the ratio's standard deviation is 0.04.
  for (const axis of mixture.slice(1)) {
    expect(Math.abs(power([axis]) / power([mixture[0]!]) - 1 / 3)).toBeLessThan(0.13);
  }
});

test('one that is too short begins again, and one at another rate is resampled', async () => {
  await writeWav(join(folder, 'short.wav'), recording(4, 6000), { sampleRate: 16_000 });
  const { mixture } = await background();
  expect(mixture[0]!.slice(3000, 6000)).toEqual(mixture[0]!.slice(0, 3000));
});

test('all of the files are taken', async () => {
  for (const name of ['a', 'b', 'c'])
    await writeWav(join(folder, `${name}.wav`), recording(1, 4000), { sampleRate: 8000 });
  const files = new Set<string>();
  for (let index = 0; index < 20; index++) {
    const { noise } = (await background({ channels: 'w', room: { kind: 'freeField' }, seconds: 0.2 }, index)).record;
    if (noise.kind === 'recordings') files.add(noise.file.slice(-5));
  }
  expect(files).toEqual(new Set(['a.wav', 'b.wav', 'c.wav']));
});

test('what is amiss is named', async () => {
  await expect(background()).rejects.toThrow('has no audio files');
  await writeWav(join(folder, 'pair.wav'), recording(2, 4000), { sampleRate: 8000 });
  await expect(background()).rejects.toThrow('pair.wav must have 4 channels or one, got 2');
});
