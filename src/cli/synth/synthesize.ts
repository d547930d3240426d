import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { writeFileAtomic } from '../../tensor/files/atomicFile.ts';
import { asFileError, FileError } from '../../tensor/files/fileError.ts';
import { openRenderPool, type RenderPool } from '../../train/data/renderPool.ts';
import { type Encoding, exampleName, unfinishedExample, writeExampleFolder } from './exampleFolder.ts';
import type { Shard } from './shard.ts';
import type { SynthConfig } from './synthConfig.ts';
import { writeIndex } from './writeIndex.ts';

export interface SynthesizeOptions extends SynthConfig {
  /** A folder; made if it is not there. */
  readonly out: string;
  readonly shard: Shard;
  /** Threads. 0: the calling one. */
  readonly workers: number;
  readonly encoding: Encoding;
  /** Mixtures that have begun are finished, no others begin. */
  readonly signal?: AbortSignal;
  /** Called before the first and after each mixture; `total` counts those of this shard that were not there. */
  readonly progress?: (done: number, total: number) => void;
}

export interface Synthesized {
  /** Mixtures of this shard. */
  readonly total: number;
  /** Of them, those that were there before. */
  readonly kept: number;
  readonly made: number;
  /** Samples beyond the range of PCM, cut off. */
  readonly clipped: number;
  /** Whether the whole set is complete, other shards included: its index is written then. */
  readonly whole: boolean;
}

/**
 * Makes the mixtures of one shard, a folder each, in `out`. Those that are there already are kept, so that a run that was ended goes
 * on where it was. All shards together give the same files as one run.
 *
 * @throws FileError for a folder that cannot be written, or that holds mixtures of another configuration; Error that names the mixture
 *   which cannot be made.
 */
export async function synthesize(options: SynthesizeOptions): Promise<Synthesized> {
  const { out, shard, count, library, mixture, seed, workers, progress } = options;
  await asFileError('synth', out, () => mkdir(out, { recursive: true }).then(() => {}));
  await expectSameConfig(options);
  const present = await presentExamples(out, shard);
  const all = Array.from({ length: Math.ceil((count - shard.index) / shard.count) }, (_, n) => {
    return shard.index + n * shard.count;
  });
  const missing = all.filter((index) => !present.has(exampleName(index)));
  const kept = all.length - missing.length;
  const pool = await openRenderPool({ mixture, library, seed, workers, targets: 'all' });
  let made = 0;
  let clipped = 0;
  try {
    if (missing.length > 0) progress?.(0, missing.length);
    await makeAll(pool, missing, options, (clippedHere) => {
      made++;
      clipped += clippedHere;
      progress?.(made, missing.length);
    });
  } finally {
    await pool.close();
  }
  const whole = await writeIndex(out, count);
  return { total: all.length, kept, made, clipped, whole };
}

/** Several at once, so that workers need not wait for the disk. The first error ends all; what has begun is finished. */
async function makeAll(
  pool: RenderPool,
  missing: readonly number[],
  options: SynthesizeOptions,
  made: (clipped: number) => void,
) {
  const { out, library, encoding, signal } = options;
  const left = missing.values();
  const errors: unknown[] = [];
  const run = async () => {
    for (const index of left) {
      if (signal?.aborted || errors.length > 0) return;
      try {
        const { record, ...rendered } = await pool.render(index);
        made(await writeExampleFolder(out, rendered, { library, record }, encoding));
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: 2 * Math.max(1, pool.workers) }, run));
  if (errors.length > 0) throw errors[0];
}

/** Names of the folders in `out`. What an ended run of this shard has left half made is removed. */
async function presentExamples(out: string, shard: Shard): Promise<ReadonlySet<string>> {
  const names = await asFileError('synth', out, () => readdir(out));
  for (const name of names) {
    const index = unfinishedExample(name);
    if (index === undefined || index % shard.count !== shard.index) continue;
    await rm(join(out, name), { recursive: true, force: true });
  }
  return new Set(names);
}

/** The folder says what its mixtures were made with: others must not be mixed in. How many there are may change. */
async function expectSameConfig({ out, library, mixture, seed, encoding }: SynthesizeOptions): Promise<void> {
  const path = join(out, 'config.json');
  const config = { library, mixture, seed, encoding };
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) {
    await writeFileAtomic(path, new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`));
    return;
  }
  const before = parsed(path, text);
  const now: Readonly<Record<string, unknown>> = JSON.parse(JSON.stringify(config));
  const differing = Object.keys(now).filter((field) => !isDeepStrictEqual(before[field], now[field]));
  if (differing.length === 0) return;
  throw new FileError(
    'synth',
    path,
    `the folder holds mixtures made with another ${differing.join(', ')}: choose another folder, or remove this one`,
  );
}

function parsed(path: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {} // said below
  throw new FileError('synth', path, 'is not the configuration of mixtures in this folder: it is no JSON object');
}
