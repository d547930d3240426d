import { fixed, meanWithSpread } from '../figures/numberText.ts';
import type { Evaluation } from './evaluationFile.ts';
import { type Metric, metricNames, metrics } from './scores.ts';
import { type Grouping, groupings } from './summarize.ts';
import type { TextTable } from './textTable.ts';

export const groupingNames: Readonly<Record<Grouping, string>> = {
  all: 'all',
  sources: 'sources',
  inputSnr: 'SNR of W (dB)',
  label: 'class',
};

/** A row for each group, model and query: mean ± standard deviation in dB, as papers print them. */
export function groupTable(evaluations: readonly Evaluation[], by: Grouping): TextTable {
  const several = evaluations.length > 1;
  const values = [
    ...new Set(evaluations.flatMap(({ groups }) => groups.filter((g) => g.by === by).map((g) => g.value))),
  ];
  const rows = values.flatMap((value) =>
    evaluations.flatMap(({ model, groups }) =>
      groups
        .filter((group) => group.by === by && group.value === value)
        .map(({ query, count, metrics: summaries }) => [
          ...(by === 'all' ? [] : [value]),
          ...(several || by === 'all' ? [model.name] : []),
          ...(by === 'all' ? [channelText(model.channels)] : []),
          query,
          String(count),
          ...metrics.map((metric) => meanWithSpread(summaries[metric].mean, summaries[metric].std, 2)),
        ]),
    ),
  );
  const columns = [
    ...(by === 'all' ? [] : [groupingNames[by]]),
    ...(several || by === 'all' ? ['model'] : []),
    ...(by === 'all' ? ['channels'] : []),
    'query',
    'n',
    ...metrics.map((metric) => metricNames[metric]),
  ];
  return { columns, rows };
}

/** 1 is W, 4 is first-order ambisonics. */
export function channelText(channels: number): string {
  if (channels === 1) return 'W';
  return channels === 4 ? 'WYZX' : String(channels);
}

/** What models answer when asked for what is not there; without rows where nobody asked. */
export function absentTable(evaluations: readonly Evaluation[]): TextTable {
  const rows = evaluations.flatMap(({ model, absent }) =>
    Object.entries(absent).map(([query, { count, mean, std, median }]) => [
      model.name,
      query,
      String(count),
      meanWithSpread(mean, std, 1),
      fixed(median, 1),
    ]),
  );
  return { columns: ['model', 'query', 'n', 'output over W (dB)', 'median'], rows };
}

/** The summary as rows for a CSV file: one for each model, grouping, group, query and metric. */
export const summaryColumns = [
  'model',
  'channels',
  'by',
  'value',
  'query',
  'metric',
  'count',
  'mean',
  'std',
  'median',
  'low95',
  'high95',
] as const;

export function summaryRows(
  evaluations: readonly Evaluation[],
): Record<(typeof summaryColumns)[number], string | number>[] {
  return evaluations.flatMap(({ model, groups }) =>
    groupings.flatMap((by) =>
      groups
        .filter((group) => group.by === by)
        .flatMap(({ value, query, metrics: summaries }) =>
          (Object.keys(summaries) as Metric[]).map((metric) => {
            const { count, mean, std, median, interval } = summaries[metric];
            const place = { model: model.name, channels: model.channels, by, value, query, metric };
            return { ...place, count, mean, std, median, low95: interval[0], high95: interval[1] };
          }),
        ),
    ),
  );
}
