import { type LineSeries, lineChart, type Point } from '../figures/lineChart.ts';
import { element, escapeText } from '../figures/markup.ts';
import { compact, duration, fixed, meanWithSpread, signed } from '../figures/numberText.ts';
import { chartGrid, folded, htmlPage, htmlTable, paragraph, section, tiles } from '../figures/page.ts';
import { smoothed } from '../figures/smoothed.ts';
import { levelLegend, type Sound, soundRows } from '../figures/soundFigure.ts';
import { medianOf } from '../figures/statistics.ts';
import type { LogRecord, SeparationMetrics, StepRecord } from '../trainLog.ts';
import { heardChannels } from './extractionPage.ts';
import { type RunHistory, runHistory } from './runHistory.ts';

/** A validated example with its sounds. */
export interface ReportExample {
  readonly step: number;
  readonly caption: string;
  readonly sampleRate: number; // Hz
  readonly mixture: readonly Float32Array[];
  readonly target: Float32Array;
  readonly estimates: readonly { readonly query: string; readonly signal: Float32Array; readonly siSdri: number }[];
}

export interface TrainingReportOptions {
  readonly title: string;
  readonly records: readonly LogRecord[];
  readonly examples?: readonly ReportExample[];
}

/**
 * The page of a training run: how far it is, curves of loss, validation, learning rate, gradient norm and speed, the validated
 * examples to see and hear, and the config. One file that needs nothing else.
 */
export function trainingReport({ title, records, examples = [] }: TrainingReportOptions): string {
  const history = runHistory(records);
  const failure = history.failure === undefined ? '' : element('p', {}, element('b', {}, escapeText(history.failure)));
  return htmlPage({
    title,
    lead: history.state,
    body: [
      failure,
      tiles(facts(history)),
      section('Validation', validationTable(history), chartGrid(...validationCharts(history))),
      section('Training', chartGrid(...trainingCharts(history))),
      section('Validated examples', listen(examples)),
      section('Run', htmlTable(['', ''], environment(history)), config(history)),
    ],
  });
}

function facts({ start, steps, best, lastStep, seconds }: RunHistory): [string, string][] {
  const speed = medianOf(steps.map(({ examplesPerSecond }) => examplesPerSecond));
  const list: [string, string][] = [['Step', lastStep.toLocaleString('en')]];
  if (best) list.push(['Best score', `${fixed(best.score, 2)} dB at ${best.step.toLocaleString('en')}`]);
  for (const [query, { siSdri }] of Object.entries(best?.queries ?? {})) {
    list.push([`SI-SDRi, ${query}`, `${signed(siSdri.mean, 1)} dB`]);
  }
  if (start) list.push(['Trained parameters', start.trainedParameters.toLocaleString('en')]);
  list.push(['Time', duration(seconds)], ['Examples per second', compact(speed)]);
  return list;
}

const METRICS = {
  siSdr: 'SI-SDR',
  siSdri: 'SI-SDRi',
  snr: 'SNR',
  snri: 'SNRi',
} as const satisfies Record<keyof SeparationMetrics, string>;

function validationTable({ validations, best }: RunHistory): string {
  const last = validations.at(-1);
  if (!last || !best) return '';
  const shown = best === last ? [['best and last', best] as const] : [['best', best] as const, ['last', last] as const];
  const rows = shown.flatMap(([name, record]) =>
    Object.entries(record.queries).map(([query, metrics]) => [
      `${name}, step ${record.step.toLocaleString('en')}`,
      query,
      String(record.examples),
      ...metricNames.map((metric) => meanWithSpread(metrics[metric].mean, metrics[metric].std, 2)),
    ]),
  );
  const columns = ['weights', 'query', 'examples', ...metricNames.map((metric) => `${METRICS[metric]} (dB)`)];
  return htmlTable(columns, rows) + paragraph('Mean ± standard deviation over the examples.');
}

const metricNames = Object.keys(METRICS) as (keyof SeparationMetrics)[];

function validationCharts({ validations }: RunHistory): string[] {
  const queries = [...new Set(validations.flatMap((record) => Object.keys(record.queries)))];
  if (queries.length === 0) return [];
  return (['siSdri', 'snri'] as const).map((metric) =>
    lineChart({
      title: metric === 'siSdri' ? 'SI-SDR improvement' : 'SNR improvement',
      xLabel: 'step',
      yLabel: 'dB over W of the mixture',
      series: queries.map((query) => ({
        name: `${query} query`,
        points: validations.map(({ step, queries }): Point => [step, queries[query]?.[metric].mean ?? Number.NaN]),
      })),
    }),
  );
}

function trainingCharts({ steps }: RunHistory): string[] {
  const curve = (name: string, pick: (record: StepRecord) => unknown): LineSeries => {
    const raw = steps.map((record): Point => [record.step, numberOf(pick(record))]);
    const window = Math.ceil(raw.length / 60);
    return window > 1 ? { name, points: smoothed(raw, window), raw } : { name, points: raw };
  };
  const chart = (title: string, yLabel: string, series: LineSeries, yScale: 'linear' | 'log' = 'linear') =>
    lineChart({ title, xLabel: 'step', yLabel, series: [series], yScale });
  const terms = [...new Set(steps.flatMap(({ terms }) => Object.keys(terms)))];
  return [
    chart(
      'Loss',
      '',
      curve('loss', ({ loss }) => loss),
    ),
    ...(terms.length > 1
      ? terms.map((term) =>
          chart(
            `Loss term: ${term}`,
            '',
            curve(term, ({ terms }) => terms[term]),
          ),
        )
      : []),
    chart('Learning rate', '', { name: 'learning rate', points: steps.map((s): Point => [s.step, s.learningRate]) }),
    chart(
      'Gradient norm before clipping',
      '',
      curve('gradient norm', (s) => s.gradientNorm),
      'log',
    ),
    chart(
      'Speed',
      'examples per second',
      curve('speed', (s) => s.examplesPerSecond),
    ),
  ];
}

/** JSON has no NaN: a log holds null in its place. */
function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

function listen(examples: readonly ReportExample[]): string {
  if (examples.length === 0) return '';
  const each = examples.map((example, i) => {
    const { caption, sampleRate, mixture, target, estimates } = example;
    const w = mixture[0];
    if (!w) throw new RangeError(`trainingReport: example ${i}: the mixture has no channels`);
    const sounds: Sound[] = [
      { title: 'Mixture', channels: heardChannels(mixture), shown: w },
      ...estimates.map(({ query, signal, siSdri }) => ({
        title: `Extracted by ${query} query`,
        note: `SI-SDRi ${signed(siSdri, 1)} dB`,
        channels: [signal],
      })),
      { title: 'Truth', channels: [target] },
    ];
    const heading = `${i + 1}. ${caption}, step ${example.step.toLocaleString('en')}`;
    return element('h3', {}, escapeText(heading)) + soundRows([sounds], { sampleRate });
  });
  return levelLegend() + each.join('');
}

function environment({ start, resumes, validations }: RunHistory): string[][] {
  if (!start) return [['log', 'has no start record']];
  return [
    ['started', start.time],
    ['resumed', `${resumes} times`],
    ['device', `${start.device} (${start.deviceKind})`],
    ['processes', String(start.processes)],
    ['examples per step', String(start.examplesPerStep)],
    ['frozen parameters', start.frozenParameters.toLocaleString('en')],
    ['blocks computed again in backward', `${start.checkpointedBlocks} of ${start.blocks}`],
    ['validations', String(validations.length)],
    ['tympan', start.tympan],
    ['Node', start.node],
  ];
}

function config({ start }: RunHistory): string {
  return start ? folded('Config', JSON.stringify(start.config, undefined, 2)) : '';
}
