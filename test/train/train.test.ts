import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { init } from '../../src/tensor/engine/device/init.ts';
import { readSafetensors } from '../../src/tensor/files/safetensors.ts';
import { type TrainOptions, type TrainOutcome, train } from '../../src/train/train.ts';
import { type LogRecord, parseLog } from '../../src/train/trainLog.ts';
import type { TrainSettings } from '../../src/train/trainSettings.ts';
import { type ToyBatch, ToyTask, toyBatches, toySettings, weightsOf } from './toyTask.ts';

let folder: string;

beforeAll(async () => {
  await init();
  folder = await mkdtemp(join(tmpdir(), 'tympan-'));
});

afterAll(() => rm(folder, { recursive: true }));

interface ToyRun extends Partial<Omit<TrainOptions<ToyBatch>, 'settings'>> {
  readonly settings?: Partial<TrainSettings>;
  readonly batch?: number;
}

async function toyTrain(name: string, { settings = {}, batch = 8, ...options }: ToyRun = {}): Promise<TrainOutcome> {
  const task = new ToyTask(batch);
  const all = { ...toySettings, ...settings };
  const config = { seed: all.seed, steps: all.steps, batch };
  try {
    const out = join(folder, name);
    return await train({ task, source: toyBatches(batch), settings: all, config, out, ...options });
  } finally {
    task.dispose();
  }
}

async function logOf(name: string): Promise<LogRecord[]> {
  return parseLog(await readFile(join(folder, name, 'log.jsonl'), 'utf8'));
}

async function textOf(name: string, file: string): Promise<string> {
  return readFile(join(folder, name, file), 'utf8');
}

/** Of each step what does not depend on the clock. */
async function stepsOf(name: string) {
  const records = (await logOf(name)).filter((record) => record.kind === 'step');
  return records.map(({ step, loss, gradientNorm, learningRate, terms }) => [
    step,
    loss,
    gradientNorm,
    learningRate,
    terms,
  ]);
}

describe('a run', () => {
  beforeAll(async () => {
    expect(await toyTrain('whole')).toEqual({ step: 12, reason: 'done' });
  });

  test('logs each step once, validations, checkpoints and its end, in order', async () => {
    const lines = (await logOf('whole')).map((record) => `${record.kind} ${'step' in record ? record.step : ''}`);
    const steps = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `step ${from + i}`);
    expect(lines).toEqual([
      'start ',
      ...steps(1, 4),
      'checkpoint 4',
      ...steps(5, 5),
      'validation 5',
      ...steps(6, 8),
      'checkpoint 8',
      ...steps(9, 10),
      'validation 10',
      ...steps(11, 12),
      'validation 12',
      'checkpoint 12',
      'stop 12',
    ]);
  });

  test('starts its log with what made it', async () => {
    const [start] = await logOf('whole');
    expect(start).toMatchObject({
      kind: 'start',
      config: { seed: 11, steps: 12, batch: 8 },
      trainedParameters: 2 * (4 * 64 + 64 + 64 * 4 + 4),
      frozenParameters: 8,
      examplesPerStep: 8,
      processes: 1,
      blocks: 2,
      checkpointedBlocks: 0,
    });
  });

  test('learns', async () => {
    const losses = (await stepsOf('whole')).map(([, loss]) => loss as number);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2);
  });

  test('keeps the last checkpoints, the best and the final averaged weights', async () => {
    expect(await readdir(join(folder, 'whole', 'checkpoints'))).toEqual([
      'step-00000008.safetensors',
      'step-00000012.safetensors',
    ]);
    expect(await textOf('whole', 'best.safetensors')).toBe(await textOf('whole', 'model.safetensors'));
    const last = await readSafetensors(join(folder, 'whole/checkpoints/step-00000012.safetensors'));
    const model = JSON.parse(await textOf('whole', 'model.safetensors')) as Record<string, number[]>;
    expect(Object.keys(model)).toContain('blocks.0.inner.weight');
    expect([...last.get('ema.blocks.0.inner.weight')!.data]).toEqual(model['blocks.0.inner.weight']);
    expect([...last.get('model.blocks.0.inner.weight')!.data]).not.toEqual(model['blocks.0.inner.weight']);
    expect([...last.get('model.unused.weight')!.data]).toEqual(model['unused.weight']);
  });

  test('writes the examples of its last validation', async () => {
    const [example] = JSON.parse(await textOf('whole', 'examples/examples.json')) as Record<string, unknown>[];
    expect(example).toMatchObject({ step: 12, caption: 'a toy', mixture: 'examples/0-mixture.wav' });
    expect((await readdir(join(folder, 'whole', 'examples'))).sort()).toEqual([
      '0-audio.wav',
      '0-mixture.wav',
      '0-target.wav',
      'examples.json',
    ]);
  });

  test('is the same when it is done again', async () => {
    await toyTrain('again');
    expect(await stepsOf('again')).toEqual(await stepsOf('whole'));
    expect(await textOf('again', 'model.safetensors')).toBe(await textOf('whole', 'model.safetensors'));
  });

  test('is the same when blocks run twice to save memory', async () => {
    await toyTrain('checkpointed', { settings: { checkpointing: 'blocks' } });
    expect(await textOf('checkpointed', 'model.safetensors')).toBe(await textOf('whole', 'model.safetensors'));
  });

  test('that is stopped saves its step, and goes on as if nothing had been', async () => {
    const stop = new AbortController();
    const onStep = ({ step }: { step: number }) => step === 5 && stop.abort();
    const outcome = await toyTrain('stopped', { signal: stop.signal, onStep });
    expect(outcome.reason).toBe('stopped');
    const log = await logOf('stopped');
    expect(log.at(-1)).toMatchObject({ kind: 'stop', step: outcome.step, reason: 'stopped' });
    expect(log.at(-2)).toMatchObject({ kind: 'checkpoint', step: outcome.step });

    await toyTrain('stopped', { resume: true });
    expect(await stepsOf('stopped')).toEqual(await stepsOf('whole'));
    expect(await textOf('stopped', 'model.safetensors')).toBe(await textOf('whole', 'model.safetensors'));
  });

  test('that was killed after its checkpoint loses the lines of later steps, a broken one and temporary files', async () => {
    await cp(join(folder, 'whole'), join(folder, 'killed'), { recursive: true });
    await rm(join(folder, 'killed/checkpoints/step-00000012.safetensors'));
    await writeFile(join(folder, 'killed/checkpoints/.step-00000012.safetensors.1-a.tmp'), 'half');
    const text = await textOf('killed', 'log.jsonl');
    const cut = text.indexOf('"step":10');
    await writeFile(join(folder, 'killed/log.jsonl'), text.slice(0, cut + 12));

    await toyTrain('killed', { resume: true });
    expect(await stepsOf('killed')).toEqual(await stepsOf('whole'));
    expect((await logOf('killed')).filter(({ kind }) => kind === 'resume')).toMatchObject([{ step: 8 }]);
    expect(await textOf('killed', 'model.safetensors')).toBe(await textOf('whole', 'model.safetensors'));
    expect(await readdir(join(folder, 'killed/checkpoints'))).toHaveLength(2);
  });

  test('does not start over by mistake, nor go on with another config', async () => {
    await expect(toyTrain('whole')).rejects.toThrow(/whole holds a run at step 12: go on with --resume/);
    const other = { seed: 11, steps: 12, batch: 4 };
    await expect(toyTrain('whole', { resume: true, config: other })).rejects.toThrow(
      /was made with another config: batch was 8, is 4: put it back, or start a new run/,
    );
  });

  test('goes on where its version of the library did not know a field yet', async () => {
    await cp(join(folder, 'whole'), join(folder, 'older'), { recursive: true });
    const config = { seed: 11, steps: 12, batch: 8, mode: 'plain' };
    await expect(toyTrain('older', { resume: true, config })).rejects.toThrow('mode was nothing, is "plain"');
    const readConfig = (json: unknown) => ({ mode: 'plain', ...(json as { seed: number; steps: number }) });
    expect(await toyTrain('older', { resume: true, config, readConfig })).toEqual({ step: 12, reason: 'done' });
  });

  test('that is done can be prolonged', async () => {
    await cp(join(folder, 'whole'), join(folder, 'prolonged'), { recursive: true });
    expect(await toyTrain('prolonged', { resume: true, settings: { steps: 14 } })).toEqual({
      step: 14,
      reason: 'done',
    });
    expect((await stepsOf('prolonged')).map(([step]) => step)).toEqual(Array.from({ length: 14 }, (_, i) => i + 1));
  });
});

test('accumulated batches make the step of one larger batch', async () => {
  const plain = { clip: 0, steps: 4, validateEvery: 100, checkpointEvery: 100 };
  const still = (task: ToyTask) => {
    Object.assign(task.model.drop, { p: 0 });
    return task;
  };
  const weights = async (name: string, batch: number, batches: number) => {
    const task = still(new ToyTask(batch));
    const settings = { ...toySettings, ...plain, batches };
    await train({ task, source: toyBatches(batch), settings, config: { seed: 11, steps: 4 }, out: join(folder, name) });
    const made = await weightsOf(task.model);
    task.dispose();
    return made;
  };
  const [one, four] = [await weights('one', 8, 1), await weights('four', 2, 4)];
  for (const [name, values] of Object.entries(one)) {
    for (const [i, value] of values.entries())
      expect(Math.abs(four[name]![i]! - value), `${name}[${i}]`).toBeLessThan(2e-5);
  }
});
