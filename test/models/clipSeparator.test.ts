import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClipSeparator, type ClipSeparatorConfig } from '../../src/models/clipSeparator.ts';
import { loadClipSeparator, saveClipSeparator } from '../../src/models/clipSeparatorFile.ts';
import { tensor } from '../../src/tensor/create.ts';
import { defaultDevice, init } from '../../src/tensor/engine/device/init.ts';
import { noGrad } from '../../src/tensor/engine/tape.ts';
import { encodeSafetensors } from '../../src/tensor/files/safetensors.ts';
import { manualSeed } from '../../src/tensor/random.ts';
import { formulaInput } from '../fixtures/formula.ts';
import { expectClose } from '../setup/checkOp.ts';

const config: ClipSeparatorConfig = {
  encoder: { sampleRate: 8000, nFft: 64, hopLength: 32, mels: 8, hidden: 8, embedding: 6 },
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
  using model = new ClipSeparator(config);
  await saveClipSeparator(path, model);
  using loaded = await loadClipSeparator(path);
  expect(loaded.config).toEqual(config);
  using mixture = signal('mixture', [1, 4, 400]);
  using clip = signal('clip', [1, 300]);
  using a = noGrad(() => model.forward(mixture, clip));
  using b = noGrad(() => loaded.forward(mixture, clip));
  expect(await b.data()).toEqual(await a.data());
});

test('neither the level of the mixture nor that of the clip changes what is extracted', async () => {
  manualSeed(2);
  using model = new ClipSeparator({ ...config, separator: { ...config.separator, mode: 'spectrum' } });
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

test.each([
  ['no metadata', {}, /metadata\.model must be tympan\.ClipSeparator, got none/],
  ['another model', { model: 'other' }, /metadata\.model must be tympan\.ClipSeparator, got other/],
  [
    'broken config',
    { model: 'tympan.ClipSeparator', config: '{' },
    /metadata\.config must be JSON with separator and encoder/,
  ],
  [
    'a config that does not fit',
    {
      model: 'tympan.ClipSeparator',
      config: JSON.stringify({ ...config, encoder: { ...config.encoder, embedding: 7 } }),
    },
    /must share embedding/,
  ],
  [
    'a config of nulls',
    { model: 'tympan.ClipSeparator', config: '{"separator":null,"encoder":null}' },
    /metadata\.config must be JSON with separator and encoder/,
  ],
  [
    'a field out of range',
    {
      model: 'tympan.ClipSeparator',
      config: JSON.stringify({ ...config, separator: { ...config.separator, heads: 0 } }),
    },
    /bad\.safetensors: metadata\.config: Bsast: heads must be a positive integer, got 0/,
  ],
  [
    'missing weights',
    { model: 'tympan.ClipSeparator', config: JSON.stringify(config) },
    /ClipSeparator: \d+ missing \(encoder\.frame\.weight/,
  ],
])('a file with %s is refused by name, and nothing stays behind', async (_, metadata, message) => {
  const path = join(directory, 'bad.safetensors');
  await writeFile(path, encodeSafetensors([], metadata as Record<string, string>));
  const before = defaultDevice().memory();
  await expect(loadClipSeparator(path)).rejects.toThrow(message);
  expect(defaultDevice().memory().tensors).toBe(before.tensors);
});
