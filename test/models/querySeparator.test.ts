import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { QuerySeparator, type QuerySeparatorConfig } from '../../src/models/querySeparator.ts';
import { loadEmbedder, loadQuerySeparator, saveQuerySeparator } from '../../src/models/querySeparatorFile.ts';
import { tensor } from '../../src/tensor/create.ts';
import { defaultDevice, init } from '../../src/tensor/engine/device/init.ts';
import { noGrad } from '../../src/tensor/engine/tape.ts';
import { encodeSafetensors } from '../../src/tensor/files/safetensors.ts';
import { manualSeed } from '../../src/tensor/random.ts';
import { formulaInput } from '../fixtures/formula.ts';
import { expectClose } from '../setup/checkOp.ts';

const config: QuerySeparatorConfig = {
  embedder: { sampleRate: 8000, nFft: 64, hopLength: 32, mels: 8, buckets: 16, hidden: 8, embedding: 6 },
  separator: {
    sampleRate: 8000,
    nFft: 64,
    hopLength: 32,
    bands: [3, 5, 9, 16],
    dim: 8,
    heads: 2,
    blocks: 1,
    embedding: 6,
    filmHidden: 8,
    channels: 4,
  },
};

let directory: string;

beforeAll(async () => {
  await init();
  directory = await mkdtemp(join(tmpdir(), 'tympan-'));
});

afterAll(() => rm(directory, { recursive: true }));

const signal = (name: string, shape: number[]) => tensor(formulaInput({ name, shape }), { shape });

test('a saved model comes back with its config, and gives the same bits', async () => {
  manualSeed(1);
  const path = join(directory, 'model.safetensors');
  using model = new QuerySeparator(config);
  await saveQuerySeparator(path, model);
  using loaded = await loadQuerySeparator(path);
  expect(loaded.config).toEqual(config);
  using mixture = signal('mixture', [1, 4, 400]);
  using clip = signal('clip', [1, 300]);
  using a = noGrad(() => model.forward(mixture, clip));
  using b = noGrad(() => loaded.forward(mixture, clip));
  expect(await b.data()).toEqual(await a.data());
});

test('the embedder can be taken out of a saved model', async () => {
  manualSeed(1);
  const path = join(directory, 'whole.safetensors');
  using model = new QuerySeparator(config);
  await saveQuerySeparator(path, model);
  using embedder = await loadEmbedder(path);
  using a = noGrad(() => model.embedText(['a dog barks']));
  using b = noGrad(() => embedder.embedText(['a dog barks']));
  expect(await b.data()).toEqual(await a.data());
});

test('neither the level of the mixture nor that of the clip changes what is extracted', async () => {
  manualSeed(2);
  using model = new QuerySeparator({ ...config, separator: { ...config.separator, mode: 'spectrum' } });
  using mixture = signal('mixture', [1, 4, 400]);
  using clip = signal('clip', [1, 300]);
  using quiet = noGrad(() => mixture.mul(0.01));
  using loud = noGrad(() => clip.mul(5));
  using a = noGrad(() => model.forward(mixture, clip));
  using b = noGrad(() => model.forward(quiet, loud));
  expectClose(
    await b.data(),
    (await a.data()).map((value) => value / 100),
    2e-5,
  );
});

test('silence in gives silence out', async () => {
  manualSeed(3);
  using model = new QuerySeparator(config);
  using mixture = tensor(new Float32Array(1600), { shape: [1, 4, 400] });
  using clip = signal('clip', [1, 300]);
  using out = noGrad(() => model.forward(mixture, clip));
  expect(Math.max(...(await out.data()).map(Math.abs))).toBeLessThan(1e-6);
});

const kind = 'tympan.QuerySeparator';

test.each([
  ['no metadata', {}, /metadata\.model must be tympan\.QuerySeparator, got none/],
  ['another model', { model: 'other' }, /metadata\.model must be tympan\.QuerySeparator, got other/],
  [
    'broken config',
    { model: kind, config: '{' },
    /metadata\.config must be a JSON object with separator and embedder, got \{/,
  ],
  [
    'a config that does not fit',
    { model: kind, config: JSON.stringify({ ...config, embedder: { ...config.embedder, embedding: 7 } }) },
    /must share embedding/,
  ],
  [
    'a config of nulls',
    { model: kind, config: '{"separator":null,"embedder":null}' },
    /metadata\.config must be a JSON object with separator and embedder/,
  ],
  [
    'bands that are no list',
    { model: kind, config: JSON.stringify({ ...config, separator: { ...config.separator, bands: 4 } }) },
    /metadata\.config: separator\.bands must be a list/,
  ],
  [
    'a field out of range',
    { model: kind, config: JSON.stringify({ ...config, separator: { ...config.separator, heads: 0 } }) },
    /bad\.safetensors: metadata\.config: Bsast: heads must be a positive integer, got 0/,
  ],
  [
    'a size of the embedder that is none',
    { model: kind, config: JSON.stringify({ ...config, embedder: { ...config.embedder, mels: 'many' } }) },
    /bad\.safetensors: metadata\.config: AudioTextEncoder: mels must be a positive integer, got many/,
  ],
  ['missing weights', { model: kind, config: JSON.stringify(config) }, /QuerySeparator: \d+ missing \(embedder\./],
])('a file with %s is refused by name, and nothing stays behind', async (_, metadata, message) => {
  const path = join(directory, 'bad.safetensors');
  await writeFile(path, encodeSafetensors([], metadata as Record<string, string>));
  const before = defaultDevice().memory();
  await expect(loadQuerySeparator(path)).rejects.toThrow(message);
  expect(defaultDevice().memory().tensors).toBe(before.tensors);
});
