import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { train } from '../../../src/train/train.ts';
import { parseLog } from '../../../src/train/trainLog.ts';
import { ToyTask, toyBatches, toySettings, weightsOf } from '../toyTask.ts';
import { mpirun } from './mpirun.ts';

const LIMIT = 300; // seconds; four processes compile their kernels on what cores there are

interface Result {
  readonly weights: Record<string, number[]>;
  readonly step: number;
  readonly reason: string;
  readonly error: string;
  readonly notes: readonly string[];
}

let folder: string;

beforeAll(async () => {
  await init();
  folder = await mkdtemp(join(tmpdir(), 'tympan-'));
});

afterAll(() => rm(folder, { recursive: true }));

/** What each rank made of each scenario. */
async function together(ranks: number, scenarios: readonly string[]): Promise<Readonly<Record<string, Result[]>>> {
  const out = join(folder, `ranks${ranks}`);
  const run = await mpirun(ranks, 'test/train/mpi/trainRank.ts', [out, ...scenarios], { seconds: LIMIT });
  expect(run.exitCode, run.output).toBe(0);
  const read = async (scenario: string) => {
    const files = Array.from({ length: ranks }, (_, rank) => readFile(join(out, `${scenario}-${rank}.json`), 'utf8'));
    return [scenario, (await Promise.all(files)).map((text) => JSON.parse(text) as Result)] as const;
  };
  return Object.fromEntries(await Promise.all(scenarios.map(read)));
}

/** What one process learns that averages as many batches of two as there are ranks. */
async function alone(ranks: number): Promise<Record<string, number[]>> {
  const task = new ToyTask(2);
  await train({
    task,
    source: toyBatches(2),
    settings: { ...toySettings, batches: ranks },
    config: { seed: toySettings.seed, steps: toySettings.steps },
    out: join(folder, `alone${ranks}`),
  });
  const weights = await weightsOf(task.model);
  task.dispose();
  return weights;
}

function largestDifference(a: Record<string, number[]>, b: Record<string, number[]>): number {
  expect(Object.keys(a)).toEqual(Object.keys(b));
  return Math.max(...Object.entries(a).flatMap(([name, values]) => values.map((x, i) => Math.abs(x - b[name]![i]!))));
}

describe('two ranks', () => {
  let reports: Readonly<Record<string, Result[]>>;
  let reference: Record<string, number[]>;

  beforeAll(async () => {
    reports = await together(2, ['whole', 'stopped', 'nonFinite', 'drift']);
    reference = await alone(2);
  }, 1000 * LIMIT);

  test('learn what one process learns that averages both batches, bit for bit', () => {
    // Both halve each gradient, which is exact, and add the halves, in which order makes no difference for two.
    for (const { weights } of reports['whole']!) expect(weights).toEqual(reference);
    expect(reports['whole']![0]!.notes.join()).not.toMatch('differed');
  });

  test('write one log, of the losses of all', async () => {
    const [ours, single] = await Promise.all(
      ['ranks2/whole', 'alone2'].map(async (run) => parseLog(await readFile(join(folder, run, 'log.jsonl'), 'utf8'))),
    );
    const losses = (records: NonNullable<typeof ours>) =>
      records.flatMap((record) => (record.kind === 'step' ? [[record.step, record.loss, record.gradientNorm]] : []));
    expect(losses(ours!)).toEqual(losses(single!));
    expect(ours![0]).toMatchObject({ kind: 'start', processes: 2, examplesPerStep: 4 });
  });

  test('stop together when one is asked to, and go on to the same weights', () => {
    for (const { weights, step, reason } of reports['stopped']!) {
      expect({ step, reason }).toEqual({ step: 7, reason: 'stopped' });
      expect(weights).toEqual(reference);
    }
  });

  test('name the same NaN, wherever it came from, and describe its batch', async () => {
    const [first, second] = reports['nonFinite']!;
    expect(first?.error).toMatch(/NonFiniteError: train: step 7: NaN or infinity comes first from .* nonFinite-step-7/);
    expect(second?.error).toBe(first?.error);
    const described = JSON.parse(await readFile(join(folder, 'ranks2', 'nonFinite', 'nonFinite-step-7.json'), 'utf8'));
    expect(described.examples[3]).toBeNull(); // JSON's NaN
  });

  test('are set to the weights of the first where theirs differ, which is said', () => {
    const [first, second] = reports['drift']!;
    expect(first?.notes[0]).toMatch(/step 4: the weights of 1 processes differed/);
    expect(first?.notes.filter((note) => note.includes('differed'))).toHaveLength(1);
    expect(second?.weights).toEqual(first?.weights);
  });
});

describe('four ranks', () => {
  let ranks: Result[];

  beforeAll(async () => {
    ranks = (await together(4, ['whole']))['whole']!;
  }, 1000 * LIMIT);

  test('hold the same bits', () => {
    for (const { weights } of ranks) expect(weights).toEqual(ranks[0]!.weights);
  });

  test('learn what one process learns, up to the order of sums', async () => {
    // Four summands in another order differ by at most 3 · 2⁻²⁴ Σ|g|. AdamW divides by |g|, so a step, at most lr = 0.01,
    // differs by 1.8e-7 · lr · Σ|g| / |g|: over 12 steps by 1e-5 where |g| is above 2e-3 Σ|g|.
    expect(largestDifference(ranks[0]!.weights, await alone(4))).toBeLessThan(1e-5);
  });
});
