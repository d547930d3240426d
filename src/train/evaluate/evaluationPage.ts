import { element, escapeText } from '../figures/markup.ts';
import { fixed, signed } from '../figures/numberText.ts';
import { chartGrid, folded, foldedMarkup, htmlPage, htmlTable, paragraph, section, tiles } from '../figures/page.ts';
import { levelLegend, type Sound, soundRows, type Words } from '../figures/soundFigure.ts';
import { heardChannels } from '../report/extractionPage.ts';
import type { Evaluation } from './evaluationFile.ts';
import type { EvaluationExample } from './evaluationSet.ts';
import { absentTable, groupTable } from './evaluationTables.ts';
import type { Grouping } from './summarize.ts';

/** An example with what models made of it. */
export interface HeardEvaluation {
  readonly example: EvaluationExample;
  readonly estimates: readonly {
    readonly model: string;
    readonly query: string;
    readonly signal: Float32Array;
    /** Null where there is none. */
    readonly siSdri: number | null;
  }[];
}

export interface EvaluationPageOptions {
  readonly title: string;
  readonly evaluations: readonly Evaluation[];
  /** Charts, as `evaluationFigures` gives them. */
  readonly figures: Readonly<Record<string, string>>;
  readonly heard: readonly HeardEvaluation[];
}

/** Tables, figures and some examples to hear, in one file that needs nothing else. */
export function evaluationPage({ title, evaluations, figures, heard }: EvaluationPageOptions): string {
  const { classes = '', ...charts } = figures;
  const table = (by: Grouping) => {
    const { columns, rows } = groupTable(evaluations, by);
    return rows.length > 0 ? htmlTable(columns, rows) : '';
  };
  const classTable = table('label');
  const absent = absentTable(evaluations);
  const config = evaluations[0]?.config;
  return htmlPage({
    title,
    lead: 'Mean ± standard deviation over the examples, in dB. SDR is that of BSS-eval; improvements (i) are over channel W of the mixture.',
    body: [
      tiles(facts(evaluations)),
      section('Overall', table('all'), absentSection(absent)),
      section('Figures', chartGrid(...Object.values(charts))),
      section('Number of sources', table('sources')),
      section('SNR of the mixture', table('inputSnr')),
      section('Classes', chartGrid(classes), classTable && foldedMarkup('Numbers', classTable)),
      section('Examples', listen(heard)),
      config ? section('Set-up', modelTable(evaluations), folded('Config', JSON.stringify(config, undefined, 2))) : '',
    ],
  });
}

function facts(evaluations: readonly Evaluation[]): [string, string][] {
  const best = evaluations
    .flatMap(({ groups, model }) => groups.filter(({ by }) => by === 'all').map((group) => ({ group, model })))
    .sort((a, b) => b.group.metrics.siSdri.mean - a.group.metrics.siSdri.mean)[0];
  const examples = Math.max(0, ...evaluations.map(({ rows }) => new Set(rows.map(({ example }) => example)).size));
  const list: [string, string][] = [['Examples', String(examples)]];
  if (evaluations.length > 1) list.push(['Models', String(evaluations.length)]);
  if (!best) return list;
  const { mean, interval } = best.group.metrics.siSdri;
  const name = evaluations.length > 1 ? `${best.model.name}, ${best.group.query}` : `${best.group.query} query`;
  list.push([`Best SI-SDRi: ${name}`, `${signed(mean, 2)} dB`]);
  list.push(['Its 95 % interval', `${fixed(interval[0], 2)} to ${fixed(interval[1], 2)}`]);
  return list;
}

function absentSection({ columns, rows }: ReturnType<typeof absentTable>): string {
  if (rows.length === 0) return '';
  return paragraph('Asked for what is not in the mixture, models answer at this level:') + htmlTable(columns, rows);
}

function modelTable(evaluations: readonly Evaluation[]): string {
  return htmlTable(
    ['model', 'parameters', 'channels', 'Hz', 'SHA-256'],
    evaluations.map(({ model }) => [
      model.name,
      model.parameters.toLocaleString('en'),
      String(model.channels),
      String(model.sampleRate),
      model.hash.slice(0, 16),
    ]),
  );
}

function listen(heard: readonly HeardEvaluation[]): string {
  if (heard.length === 0) return '';
  return levelLegend() + heard.map(drawExample).join('');
}

function drawExample({ example, estimates }: HeardEvaluation): string {
  const { id, label, text, clip, mixture, target, sampleRate } = example;
  const several = new Set(estimates.map(({ model }) => model)).size > 1;
  const question: (Sound | Words)[] = [];
  if (clip)
    question.push({ title: 'Asked by example', channels: [clip], ownLevel: true, ...(text ? { note: text } : {}) });
  else if (text !== undefined) question.push({ title: 'Asked in words', words: text });
  const given: (Sound | Words)[] = [
    { title: 'Mixture', channels: heardChannels(mixture), shown: mixture[0]! },
    ...question,
    { title: 'Truth', channels: [target] },
  ];
  const answers: Sound[] = estimates.map(({ model, query, signal, siSdri }) => ({
    title: several ? `${model}, ${query} query` : `Extracted by ${query} query`,
    note: siSdri === null ? 'no score' : `SI-SDRi ${signed(siSdri, 1)} dB`,
    channels: [signal],
  }));
  const rows: (Sound | Words)[][] = [given];
  for (let at = 0; at < answers.length; at += 3) rows.push(answers.slice(at, at + 3));
  const heading = element('h3', {}, escapeText(`Example ${id}${label ? `: ${label.replaceAll('_', ' ')}` : ''}`));
  return heading + soundRows(rows, { sampleRate });
}
