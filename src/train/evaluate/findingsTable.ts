import { fixed, meanWithSpread } from '../figures/numberText.ts';
import { meanOf, stdOf } from '../figures/statistics.ts';
import type { Evaluation } from './evaluationFile.ts';
import { type Metric, metricNames } from './scores.ts';
import type { Grouping, GroupSummary } from './summarize.ts';
import { markdownTable } from './textTable.ts';

/** One thing that was tried, several times: evaluations of models that differ in their seed alone. */
export interface FindingCondition {
  readonly name: string;
  readonly evaluations: readonly Evaluation[];
}

export interface FindingsOptions {
  /** What the conditions are, as the head of the first column. Default `condition`. */
  readonly condition?: string;
  /** Default: SI-SDRi, SNRi and SDRi. */
  readonly metrics?: readonly Metric[];
  /** Split the rows further: by number of sources, range of the input SNR, or class. Default: all examples together. */
  readonly by?: Grouping;
  /** Queries to show. Default: all. */
  readonly queries?: readonly string[];
}

/**
 * A Markdown table of conditions: for each query (and group) the mean over seeds of each run's mean, ± the standard deviation over
 * seeds (n - 1), in dB, and how many seeds there are. The spread is that of training, not that of the mixtures.
 *
 * @throws RangeError for a condition without evaluations.
 */
export function findingsTable(conditions: readonly FindingCondition[], options: FindingsOptions = {}): string {
  const { condition = 'condition', metrics = ['siSdri', 'snri', 'sdri'], by = 'all', queries } = options;
  for (const { name, evaluations } of conditions) {
    if (evaluations.length === 0) throw new RangeError(`findingsTable: ${name} has no evaluations`);
  }
  const rows = conditions.flatMap(({ name, evaluations }) => {
    const groups = evaluations.flatMap((evaluation) => evaluation.groups.filter((group) => group.by === by));
    return cellsOf(groups, queries).map(({ query, value }) => {
      const runs = groups.filter((group) => group.query === query && group.value === value);
      const counts = [...new Set(runs.map(({ count }) => count))].sort((a, b) => a - b);
      return [
        name,
        ...(by === 'all' ? [] : [value]),
        query,
        String(runs.length),
        counts.length > 1 ? `${counts[0]} to ${counts.at(-1)}` : String(counts[0]),
        ...metrics.map((metric) => seedSpread(runs, metric)),
      ];
    });
  });
  const columns = [
    condition,
    ...(by === 'all' ? [] : [by === 'inputSnr' ? 'SNR of W (dB)' : by]),
    'query',
    'seeds',
    'examples',
    ...metrics.map((metric) => `${metricNames[metric]} (dB)`),
  ];
  return markdownTable({ columns, rows });
}

/** Each pair of query and group once, in the order in which they come. */
function cellsOf(groups: readonly GroupSummary[], wanted: readonly string[] | undefined) {
  const cells = new Map<string, { query: string; value: string }>();
  for (const { query, value } of groups) {
    if (wanted && !wanted.includes(query)) continue;
    cells.set(JSON.stringify([value, query]), { query, value });
  }
  return [...cells.values()];
}

/** Of one seed there is no spread to print. */
function seedSpread(runs: readonly GroupSummary[], metric: Metric): string {
  const means = runs.map(({ metrics }) => metrics[metric].mean);
  return means.length > 1 ? meanWithSpread(meanOf(means), stdOf(means), 2) : fixed(meanOf(means), 2);
}
