import type { ClipLibrary, LibraryConfig } from '../../audio/library/clipLibrary.ts';
import type { MixtureConfig } from '../../audio/scene/mixture/mixtureConfig.ts';
import type { MixtureRecord } from '../../audio/scene/mixture/mixtureRecord.ts';
import { type BatchSource, PrefetchedBatches } from './batchSource.ts';
import type { Example } from './renderExample.ts';
import { openRenderPool, type RenderPool } from './renderPool.ts';

/** Mixtures with what is asked for in each. */
export interface SeparationBatch {
  /** [batch, channels, samples] */
  readonly mixture: Float32Array;
  /** [batch, samples]: zeros where what is asked for is not there. */
  readonly target: Float32Array;
  /** [batch, query samples], RMS 0.1 */
  readonly query: Float32Array;
  /** The same questions in words. */
  readonly captions: readonly string[];
  readonly records: readonly MixtureRecord[];
}

export interface SeparationDataOptions {
  /** As `mixtureConfig` gives it. */
  readonly mixture: MixtureConfig;
  /** A library itself, in place of its configuration, needs workers: 0. */
  readonly library: LibraryConfig | ClipLibrary;
  /** Whole, in [0, 2^32). Of mixtures, rooms and noise; another one has other rooms. */
  readonly seed: number;
  /** Examples in a batch of this process. */
  readonly batchSize: number;
  /** Threads that make them. Default 1. 0: the calling thread, with the same bits. */
  readonly workers?: number;
  /** Batches made ahead. Memory: so many and one more, and in each worker a cache that grows to at most 544 MiB, its library's apart. Default 2. */
  readonly ahead?: number;
  /** Which of several processes that share each step this one is. Default 0 of 1. */
  readonly rank?: number;
  readonly ranks?: number;
}

/**
 * Batches of mixtures for training, each example drawn by its number: step s of rank r of n holds examples (s n + r) batchSize and
 * the following, so that all ranks together see what one process with n times the batch would.
 *
 * @throws RangeError for options out of range; LibraryError. What goes wrong later rejects the batch, naming the example.
 */
export async function openSeparationData(options: SeparationDataOptions): Promise<BatchSource<SeparationBatch>> {
  const { mixture, library, seed, batchSize, workers = 1, ahead = 2, rank = 0, ranks = 1 } = options;
  expectWhole('batchSize', batchSize, 1, 65_536);
  expectWhole('ahead', ahead, 0, 1000);
  expectWhole('ranks', ranks, 1, 65_536);
  expectWhole('rank', rank, 0, ranks - 1);
  expectWhole('seed', seed, 0, 2 ** 32 - 1);
  const pool = await openRenderPool({ mixture, library, seed, workers, targets: 'asked' });
  const make = (step: number) => renderBatch(pool, (step * ranks + rank) * batchSize, batchSize);
  return new PrefetchedBatches(make, workers === 0 ? 0 : ahead, () => pool.close());
}

/**
 * The first `count` examples of a seed in batches, made once and held: for validation. The last batch may be smaller.
 *
 * @throws as `openSeparationData`, and for an example that cannot be made.
 */
export async function fixedSeparationData(
  options: Omit<SeparationDataOptions, 'ahead' | 'rank' | 'ranks'> & { readonly count: number },
): Promise<SeparationBatch[]> {
  const { mixture, library, seed, batchSize, count, workers = 1 } = options;
  expectWhole('batchSize', batchSize, 1, 65_536);
  expectWhole('count', count, 1, 1e6);
  expectWhole('seed', seed, 0, 2 ** 32 - 1);
  const pool = await openRenderPool({ mixture, library, seed, workers, targets: 'asked' });
  try {
    const starts = Array.from({ length: Math.ceil(count / batchSize) }, (_, batch) => batch * batchSize);
    const batches: SeparationBatch[] = [];
    for (const start of starts) batches.push(await renderBatch(pool, start, Math.min(batchSize, count - start)));
    return batches;
  } finally {
    await pool.close();
  }
}

async function renderBatch(pool: RenderPool, first: number, count: number): Promise<SeparationBatch> {
  const examples = await Promise.all(Array.from({ length: count }, (_, i) => pool.render(first + i)));
  return stacked(examples);
}

function stacked(examples: readonly Example[]): SeparationBatch {
  return {
    mixture: concatenated(examples.flatMap(({ mixture }) => mixture)),
    target: concatenated(examples.map(({ target }) => target)),
    query: concatenated(examples.map(({ query }) => query)),
    captions: examples.map(({ record }) => record.query.caption),
    records: examples.map(({ record }) => record),
  };
}

function concatenated(signals: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(signals.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const signal of signals) {
    all.set(signal, at);
    at += signal.length;
  }
  return all;
}

function expectWhole(name: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new RangeError(`data: ${name} must be a whole number from ${low} to ${high}, got ${value}`);
}
