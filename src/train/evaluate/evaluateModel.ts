import type { EvaluationRow } from './evaluationRow.ts';
import type { EvaluationExample, EvaluationSet } from './evaluationSet.ts';
import type { QueryKind, QueryModel } from './queryModel.ts';
import { absoluteScores, improvement, metrics, relativeLevel, type Scores } from './scores.ts';

export interface EvaluateOptions {
  /** How many examples of the set, from the first. */
  readonly examples: number;
  readonly queries: readonly QueryKind[];
  /** Of what questions draw. */
  readonly seed: number;
  /** Of BSS-eval, in taps. */
  readonly filterLength: number;
  /** What was computed before; it is not computed again. */
  readonly known?: readonly EvaluationRow[];
  /** Takes each new row at once, to be kept. */
  readonly onRow?: (row: EvaluationRow) => void | Promise<void>;
  /** Examples done, and how many rows of them were computed now. */
  readonly onProgress?: (done: number) => void;
}

/**
 * Scores of a model on the examples of a set: row by row, example by example, in each query by query. Same model, set and options:
 * same rows, however often the work was interrupted.
 *
 * @throws RangeError when model and set do not fit together, or an example lacks what a query needs.
 */
export async function evaluateModel(
  model: QueryModel,
  set: EvaluationSet,
  options: EvaluateOptions,
): Promise<EvaluationRow[]> {
  const { examples, queries, known = [], onRow, onProgress } = options;
  const before = new Map(known.map((row) => [keyOf(row.example, row.query), row]));
  const rows: EvaluationRow[] = [];
  for (let index = 0; index < examples; index++) {
    onProgress?.(index);
    const kept = queries.map(({ kind }) => before.get(keyOf(set.id(index), kind)));
    const example = kept.includes(undefined) ? await set.example(index) : undefined;
    const shared = example && measuresOf(example, options.filterLength);
    for (const [q, query] of queries.entries()) {
      const old = kept[q];
      const row = old ?? (await scoreExample(model, example!, query, { ...options, index, ...shared! }));
      if (!old) await onRow?.(row);
      rows.push(row);
    }
  }
  onProgress?.(examples);
  return rows;
}

function keyOf(example: string, query: string): string {
  return JSON.stringify([example, query]);
}

interface Measures {
  readonly present: boolean;
  readonly before: ReturnType<typeof absoluteScores> | undefined;
}

/** What is the same for all queries. */
function measuresOf({ mixture, target }: EvaluationExample, filterLength: number): Measures {
  const present = target.some((value) => value !== 0);
  return { present, before: present ? absoluteScores(mixture[0]!, target, filterLength) : undefined };
}

async function scoreExample(
  model: QueryModel,
  example: EvaluationExample,
  query: QueryKind,
  { seed, filterLength, index, before }: Measures & Pick<EvaluateOptions, 'seed' | 'filterLength'> & { index: number },
): Promise<EvaluationRow> {
  const { id, mixture, target, label, text = '', sources = null } = example;
  const estimate = await model.extract(channelsFor(model, example), query, example, (seed + index) >>> 0);
  const scores = before && improvement(absoluteScores(estimate, target, filterLength), before);
  const numbers = metrics.map((metric) => [metric, finiteOrNull(scores?.[metric])]);
  return {
    example: id,
    query: query.kind,
    label,
    text,
    sources,
    inputSnr: finiteOrNull(before?.snr),
    present: before !== undefined,
    outputLevel: finiteOrNull(relativeLevel(estimate, mixture[0]!)),
    ...(Object.fromEntries(numbers) as Record<keyof Scores, number | null>),
  };
}

function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/**
 * The channels that a model takes: all of them, or W alone for a model of one channel.
 *
 * @throws RangeError for any other number, or another sample rate.
 */
export function channelsFor(
  model: QueryModel,
  { id, mixture, sampleRate }: EvaluationExample,
): readonly Float32Array[] {
  if (sampleRate !== model.sampleRate) {
    throw new RangeError(
      `evaluate: ${model.name} works at ${model.sampleRate} Hz, example ${id} has ${sampleRate} Hz: set mixture.sampleRate`,
    );
  }
  if (model.channels !== mixture.length && model.channels !== 1) {
    throw new RangeError(
      `evaluate: ${model.name} takes ${model.channels} channels, example ${id} has ${mixture.length}: set mixture.channels`,
    );
  }
  return mixture.slice(0, model.channels);
}
