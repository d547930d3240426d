import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { compare, evaluate } from '../../../src/cli/evaluate/evaluate.ts';
import { QuerySeparator } from '../../../src/models/querySeparator.ts';
import { saveQuerySeparator } from '../../../src/models/querySeparatorFile.ts';
import { init, shutdown } from '../../../src/tensor/engine/device/init.ts';
import { manualSeed } from '../../../src/tensor/random.ts';
import { parseEvaluation } from '../../../src/train/evaluate/evaluationFile.ts';

const sampleRate = 8000;
let folder: string;
let printed: string[];

/** Untrained: what it answers does not matter here. */
async function saveModel(path: string, channels: number): Promise<void> {
  manualSeed(channels);
  const model = new QuerySeparator({
    embedder: { sampleRate, nFft: 64, hopLength: 32, mels: 8, buckets: 16, hidden: 8, embedding: 6 },
    separator: {
      sampleRate,
      nFft: 64,
      hopLength: 32,
      bands: [3, 5, 9, 16],
      dim: 8,
      heads: 2,
      blocks: 1,
      embedding: 6,
      filmHidden: 8,
      channels,
      mode: 'mask',
    },
  });
  await saveQuerySeparator(path, model);
  model.dispose();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evaluate-'));
  await init({ device: 'cpu' });
  await saveModel(join(folder, 'foa.safetensors'), 4);
  await saveModel(join(folder, 'w.safetensors'), 1);
  await shutdown();
  const config = {
    examples: 2,
    seed: 5,
    mixture: { seconds: 0.25, room: { kind: 'freeField' }, interfererCount: 0, eventCount: 2 },
    library: { kind: 'procedural', seconds: 0.5, clipsPerClass: 2, classes: ['bell', 'rain', 'siren'], split: 'test' },
    queries: ['audio', 'text', { perturbed: { sigma: 0.2, dropout: 0.3 } }],
    filterLength: 16,
    listen: 1,
  };
  await writeFile(join(folder, 'eval.json'), JSON.stringify(config));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
});
afterEach(() => vi.restoreAllMocks());

const models = () => ['foa', 'w'].map((name) => join(folder, `${name}.safetensors`));
const run = (out: string, more: object = {}) =>
  evaluate({ models: models(), config: join(folder, 'eval.json'), workers: 0, out: join(folder, out), ...more });
const read = (file: string) => readFile(join(folder, file), 'utf8');

test('evaluates models on the same mixtures, prints tables, writes files; again, and they are the same', async () => {
  await run('one');
  const text = printed.join('\n');
  expect(text).toMatch(/^foa +WYZX +audio +2 /m);
  expect(text).toMatch(/^w +W +perturbed +2 /m);
  expect(text).toContain('evaluation.html and');
  await run('two');
  for (const file of ['foa.json', 'w.csv', 'summary.csv', 'evaluation.html']) {
    expect(await read(`two/${file}`), file).toBe(await read(`one/${file}`));
  }
  const { rows, model } = parseEvaluation('foa.json', await read('one/foa.json'));
  expect(model).toMatchObject({ name: 'foa', channels: 4, sampleRate });
  expect(rows).toHaveLength(6);
  for (const row of rows) expect(Number.isFinite(row.siSdri)).toBe(true);
  const asked = new Set(rows.filter(({ example }) => example === '0').map(({ siSdr }) => siSdr));
  expect(asked.size).toBe(3); // three queries, three answers
});

test('compares two evaluations question by question', async () => {
  await run('compared');
  printed = [];
  await compare([join(folder, 'compared/foa.json'), join(folder, 'compared/w.json')]);
  expect(printed[0]).toContain('difference: w - foa');
  expect(printed[1]).toMatch(/^audio +SI-SDRi +2 /m);
  await expect(compare(['a.json'])).rejects.toThrow('--compare takes two files, got 1');
});

test('options stand in place of the file, and errors say what is wrong', async () => {
  await run('fewer', { examples: 1, seed: 6 });
  expect(parseEvaluation('w', await read('fewer/w.json'))).toMatchObject({ config: { examples: 1, seed: 6 } });
  await expect(run('x', { name: ['a'] })).rejects.toThrow('--name must give each of the 2 models its own name');
  await expect(run('x', { folder: join(folder, 'nowhere') })).rejects.toThrow('ENOENT');
  await expect(run('x', { models: [join(folder, 'eval.json')] })).rejects.toThrow(/eval\.json/);
  await expect(run('x', { config: join(folder, 'w.safetensors') })).rejects.toThrow('w.safetensors: is not JSON');
});
