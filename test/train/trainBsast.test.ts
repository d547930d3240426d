import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RandomStream } from '../../src/audio/scene/random.ts';
import { QuerySeparator } from '../../src/models/querySeparator.ts';
import { loadQuerySeparator, saveQuerySeparator } from '../../src/models/querySeparatorFile.ts';
import { init } from '../../src/tensor/engine/device/init.ts';
import { readSafetensors } from '../../src/tensor/files/safetensors.ts';
import { manualSeed } from '../../src/tensor/random.ts';
import { type BsastTrainConfig, bsastTrainConfig } from '../../src/train/bsastTrainConfig.ts';
import type { SeparationBatch } from '../../src/train/data/separationData.ts';
import { SeparationTask } from '../../src/train/separationTask.ts';
import { surveyStep } from '../../src/train/surveyStep.ts';
import { trainBsast } from '../../src/train/trainBsast.ts';
import { parseLog } from '../../src/train/trainLog.ts';
import { expectClose } from '../setup/checkOp.ts';

let folder: string;

beforeAll(async () => {
  await init();
  folder = await mkdtemp(join(tmpdir(), 'tympan-'));
  manualSeed(2);
  using model = new QuerySeparator(config().model);
  await saveQuerySeparator(join(folder, 'start.safetensors'), model);
});

afterAll(() => rm(folder, { recursive: true }));

function config(changes: object = {}): BsastTrainConfig {
  return bsastTrainConfig({
    model: {
      separator: {
        sampleRate: 8000,
        nFft: 64,
        bands: [3, 5, 9, 16],
        dim: 8,
        heads: 2,
        blocks: 3,
        embedding: 6,
        filmHidden: 8,
      },
      embedder: { nFft: 64, hopLength: 32, mels: 8, buckets: 16, hidden: 8 },
    },
    trainEmbedder: true,
    data: { train: { library: { kind: 'procedural' }, mixture: { seconds: 0.1, query: { seconds: 0.1 } } } },
    batch: 2,
    steps: 4,
    learningRate: 1e-2,
    validate: { every: 2, examples: 2 },
    checkpoint: { every: 2, keep: 1 },
    checkpointing: 'none',
    ...changes,
  });
}

/** Tones of 500 and 1000 Hz in W and noise in the other channels: the query names one of the tones. */
function tones(number: number): SeparationBatch {
  const [batch, channels, samples] = [2, 4, 800];
  const random = new RandomStream(4, number);
  const mixture = Float32Array.from({ length: batch * channels * samples }, () => 0.01 * random.normal());
  const target = new Float32Array(batch * samples);
  const query = new Float32Array(batch * samples);
  for (let i = 0; i < batch; i++) {
    const asked = random.integer(2);
    for (let t = 0; t < samples; t++) {
      const parts = [500, 1000].map((hertz) => 0.1 * Math.sin((2 * Math.PI * hertz * t) / 8000));
      mixture[i * channels * samples + t]! += parts[0]! + parts[1]!;
      target[i * samples + t] = parts[asked]!;
      query[i * samples + t] = 3 * parts[asked]!;
    }
  }
  const record = { sampleRate: 8000, referenceChannel: 0 };
  return { mixture, target, query, captions: ['a tone', 'a tone'], records: [record, record] as never };
}

async function run(name: string, changes: object = {}) {
  const train = { batch: async (step: number) => tones(step), close: async () => {} };
  const out = join(folder, name);
  const outcome = await trainBsast(config(changes), { out, batches: { train, valid: [tones(1000)] } });
  const log = parseLog(await readFile(join(out, 'log.jsonl'), 'utf8'));
  return { outcome, log, model: () => readFile(join(out, 'model.safetensors')) };
}

describe('training BSAST', () => {
  test('measures both kinds of query and ends with a model that loads', async () => {
    const { outcome, log } = await run('plain');
    expect(outcome).toEqual({ step: 4, reason: 'done' });
    const validations = log.filter((record) => record.kind === 'validation');
    expect(validations.map(({ step, examples }) => [step, examples])).toEqual([
      [2, 2],
      [4, 2],
    ]);
    for (const { queries, score } of validations) {
      expect(Object.keys(queries)).toEqual(['audio', 'text']);
      expect(score).toBe(queries['audio']!.siSdri.mean);
      // W holds two tones alike: 0 dB, but for the noise.
      expect(queries['audio']!.siSdr.mean - queries['audio']!.siSdri.mean).toBeCloseTo(0, 0);
    }
    using model = await loadQuerySeparator(join(folder, 'plain/model.safetensors'));
    expect(model.config).toEqual(config().model);
  });

  test('gives the same bits whichever blocks run twice', async () => {
    const plain = await run('none');
    const twice = await run('blocks', { checkpointing: 'blocks' });
    expect(twice.log[0]).toMatchObject({ checkpointedBlocks: 3, blocks: 3 });
    expect((await twice.model()).equals(await plain.model())).toBe(true);
  });

  test('leaves an embedder that was given alone, unless it is to learn', async () => {
    const initialize = join(folder, 'start.safetensors');
    const start = await readSafetensors(initialize);
    const changed = async (name: string, changes: object) => {
      await run(name, { initialize, ...changes });
      const end = await readSafetensors(join(folder, name, 'model.safetensors'));
      return [...end].flatMap(([key, { data }]) =>
        `${data}` === `${start.get(key)!.data}` ? [] : [key.split('.')[0]],
      );
    };
    expect(new Set(await changed('frozen', { trainEmbedder: false }))).toEqual(new Set(['separator']));
    expect(new Set(await changed('learning', {}))).toEqual(new Set(['separator', 'embedder']));
  });
});

test('a model for W alone starts one for all channels', async () => {
  manualSeed(3);
  const { separator, embedder } = config().model;
  const alone = join(folder, 'w.safetensors');
  using model = new QuerySeparator({ separator: { ...separator, channels: 1, channelPos: 'learned' }, embedder });
  await saveQuerySeparator(alone, model);
  const changes = {
    initialize: alone,
    model: { separator: { ...separator, channelPos: 'learned' }, embedder },
    learningRate: 0,
    steps: 1,
  };
  await expect(run('strict', changes)).rejects.toThrow(/merge\.weight/);
  await run('wider', { ...changes, initializeParts: 'notMerge' });
  const [start, end] = [await readSafetensors(alone), await readSafetensors(join(folder, 'wider/model.safetensors'))];
  expect([...end.get('separator.merge.weight')!.data]).toEqual([1, 0, 0, 0]);
  for (const name of ['separator.blocks.0.time.attention.qkv.weight', 'embedder.audio.out.bias']) {
    // The average of equal weights rounds.
    expectClose(end.get(name)!.data as Float32Array, start.get(name)!.data as Float32Array, 1e-6);
  }
});

describe('the survey of a step', () => {
  async function survey(settings: Parameters<typeof surveyStep>[1]) {
    manualSeed(2);
    using model = new QuerySeparator(config().model);
    const task = new SeparationTask(model, {
      seed: 1,
      batchSize: 2,
      samples: 800,
      querySamples: 800,
      lambda: 100,
      query: config().query,
      trainEmbedder: false,
      valid: [],
      save: async () => {},
    });
    try {
      return await surveyStep(task, settings);
    } finally {
      task.dispose();
    }
  }

  test('finds that less memory is needed the more blocks run twice, and takes as few as fit', async () => {
    const none = await survey({ checkpointing: 'none', memory: 0 });
    const all = await survey({ checkpointing: 'blocks', memory: 0 });
    expect([none.checkpointedBlocks, all.checkpointedBlocks]).toEqual([0, 3]);
    expect(all.bytes).toBeLessThan(none.bytes);
    const auto = async (bytes: number) =>
      (await survey({ checkpointing: 'auto', memory: bytes / 2 ** 30 })).checkpointedBlocks;
    expect(await auto(none.bytes)).toBe(0);
    expect(await auto(none.bytes - 1)).toBe(1);
    expect(await auto(all.bytes)).toBeGreaterThan(1);
    expect(await auto(1)).toBe(3);
  });

  test('finds the parameters that the loss reaches: of a frozen embedder none', async () => {
    const { parameters, terms } = await survey({ checkpointing: 'none', memory: 0 });
    using model = new QuerySeparator(config().model);
    expect(parameters).toHaveLength(model.separator.parameters().length);
    expect(terms).toEqual(['siSdr', 'l1']);
  });
});
