import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { init } from '../../src/tensor/engine/device/init.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import type { BatchSource } from '../../src/train/data/batchSource.ts';
import { singleProcess } from '../../src/train/mpi/communicator.ts';
import { surveyStep } from '../../src/train/surveyStep.ts';
import { train } from '../../src/train/train.ts';
import { TrainingStep } from '../../src/train/trainingStep.ts';
import { parseLog } from '../../src/train/trainLog.ts';
import type { TrainSettings } from '../../src/train/trainSettings.ts';
import { type ToyBatch, ToyTask, toyBatches, toySettings, weightsOf } from './toyTask.ts';

let folder: string;

beforeAll(async () => {
  await init();
  folder = await mkdtemp(join(tmpdir(), 'tympan-'));
});

afterAll(() => rm(folder, { recursive: true }));

/** Batches in which one example of one batch is another. */
function spoiled(value: number, at: number): BatchSource<ToyBatch> {
  const source = toyBatches(4);
  return {
    ...source,
    async batch(step) {
      const { x } = await source.batch(step);
      if (step === at) x.fill(value, 4, 8);
      return { x };
    },
  };
}

interface Failure {
  readonly message: string;
  /** Of the model when the run had failed. */
  readonly weights: Record<string, number[]>;
}

async function failureOf(
  name: string,
  source: BatchSource<ToyBatch>,
  { spoil, settings }: { readonly spoil?: (task: ToyTask) => void; readonly settings?: Partial<TrainSettings> } = {},
): Promise<Failure> {
  const task = new ToyTask(4);
  spoil?.(task);
  const options = { config: { seed: 11, steps: 12 }, out: join(folder, name) };
  try {
    const run = train({ task, source, settings: { ...toySettings, ...settings }, ...options });
    const message = await run.then(
      () => 'no failure',
      (error: Error) => `${error.name}: ${error.message}`,
    );
    return { message, weights: await weightsOf(task.model) };
  } finally {
    task.dispose();
  }
}

test('the operation that overflows first is named, with its module and the batch', async () => {
  const { message } = await failureOf('overflow', spoiled(3e38, 6));
  expect(message).toMatch(
    /^NonFiniteError: train: step 7: NaN or infinity comes first from blocks.0.inner: linear \(\d+ of 256 values\); its batch is described in nonFinite-step-7.json, the last checkpoint is as it was$/,
  );
  const described = JSON.parse(await readFile(join(folder, 'overflow/nonFinite-step-7.json'), 'utf8'));
  expect(described).toMatchObject({ step: 7, batch: 6 });
  expect(described.examples[5]).toBe(Math.fround(3e38));
  const log = parseLog(await readFile(join(folder, 'overflow/log.jsonl'), 'utf8'));
  expect(log.at(-1)).toMatchObject({ kind: 'nonFinite', step: 7, batchFile: 'nonFinite-step-7.json' });
  expect(log.filter(({ kind }) => kind === 'step')).toHaveLength(6);
  expect(await readdir(join(folder, 'overflow/checkpoints'))).toEqual(['step-00000004.safetensors']);
});

test('the weights are those of the step before, though later steps were on their way', async () => {
  const plain = { validateEvery: 100, checkpointEvery: 100, steps: 12 };
  const { weights } = await failureOf('held', spoiled(3e38, 6), { settings: plain });
  const task = new ToyTask(4);
  const step = new TrainingStep(
    task,
    { ...toySettings, ...plain },
    singleProcess(),
    await surveyStep(task, toySettings),
  );
  const source = toyBatches(4);
  for (let i = 0; i < 6; i++) {
    step.write(await source.batch(i), i);
    step.addGradients();
    await step.apply(i, false);
  }
  expect(weights).toEqual(await weightsOf(task.model));
  step.dispose();
  task.dispose();
});

test('a gradient that is born infinite is found in its backward', async () => {
  const spoil = (task: ToyTask) => {
    task.spoil = (y: Tensor) => y.add(y.sub(y.detach()).sqrt());
  };
  const { message } = await failureOf('backward', toyBatches(4), { spoil });
  expect(message).toMatch(/step 1: NaN or infinity comes first from backward of sqrt.* \(16 of 16 values\)/);
});

test('a NaN in a batch is found before any operation', async () => {
  const { message } = await failureOf('input', spoiled(Number.NaN, 2));
  expect(message).toContain('step 3: NaN or infinity comes first from input x (4 of 16 values)');
});

test('with accumulation the batch of the step that did it is found', async () => {
  const { message } = await failureOf('accumulated', spoiled(3e38, 5), { settings: { batches: 2 } });
  expect(message).toContain('step 3: NaN or infinity comes first from blocks.0.inner: linear');
  expect(JSON.parse(await readFile(join(folder, 'accumulated/nonFinite-step-3.json'), 'utf8'))).toMatchObject({
    batch: 5,
  });
});

test('gradients whose squares overflow are told from values that do', async () => {
  const { message } = await failureOf('squares', spoiled(1e13, 1));
  expect(message).toContain('step 2: loss');
  expect(message).toContain('the squares of the gradients overflow; lower the learning rate');
});
