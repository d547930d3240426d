import { fixed, signed } from '../figures/numberText.ts';
import { bootstrapInterval, meanOf, stdOf } from '../figures/statistics.ts';
import type { Evaluation } from './evaluationFile.ts';
import type { EvaluationRow } from './evaluationRow.ts';
import { type Metric, metricNames } from './scores.ts';
import type { TextTable } from './textTable.ts';

/** The same questions about the same mixtures, answered by two models. */
export interface PairedDifference {
  readonly query: string;
  readonly metric: Metric;
  /** Questions that both answered with a finite score. */
  readonly count: number;
  readonly first: number;
  readonly second: number;
  /** Mean of second - first over the questions. */
  readonly difference: number;
  /** 95 % interval of that mean, by bootstrap over questions. */
  readonly interval: readonly [low: number, high: number];
  /** Standard deviation of the differences, n - 1. */
  readonly std: number;
  /** Share of the questions that the second answered better. */
  readonly better: number;
}

/**
 * Paired differences of two evaluations. What varies between mixtures is the same for both and drops out: the interval is narrower
 * than those of the two means.
 *
 * @throws RangeError when they have no question in common: other seeds, other mixtures, or other queries.
 */
export function compareEvaluations(first: Evaluation, second: Evaluation): PairedDifference[] {
  expectSameData(first, second);
  const answered = new Map(second.rows.map((row) => [keyOf(row), row]));
  const pairs = first.rows.flatMap((row) => {
    const other = answered.get(keyOf(row));
    return other && row.present ? [[row, other] as const] : [];
  });
  const queries = [...new Set(pairs.map(([row]) => row.query))];
  if (queries.length === 0) {
    throw new RangeError(
      `evaluate: ${first.model.name} and ${second.model.name} have no question in common to compare`,
    );
  }
  return queries.flatMap((query) =>
    IMPROVEMENTS.map((metric) =>
      difference(
        query,
        metric,
        pairs.filter(([row]) => row.query === query),
      ),
    ),
  );
}

/** On the same mixtures the difference of a score is that of its improvement. */
const IMPROVEMENTS: readonly Metric[] = ['siSdri', 'snri', 'sdri'];

function keyOf({ example, query, text }: EvaluationRow): string {
  return JSON.stringify([example, query, text]);
}

function expectSameData({ config: a, model: first }: Evaluation, { config: b, model: second }: Evaluation): void {
  if (JSON.stringify([a.data, a.seed]) === JSON.stringify([b.data, b.seed])) return;
  throw new RangeError(
    `evaluate: ${first.name} and ${second.name} were evaluated on different data: the same data, seed and mixtures are needed for a paired comparison`,
  );
}

function difference(
  query: string,
  metric: Metric,
  pairs: readonly (readonly [EvaluationRow, EvaluationRow])[],
): PairedDifference {
  const both = pairs.flatMap(([a, b]) => {
    const [first, second] = [a[metric], b[metric]];
    return first === null || second === null ? [] : [[first, second] as const];
  });
  const differences = both.map(([first, second]) => second - first);
  return {
    query,
    metric,
    count: both.length,
    first: meanOf(both.map(([first]) => first)),
    second: meanOf(both.map(([, second]) => second)),
    difference: meanOf(differences),
    interval: bootstrapInterval(differences),
    std: stdOf(differences),
    better: differences.filter((value) => value > 0).length / differences.length,
  };
}

export function comparisonTable(names: readonly [string, string], differences: readonly PairedDifference[]): TextTable {
  return {
    columns: ['query', 'metric', 'n', ...names, 'difference (dB)', '95 % interval', 'better'],
    rows: differences.map(({ query, metric, count, first, second, difference, interval, better }) => [
      query,
      metricNames[metric],
      String(count),
      fixed(first, 2),
      fixed(second, 2),
      signed(difference, 2),
      `${signed(interval[0], 2)} to ${signed(interval[1], 2)}`,
      Number.isFinite(better) ? `${fixed(100 * better, 0)} %` : '–',
    ]),
  };
}
