import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ClipLibrary } from '../../../src/audio/library/clipLibrary.ts';
import { loadAudioTextEncoder } from '../../../src/models/audioTextEncoder/audioTextEncoderFile.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { ClipPairs } from '../../../src/train/embedder/clipPairs.ts';
import { embedderTrainConfig } from '../../../src/train/embedder/embedderTrainConfig.ts';
import { trainEmbedder } from '../../../src/train/embedder/trainEmbedder.ts';

let out: string;

beforeAll(async () => {
  await init();
  out = await mkdtemp(join(tmpdir(), 'tympan-'));
});

afterAll(() => rm(out, { recursive: true }));

const library: ClipLibrary = {
  clips: ['dog/1', 'dog/2', 'rain/1', 'bell/1'].map((id) => ({ id, label: id.split('/')[0]!, captions: [`a ${id}`] })),
  load: async ({ id }) => Float32Array.from({ length: 50 }, (_, n) => n + 100 * Number(id.split('/')[1])),
};

test('a batch has one pair of each label, and depends on its number alone', async () => {
  const pairs = new ClipPairs(library, { seed: 1, batchSize: 3, samples: 60, sampleRate: 8000 });
  const batch = await pairs.batch(4);
  expect(batch.ids.map((id) => id.split('/')[0]).sort()).toEqual(['bell', 'dog', 'rain']);
  expect(batch.captions).toEqual(batch.ids.map((id) => `a ${id}`));
  expect(batch.clips).toHaveLength(180);
  await pairs.batch(2);
  expect(await pairs.batch(4)).toEqual(batch);
  const orders = await Promise.all(Array.from({ length: 10 }, async (_, step) => (await pairs.batch(step)).ids.join()));
  expect(new Set(orders).size).toBeGreaterThan(3);
});

test('a batch that is larger than the labels is refused', () => {
  const options = { seed: 1, batchSize: 4, samples: 60, sampleRate: 8000 };
  expect(() => new ClipPairs(library, options)).toThrow(/batch must be at most the 3 labels of the library, got 4/);
});

const json = {
  model: { sampleRate: 8000, nFft: 256, hopLength: 128, mels: 16, buckets: 64, hidden: 16, embedding: 8 },
  data: {
    train: { kind: 'procedural', classes: ['dog', 'siren', 'rain'], clipsPerClass: 2, seconds: 1 },
    seconds: 0.5,
  },
  batch: 3,
  steps: 12,
  learningRate: 1e-2,
  validate: 2,
};

test('a run writes its model, log and config, and measures retrieval', async () => {
  const { step, reason, retrieval } = await trainEmbedder(embedderTrainConfig(json), { out });
  expect([step, reason]).toEqual([12, 'done']);
  expect(retrieval!.pairs).toBe(6);
  expect(retrieval!.recallAt1).toBeGreaterThanOrEqual(0);
  expect(Math.abs(retrieval!.cosine)).toBeLessThanOrEqual(1);
  const log = (await readFile(join(out, 'log.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const losses = log.filter(({ kind }) => kind === 'step').map(({ loss }) => loss as number);
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
  using model = await loadAudioTextEncoder(join(out, 'model.safetensors'));
  expect(model.config).toEqual(json.model);
});

test('a field that does not fit is named', () => {
  expect(() => embedderTrainConfig({ ...json, batch: 1 })).toThrow(/train config: batch/);
  expect(() => embedderTrainConfig({ ...json, bath: 4 })).toThrow(/bath/);
  expect(() => embedderTrainConfig({ ...json, data: {} })).toThrow(/data/);
});
