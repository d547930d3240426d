import { JsonFields } from '../../audio/scene/mixture/jsonFields.ts';
import type { EvaluationConfig } from './evaluationConfig.ts';
import { type EvaluationRow, readRow } from './evaluationRow.ts';
import type { QueryModel } from './queryModel.ts';
import { absentSummary, type GroupSummary, type MetricSummary, summarize } from './summarize.ts';

/** One model on one set: what `tympan evaluate` writes as JSON, and reads to compare. */
export interface Evaluation {
  readonly kind: 'tympan evaluation';
  readonly version: 1;
  readonly model: Pick<QueryModel, 'name' | 'hash' | 'channels' | 'sampleRate' | 'parameters'>;
  readonly config: EvaluationConfig;
  readonly groups: readonly GroupSummary[];
  /** By query: how loud the model answers, relative to W in dB, when asked for what is not there. */
  readonly absent: Readonly<Record<string, MetricSummary>>;
  readonly rows: readonly EvaluationRow[];
}

export function evaluationOf(
  { name, hash, channels, sampleRate, parameters }: Evaluation['model'],
  config: EvaluationConfig,
  rows: readonly EvaluationRow[],
): Evaluation {
  const queries = [...new Set(rows.map(({ query }) => query))];
  const absent = queries.flatMap((query) => {
    const summary = absentSummary(rows, query);
    return summary ? [[query, summary] as const] : [];
  });
  return {
    kind: 'tympan evaluation',
    version: 1,
    model: { name, hash, channels, sampleRate, parameters },
    config,
    groups: summarize(rows, config.snrEdges),
    absent: Object.fromEntries(absent),
    rows,
  };
}

/** JSON with a row per line, so that it can be read and compared by eye. */
export function evaluationText({ rows, ...rest }: Evaluation): string {
  const head = JSON.stringify(rest, undefined, 2).slice(0, -2);
  return `${head},\n  "rows": [\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]\n}\n`;
}

/**
 * An evaluation from the text of its file. Its groups are computed from its rows again.
 *
 * @param name of the file, for errors.
 * @throws RangeError for text that is none.
 */
export function parseEvaluation(name: string, text: string): Evaluation {
  const fields = new JsonFields(parseJson(name, text), name);
  if (fields.value('kind') !== 'tympan evaluation' || fields.value('version') !== 1) {
    throw new RangeError(`${name}: must be JSON that tympan evaluate wrote, version 1`);
  }
  const model = fields.fields('model');
  const rows = fields.list('rows').map((value, i) => {
    const row = readRow(value);
    if (!row) throw new RangeError(`${name}: rows[${i}] is no row of an evaluation`);
    return row;
  });
  const config = fields.value('config') as EvaluationConfig; // only shown, but for the edges
  const edges = fields
    .fields('config')
    .list('snrEdges')
    .filter((edge) => typeof edge === 'number');
  return evaluationOf(
    {
      name: model.text('name'),
      hash: model.text('hash'),
      channels: model.number('channels', { least: 1 }),
      sampleRate: model.number('sampleRate', { least: 1 }),
      parameters: model.number('parameters', { least: 0 }),
    },
    { ...config, snrEdges: edges },
    rows,
  );
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RangeError(`${name}: is not JSON: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
