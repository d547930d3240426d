import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readWav } from '../../../src/audio/wav/readWav.ts';
import { encodeWav, writeWav } from '../../../src/audio/wav/writeWav.ts';
import { separate } from '../../../src/models/extraction/separate.ts';
import type { QuerySeparator } from '../../../src/models/querySeparator.ts';
import { saveQuerySeparator } from '../../../src/models/querySeparatorFile.ts';
import { tensor } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { noGrad } from '../../../src/tensor/engine/tape.ts';
import { expectClose } from '../../setup/checkOp.ts';
import { noise } from './fakeModel.ts';
import { smallSeparator } from './smallSeparator.ts';

let model: QuerySeparator;
let folder: string;

beforeAll(async () => {
  await init();
  model = smallSeparator();
});

afterAll(() => model.dispose());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tympan-separate-'));
  return () => rm(folder, { recursive: true });
});

const scene = (samples: number, gain = 1) =>
  [1, 2, 3, 4].map((seed) => noise(samples, seed).map((x) => 0.2 * gain * x));
const clip = encodeWav([noise(4000, 9)], { sampleRate: 8000 });
const wav = (channels: readonly Float32Array[], sampleRate = 8000) => encodeWav(channels, { sampleRate });

/** The only source, as samples. */
async function extracted(mixture: Uint8Array, options: Partial<Parameters<typeof separate>[0]> = {}) {
  const { sources } = await separate({ mixture, model, audio: clip, chunkSeconds: 1, ...options });
  return sources[0]!.samples!;
}

test('a short recording is what the model makes of it', async () => {
  const channels = scene(8000);
  const made = await extracted(wav(channels));
  using truth = tidy(() =>
    noGrad(() =>
      model.extract(
        tensor(
          channels.flatMap((channel) => [...channel]),
          { shape: [1, 4, 8000] },
        ),
        model.embedAudio(tensor(noise(4000, 9), { shape: [1, 4000] })),
      ),
    ),
  );
  expectClose(made, await truth.data(), 1e-6);
});

test('clips and sentences together give a file each, whole and named after them', async () => {
  await writeWav(join(folder, 'hall.wav'), scene(20_000), { sampleRate: 8000 });
  await writeWav(join(folder, 'bark.wav'), [noise(4000)], { sampleRate: 8000 });
  await saveQuerySeparator(join(folder, 'model.safetensors'), model);
  const progress: number[] = [];
  const { sources, seconds, sampleRate } = await separate({
    mixture: join(folder, 'hall.wav'),
    model: join(folder, 'model.safetensors'),
    audio: [join(folder, 'bark.wav'), clip],
    text: 'a dog barks. Loudly!',
    out: join(folder, 'out'),
    chunkSeconds: 1,
    bits: 24,
    onProgress: (done, total) => progress.push(done / total),
  });
  expect([seconds, sampleRate]).toEqual([2.5, 8000]);
  expect((await readdir(join(folder, 'out'))).sort()).toEqual([
    'hall.a-dog-barks-Loudly.wav',
    'hall.bark.wav',
    'hall.the-clip.wav',
  ]);
  expect(sources.map(({ query }) => query)).toEqual(['bark.wav', 'the clip', 'a dog barks. Loudly!']);
  for (const { path, levelDb, similarity } of sources) {
    const { channels, format } = await readWav(path!);
    expect([channels.length, channels[0]!.length, format.bits]).toEqual([1, 20_000, 24]);
    expect(levelDb).toBeLessThan(20);
    expect(Math.abs(similarity!)).toBeLessThanOrEqual(1.000001);
  }
  expect(progress.at(-1)).toBe(1);
  expect([...progress].sort((a, b) => a - b)).toEqual(progress);
});

test('the level of a recording does not matter', async () => {
  const made = await extracted(wav(scene(20_000)));
  for (const gain of [1e-3, 4]) {
    const other = await extracted(wav(scene(20_000, gain)));
    expectClose(
      other,
      made.map((sample) => gain * sample),
      2e-4,
    );
  }
});

test('a constant offset stays in the lowest band and breaks nothing', async () => {
  const made = await extracted(wav(scene(12_000).map((channel) => channel.map((x) => x + 0.5))));
  expect(made.every(Number.isFinite)).toBe(true);
  expect(Math.max(...made.map(Math.abs))).toBeLessThan(10);
});

test('silence in gives exact silence out, and says so', async () => {
  const silent = wav([1, 2, 3, 4].map(() => new Float32Array(20_000)));
  const { sources, warnings } = await separate({ mixture: silent, model, audio: clip, chunkSeconds: 1 });
  expect(sources[0]!.samples!.every((sample) => sample === 0)).toBe(true);
  expect([sources[0]!.levelDb, sources[0]!.similarity, sources[0]!.present]).toEqual([-Infinity, null, false]);
  expect(warnings).toMatchInlineSnapshot(`
    [
      "the clip is probably not in the recording: what was extracted is silent",
    ]
  `);
  const paused = scene(24_000).map((channel) => channel.fill(0, 8000));
  const made = await extracted(wav(paused));
  // One frame reaches over the end of the sound. Behind it the model gives the floor that it divides silence by, 1e-12.
  expect(Math.max(...made.slice(8000 + 256).map(Math.abs))).toBeLessThan(1e-11);
});

test('a source that is less similar to its query than was asked for is called absent', async () => {
  const ask = (leastSimilarity: number) =>
    separate({ mixture: wav(scene(8000)), model, audio: clip, chunkSeconds: 1, leastSimilarity });
  const [strict, mild] = [await ask(1), await ask(-1)];
  expect([strict.sources[0]!.present, mild.sources[0]!.present]).toEqual([false, true]);
  expect(strict.warnings[0]).toMatch(/^the clip is probably not in the recording: .* does not sound like it/);
  expect(mild.warnings).toEqual([]);
});

test('any rate, stereo and mono, and recordings shorter than a frame go through at their own length', async () => {
  for (const [channels, sampleRate, samples] of [
    [4, 44_100, 30_001],
    [2, 16_000, 9000],
    [1, 8000, 1],
    [9, 8000, 100],
  ] as const) {
    const mixture = wav(
      Array.from({ length: channels }, (_, c) => noise(samples, c)),
      sampleRate,
    );
    expect((await extracted(mixture)).length).toBe(samples);
  }
});

test('what cannot be taken apart is refused with its name, and nothing is left behind', async () => {
  const refusal = (mixture: Uint8Array, options: Partial<Parameters<typeof separate>[0]> = {}) =>
    extracted(mixture, { out: join(folder, 'out.wav'), ...options }).then(String, (error) =>
      String(error).replaceAll(folder, '…'),
    );
  const bad = scene(20_000);
  bad[2]![15_000] = Number.NaN;
  expect(await refusal(wav(bad))).toMatchInlineSnapshot(
    `"MixtureError: the recording: sample 15000 (1.875 s) of channel 3 is NaN: repair the recording, or cut that part out"`,
  );
  expect(await refusal(wav([1, 2, 3].map(() => noise(100))))).toMatchInlineSnapshot(
    `"MixtureError: the recording: has 3 channels: the model takes mono, stereo, or ambisonics of 4, 9, 16, … channels; choose some with channels, counted from 1"`,
  );
  expect(await refusal(wav([new Float32Array(0)]))).toMatchInlineSnapshot(
    `"MixtureError: the recording: holds no samples: there is nothing to extract"`,
  );
  expect(await refusal(wav(scene(100)), { audio: wav([new Float32Array(100)]) })).toMatchInlineSnapshot(
    `"MixtureError: the clip: is silent: it cannot say what to extract"`,
  );
  expect(await refusal(wav(scene(100)), { audio: [] })).toMatchInlineSnapshot(
    `"RangeError: extraction: nothing is asked for: give a clip as audio, or a sentence as text"`,
  );
  expect(await refusal(wav(scene(100)), { text: ' ' })).toMatchInlineSnapshot(
    `"RangeError: extraction: text must not be empty: describe the sound in words"`,
  );
  expect(await refusal(wav(scene(100)), { text: 'a dog' })).toMatchInlineSnapshot(
    `"RangeError: extraction: out must be a folder for 2 queries, got the file …/out.wav"`,
  );
  expect(await refusal(clip.slice(0, 20))).toMatchInlineSnapshot(
    `"WavError: wav: <bytes>: fmt declares 40 bytes, but only 0 follow: the file is truncated"`,
  );
  expect(await refusal(wav(scene(100)), { model: clip })).toMatchInlineSnapshot(
    `"SafetensorsError: safetensors: <bytes>: header length must be at most 100000000 bytes, got 69029893392722"`,
  );
  expect(await refusal(wav(scene(20_000)), { signal: AbortSignal.abort(new Error('enough')) })).toBe('Error: enough');
  expect(await readdir(folder)).toEqual([]);
});

test('stopping in the middle leaves neither file nor temporary file', async () => {
  const controller = new AbortController();
  await expect(
    extracted(wav(scene(80_000)), {
      out: join(folder, 'out.wav'),
      signal: controller.signal,
      onProgress: (done) => done > 2 && controller.abort(new Error('stopped by the user')),
    }),
  ).rejects.toThrow('stopped by the user');
  expect(await readdir(folder)).toEqual([]);
});
