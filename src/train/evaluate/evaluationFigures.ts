import { barChart } from '../figures/barChart.ts';
import { boxChart } from '../figures/boxChart.ts';
import { lineChart, type Point } from '../figures/lineChart.ts';
import type { Evaluation } from './evaluationFile.ts';
import type { EvaluationRow } from './evaluationRow.ts';
import { groupingNames } from './evaluationTables.ts';
import { type Metric, metricNames } from './scores.ts';
import { type Grouping, groupRows, scoresOf, summaryOf } from './summarize.ts';

/** One curve or color: a model asked in one way. */
interface Series {
  readonly name: string;
  readonly rows: readonly EvaluationRow[];
}

/** Charts by the names of their files. Those that would show nothing are left out. */
export function evaluationFigures(evaluations: readonly Evaluation[]): Record<string, string> {
  const series = seriesOf(evaluations);
  const edges = evaluations[0]?.config.snrEdges ?? [];
  const charts: [string, string | undefined][] = [
    ['overall', series.length > 1 ? overall(series) : undefined],
    ['sources', boxes(series, 'sources', edges)],
    ['input-snr', boxes(series, 'inputSnr', edges)],
    ['scatter', scatter(series)],
    ['classes', classes(series, edges)],
  ];
  return Object.fromEntries(charts.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function seriesOf(evaluations: readonly Evaluation[]): Series[] {
  const models = new Set(evaluations.map(({ model }) => model.name)).size;
  return evaluations.flatMap(({ model, rows }) => {
    const queries = [...new Set(rows.map(({ query }) => query))];
    return queries.map((query) => ({
      name: models > 1 ? `${model.name}, ${query}` : `${query} query`,
      rows: rows.filter((row) => row.query === query && row.present),
    }));
  });
}

const SHOWN: Metric = 'siSdri';
const yLabel = `${metricNames[SHOWN]} (dB)`;

function overall(series: readonly Series[]): string {
  const groups = series.map(({ name, rows }) => {
    const { mean, interval } = summaryOf(scoresOf(rows, SHOWN));
    return { label: name, bars: [{ value: mean, interval }] };
  });
  return barChart({ title: 'Mean improvement and its 95 % interval', xLabel: yLabel, series: [''], groups });
}

function boxes(series: readonly Series[], by: Grouping, edges: readonly number[]): string | undefined {
  const grouped = series.map(({ rows }) => groupRows(rows, by, edges));
  const values = inOrder(
    grouped.map((groups) => groups.map(({ value }) => value)),
    groupRows(
      series.flatMap(({ rows }) => rows),
      by,
      edges,
    ).map(({ value }) => value),
  );
  if (values.length === 0) return undefined;
  return boxChart({
    title: by === 'sources' ? 'Improvement by number of sources' : 'Improvement by SNR of the mixture',
    xLabel: by === 'sources' ? 'sources in the mixture' : groupingNames[by],
    yLabel,
    series: series.map(({ name }) => name),
    groups: values.map((value) => ({
      label: value,
      values: grouped.map((groups) => scoresOf(groups.find((group) => group.value === value)?.rows ?? [], SHOWN)),
    })),
  });
}

function inOrder(found: readonly (readonly string[])[], order: readonly string[]): string[] {
  const all = new Set(found.flat());
  return order.filter((value) => all.has(value));
}

function scatter(series: readonly Series[]): string | undefined {
  const drawn = series.map(({ name, rows }) => ({
    name,
    mark: 'dots' as const,
    points: rows.flatMap((row): Point[] =>
      row.inputSnr === null || row[SHOWN] === null ? [] : [[row.inputSnr, row[SHOWN]]],
    ),
  }));
  if (drawn.every(({ points }) => points.length === 0)) return undefined;
  return lineChart({ title: 'Each example', xLabel: groupingNames.inputSnr, yLabel, series: drawn });
}

function classes(series: readonly Series[], edges: readonly number[]): string | undefined {
  const grouped = series.map(({ rows }) => groupRows(rows, 'label', edges));
  const labels = [...new Set(grouped.flatMap((groups) => groups.map(({ value }) => value)))];
  if (labels.length < 2) return undefined;
  const groups = labels.map((label) => ({
    label: label.replaceAll('_', ' '),
    bars: grouped.map((groups) => {
      const found = groups.find(({ value }) => value === label);
      if (!found) return undefined;
      const { mean, interval } = summaryOf(scoresOf(found.rows, SHOWN));
      return { value: mean, interval };
    }),
  }));
  const best = (bars: (typeof groups)[number]['bars']) => bars[0]?.value ?? Number.NEGATIVE_INFINITY;
  groups.sort((a, b) => best(b.bars) - best(a.bars));
  return barChart({
    title: 'Improvement by class: mean and its 95 % interval',
    xLabel: yLabel,
    series: series.map(({ name }) => name),
    groups,
  });
}
