/**
 * Trains a small BSAST once without interruption and once killed (SIGKILL) at random moments and resumed each time, and
 * compares weights, checkpoints and logs: `npx tsx scripts/killTraining.ts [kills]`, 20 unless given. One moment in five
 * falls into the start of the process, the others into its training: steps, validations, the writing of checkpoints, of
 * which there is one after each step.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LogRecord, parseLog } from '../src/train/trainLog.ts';

const command = fileURLToPath(new URL('../src/cli/index.ts', import.meta.url));
const TRAINS_FOR = 4000; // ms after the first checkpoint of a process at most

const config = {
  seed: 3,
  model: {
    separator: {
      sampleRate: 16_000,
      nFft: 512,
      bands: 12,
      dim: 16,
      heads: 2,
      blocks: 2,
      embedding: 32,
      filmHidden: 32,
    },
    embedder: { nFft: 512, hopLength: 256, mels: 32, buckets: 128, hidden: 32 },
  },
  trainEmbedder: true,
  data: {
    train: {
      library: { kind: 'procedural', classes: ['bell', 'siren', 'rain', 'engine'], clipsPerClass: 4, seconds: 1 },
      mixture: { seconds: 0.5, eventCount: [2, 2], interfererCount: [0, 0], room: { kind: 'freeField' } },
    },
  },
  batch: 2,
  steps: 80,
  learningRate: 2e-3,
  validate: { every: 10, examples: 2 },
  checkpoint: { every: 1, keep: 2 },
};

interface Child {
  readonly ended: Promise<{ readonly done: boolean; readonly trained: number | null }>;
  kill(): void;
}

function start(out: string, file: string, onTrains: () => void): Child {
  const begun = performance.now();
  const child = spawn(process.execPath, [
    '--import',
    'tsx',
    command,
    'train',
    'bsast',
    '--config',
    file,
    '--out',
    out,
    '--resume',
  ]);
  let errors = '';
  let trained: number | null = null;
  child.stderr.on('data', (text: Buffer) => {
    errors += text;
    if (trained !== null || !errors.includes('wrote checkpoints')) return;
    trained = performance.now() - begun;
    onTrains();
  });
  const ended = new Promise<{ done: boolean; trained: number | null }>((resolve, reject) => {
    child.on('exit', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve({ done: code === 0, trained });
      else reject(new Error(`the training ended with ${code ?? signal}: ${errors}`));
    });
  });
  return { ended, kill: () => child.kill('SIGKILL') };
}

async function lastStep(out: string): Promise<string> {
  const text = await readFile(join(out, 'log.jsonl'), 'utf8').catch(() => '');
  const last = parseLog(text).findLast((record) => record.kind === 'step');
  return last === undefined ? 'before the first step' : `at step ${last.step}`;
}

/** What does not depend on the clock. */
function essence(record: LogRecord): string {
  const { seconds, examplesPerSecond, time, ...rest } = record as unknown as Record<string, unknown>;
  return JSON.stringify(rest);
}

async function main(kills: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tympan-kill-'));
  const [whole, killed, file] = [join(folder, 'whole'), join(folder, 'killed'), join(folder, 'config.json')];
  await writeFile(file, JSON.stringify(config));

  const uninterrupted = await start(whole, file, () => {}).ended;
  const startUp = uninterrupted.trained ?? 5000;
  console.log(`uninterrupted: ${config.steps} steps; the first step was saved after ${(startUp / 1000).toFixed(1)} s`);

  let landed = 0;
  while (landed < kills) {
    const early = landed % 5 === 4;
    const moment = Math.random() * (early ? startUp : TRAINS_FOR);
    let timer: NodeJS.Timeout | undefined;
    const killSoon = () => {
      timer = setTimeout(() => child.kill(), moment);
    };
    const child = start(killed, file, early ? () => {} : killSoon);
    if (early) killSoon();
    const { done } = await child.ended;
    clearTimeout(timer);
    if (done) {
      console.log(`the run was done after ${landed} kills: raise the steps to place more`);
      break;
    }
    landed++;
    const after = early ? 'the start of the process' : 'the first saved step';
    console.log(`kill ${landed}: ${(moment / 1000).toFixed(2)} s after ${after}, ${await lastStep(killed)}`);
  }
  await start(killed, file, () => {}).ended;

  const last = `checkpoints/step-${String(config.steps).padStart(8, '0')}.safetensors`;
  let same = true;
  for (const name of ['model.safetensors', 'best.safetensors', last]) {
    const equal = (await readFile(join(whole, name))).equals(await readFile(join(killed, name)));
    same &&= equal;
    console.log(`${name}: ${equal ? 'the same bytes' : 'DIFFERENT'}`);
  }
  const recordsOf = async (out: string) => {
    const records = parseLog(await readFile(join(out, 'log.jsonl'), 'utf8'));
    return records.filter(({ kind }) => kind === 'step' || kind === 'validation').map(essence);
  };
  const [expected, found] = [await recordsOf(whole), await recordsOf(killed)];
  const sameLog = expected.join('\n') === found.join('\n');
  console.log(
    `steps and validations in the logs: ${sameLog ? 'the same' : `DIFFERENT (${expected.length}, ${found.length})`}`,
  );
  console.log(same && sameLog ? `${landed} kills left no trace` : 'kills left traces');
  if (same && sameLog) await rm(folder, { recursive: true });
  else {
    console.log(`kept ${folder}`);
    process.exitCode = 1;
  }
}

await main(Number(process.argv[2] ?? 20));
