import { fixed } from '../figures/numberText.ts';
import { bootstrapInterval, meanOf, medianOf, stdOf } from '../figures/statistics.ts';
import type { EvaluationRow } from './evaluationRow.ts';
import { type Metric, metrics } from './scores.ts';

export interface MetricSummary {
  /** Values: rows whose score is a finite number. */
  readonly count: number;
  readonly mean: number;
  /** Of the sample (n - 1). NaN for one value. */
  readonly std: number;
  readonly median: number;
  /** 95 % interval of the mean, by bootstrap. */
  readonly interval: readonly [low: number, high: number];
}

/** What rows are put together by. */
export type Grouping = 'all' | 'sources' | 'inputSnr' | 'label';

export interface GroupSummary {
  readonly by: Grouping;
  /** Number of sources, range of the input SNR in dB, or class; empty for all. */
  readonly value: string;
  readonly query: string;
  readonly count: number;
  readonly metrics: Readonly<Record<Metric, MetricSummary>>;
}

export interface Group {
  readonly by: Grouping;
  readonly value: string;
  readonly rows: readonly EvaluationRow[];
}

export const groupings: readonly Grouping[] = ['all', 'sources', 'inputSnr', 'label'];

/**
 * Rows of questions about what is there, by a property, in its order. Rows without the property are left out.
 *
 * @param snrEdges between ranges of the input SNR in dB, ascending.
 */
export function groupRows(rows: readonly EvaluationRow[], by: Grouping, snrEdges: readonly number[]): Group[] {
  const present = rows.filter((row) => row.present);
  if (by === 'all') return present.length > 0 ? [{ by, value: '', rows: present }] : [];
  if (by === 'inputSnr') return snrGroups(present, snrEdges);
  const found = new Map<string, EvaluationRow[]>();
  for (const row of present) {
    const value = by === 'sources' ? row.sources : row.label;
    if (value === null || value === '') continue;
    const same = found.get(String(value));
    if (same) same.push(row);
    else found.set(String(value), [row]);
  }
  const names = [...found.keys()].sort((a, b) => (by === 'sources' ? Number(a) - Number(b) : a < b ? -1 : 1));
  return names.map((value) => ({ by, value, rows: found.get(value)! }));
}

function snrGroups(rows: readonly EvaluationRow[], edges: readonly number[]): Group[] {
  const bounds = [Number.NEGATIVE_INFINITY, ...edges, Number.POSITIVE_INFINITY];
  return bounds.slice(1).flatMap((high, i) => {
    const low = bounds[i]!;
    const inside = rows.filter(({ inputSnr }) => inputSnr !== null && inputSnr >= low && inputSnr < high);
    return inside.length > 0 ? [{ by: 'inputSnr' as const, value: rangeText(low, high), rows: inside }] : [];
  });
}

function rangeText(low: number, high: number): string {
  const decimals = (value: number) => (Number.isInteger(value) ? 0 : 1);
  if (low === Number.NEGATIVE_INFINITY && high === Number.POSITIVE_INFINITY) return 'all';
  if (low === Number.NEGATIVE_INFINITY) return `below ${fixed(high, decimals(high))}`;
  if (high === Number.POSITIVE_INFINITY) return `from ${fixed(low, decimals(low))}`;
  return `${fixed(low, decimals(low))} to ${fixed(high, decimals(high))}`;
}

/** All groups of all groupings, each query by itself. */
export function summarize(rows: readonly EvaluationRow[], snrEdges: readonly number[]): GroupSummary[] {
  const queries = [...new Set(rows.map(({ query }) => query))];
  return groupings.flatMap((by) =>
    groupRows(rows, by, snrEdges).flatMap(({ value, rows }) =>
      queries.flatMap((query) => {
        const asked = rows.filter((row) => row.query === query);
        return asked.length > 0 ? [{ by, value, query, count: asked.length, metrics: metricSummaries(asked) }] : [];
      }),
    ),
  );
}

function metricSummaries(rows: readonly EvaluationRow[]): Record<Metric, MetricSummary> {
  const each = metrics.map((metric) => [metric, summaryOf(scoresOf(rows, metric))]);
  return Object.fromEntries(each) as Record<Metric, MetricSummary>;
}

export function summaryOf(values: readonly number[]): MetricSummary {
  return {
    count: values.length,
    mean: meanOf(values),
    std: stdOf(values),
    median: medianOf(values),
    interval: bootstrapInterval(values, { draws: 1000 }),
  };
}

/** The finite scores of rows. */
export function scoresOf(rows: readonly EvaluationRow[], metric: Metric): number[] {
  return rows.map((row) => row[metric]).filter((score) => score !== null);
}

/** How loud a model answers to questions about what is not there, and how many such questions there were. */
export function absentSummary(rows: readonly EvaluationRow[], query: string): MetricSummary | undefined {
  const absent = rows.filter((row) => !row.present && row.query === query);
  const levels = absent.map(({ outputLevel }) => outputLevel).filter((level) => level !== null);
  return absent.length > 0 ? summaryOf(levels) : undefined;
}
