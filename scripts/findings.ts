/**
 * Whether the findings of the BSAST paper hold at small scale, on held-out procedural scenes: full ambisonics against W alone,
 * the number of blocks, the kind of query, the number of sources. Trains three seeds of each condition and writes the tables
 * of docs/findings.md. What was done before is kept: run it again after an interruption.
 *
 *   tsx scripts/findings.ts [--out out/findings] [--seeds 3] [--steps 700]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseEvaluation } from '../src/train/evaluate/evaluationFile.ts';
import { type FindingCondition, findingsTable } from '../src/train/evaluate/findingsTable.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'out/findings' },
    seeds: { type: 'string', default: '3' },
    steps: { type: 'string' },
  },
});

interface Condition {
  readonly id: string;
  readonly name: string;
  readonly blocks: number;
  readonly channels: 4 | 1;
}

const full: Condition = { id: 'foa-4', name: '4 blocks, W Y Z X', blocks: 4, channels: 4 };
const alone: Condition = { id: 'w-4', name: '4 blocks, W alone', blocks: 4, channels: 1 };
const fewer: Condition = { id: 'foa-2', name: '2 blocks, W Y Z X', blocks: 2, channels: 4 };
const more: Condition = { id: 'foa-6', name: '6 blocks, W Y Z X', blocks: 6, channels: 4 };
const conditions = [full, alone, fewer, more];
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);

const base = JSON.parse(readFileSync(join(root, 'models/findings/base.json'), 'utf8'));

function configOf({ blocks, channels }: Condition, seed: number): unknown {
  const { model, data } = base;
  const mixture = { ...data.train.mixture, channels: channels === 4 ? 'foa' : 'w' };
  return {
    ...base,
    seed,
    ...(values.steps && { steps: Number(values.steps) }),
    model: { ...model, separator: { ...model.separator, blocks, channels } },
    data: { ...data, train: { ...data.train, mixture } },
  };
}

function tympan(...args: string[]): void {
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/index.ts', ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`tympan ${args[0]} ended with ${status}`);
}

function trainAndEvaluate(condition: Condition, seed: number): string {
  const run = join(values.out, `${condition.id}-${seed}`);
  const model = join(run, 'model.safetensors');
  const result = join(run, 'evaluation', 'model.json');
  mkdirSync(run, { recursive: true });
  if (!existsSync(model)) {
    const config = join(values.out, `${condition.id}-${seed}.json`);
    writeFileSync(config, JSON.stringify(configOf(condition, seed), null, 2));
    console.log(`\n${condition.name}, seed ${seed}`);
    tympan('train', 'bsast', '--config', config, '--out', run, '--resume');
  }
  if (!existsSync(result)) {
    const config = join(root, 'models/findings/evaluation.json');
    tympan('evaluate', '--model', model, '--name', 'model', '--config', config, '--out', join(run, 'evaluation'));
  }
  return result;
}

const evaluated = new Map<string, FindingCondition>();
// Seed after seed: an interrupted run has some of every condition.
for (const seed of seeds) {
  for (const condition of conditions) {
    const file = trainAndEvaluate(condition, seed);
    const known = evaluated.get(condition.id)?.evaluations ?? [];
    const evaluations = [...known, parseEvaluation(file, readFileSync(file, 'utf8'))];
    evaluated.set(condition.id, { name: condition.name, evaluations });
  }
}

const of = (...wanted: Condition[]) => wanted.map(({ id }) => evaluated.get(id)!);
const metrics = ['siSdr', 'siSdri', 'snri', 'sdri'] as const;
const tables: readonly (readonly [title: string, table: string])[] = [
  ['Full ambisonics and W alone', findingsTable(of(full, alone), { metrics, queries: ['audio', 'text'] })],
  ['Number of blocks', findingsTable(of(fewer, full, more), { metrics, queries: ['audio', 'text'] })],
  ['Kind of query', findingsTable(of(full), { metrics })],
  ['Number of sources', findingsTable(of(full), { metrics, by: 'sources', queries: ['audio'] })],
];
const text = tables.map(([title, table]) => `## ${title}\n\n${table}`).join('\n\n');
writeFileSync(join(values.out, 'tables.md'), `${text}\n`);
console.log(`\n${text}`);
