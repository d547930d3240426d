import { mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { loadQuerySeparator } from '../../models/querySeparatorFile.ts';
import { init, shutdown } from '../../tensor/engine/device/init.ts';
import { compareEvaluations, comparisonTable } from '../../train/evaluate/compareEvaluations.ts';
import { type EvaluationConfig, evaluationConfig } from '../../train/evaluate/evaluationConfig.ts';
import { type Evaluation, parseEvaluation } from '../../train/evaluate/evaluationFile.ts';
import type { HeardEvaluation } from '../../train/evaluate/evaluationPage.ts';
import { absentTable, groupingNames, groupTable } from '../../train/evaluate/evaluationTables.ts';
import { queryModel } from '../../train/evaluate/queryModel.ts';
import { sha256 } from '../../train/evaluate/rowJournal.ts';
import { hearExamples, openEvaluationSet, runEvaluation } from '../../train/evaluate/runEvaluation.ts';
import { groupings } from '../../train/evaluate/summarize.ts';
import { consoleTable, type TextTable } from '../../train/evaluate/textTable.ts';
import { writeEvaluations } from '../../train/evaluate/writeEvaluations.ts';
import { modelPath } from '../packageFolder.ts';
import { ProgressBar } from '../progressBar.ts';

export interface EvaluateCommandOptions {
  readonly models: readonly string[];
  readonly name?: readonly string[];
  readonly config?: string;
  readonly folder?: string;
  readonly examples?: number;
  readonly seed?: number;
  readonly workers: number;
  readonly out: string;
}

/** Evaluates models one after the other on the same examples, prints the tables and writes the files. */
export async function evaluate(options: EvaluateCommandOptions): Promise<void> {
  const { out, workers } = options;
  const models = options.models.map(modelPath);
  const names = options.name ?? uniqueNames(options.models);
  if (names.length !== models.length || new Set(names).size < names.length) {
    throw new Error(
      `evaluate: --name must give each of the ${models.length} models its own name, got ${names.join(', ')}`,
    );
  }
  const json = await configJson(options);
  const journals = join(out, 'rows');
  await mkdir(journals, { recursive: true });
  const device = await init();
  console.log(`device: ${device.name}`);
  try {
    const evaluations: Evaluation[] = [];
    const heard: HeardEvaluation[] = [];
    let config: EvaluationConfig | undefined;
    for (const [i, path] of models.entries()) {
      const hash = await sha256(await readFile(path));
      const separator = await loadQuerySeparator(path);
      const model = queryModel(names[i]!, hash, separator);
      config ??= evaluationConfig(json, model.sampleRate);
      const set = await openEvaluationSet(config, { sampleRate: model.sampleRate, workers });
      try {
        let bar: ProgressBar | undefined;
        const onProgress = (done: number, total: number) => {
          bar ??= new ProgressBar(model.name, total);
          bar.update(done);
        };
        const evaluation = await runEvaluation(model, { config, set, journals, onProgress });
        evaluations.push(evaluation);
        heard.push(...(await hearExamples(model, { config, set }, evaluation)));
      } finally {
        await set.close();
        separator.dispose();
      }
    }
    printTables(evaluations);
    const files = await writeEvaluations(out, evaluations, heard);
    console.log(`\nwrote ${files.at(-1)} and ${files.length - 1} files beside it`);
  } finally {
    await shutdown();
  }
}

/** Options of the command stand in place of fields of the file. */
async function configJson(options: EvaluateCommandOptions): Promise<unknown> {
  const { config, folder, examples, seed } = options;
  const json = config === undefined ? {} : parseJson(config, await readFile(config, 'utf8'));
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  const { mixture, library, ...rest } = json as Record<string, unknown>;
  return {
    ...rest,
    ...(folder === undefined
      ? { ...(mixture !== undefined && { mixture }), ...(library !== undefined && { library }) }
      : { folder }),
    ...(examples !== undefined && { examples }),
    ...(seed !== undefined && { seed }),
  };
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path}: is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/** Names of files without their ending; where two are the same, with so many folders that they are not. */
function uniqueNames(paths: readonly string[]): string[] {
  return paths.map((path) => {
    const own = stem(path);
    const same = paths.filter((other) => stem(other) === own);
    if (same.length === 1) return own;
    const folders = resolve(path).split(/[\\/]/).slice(0, -1);
    const depth = folders.findIndex((_, n) => {
      const tail = (other: string) =>
        resolve(other)
          .split(/[\\/]/)
          .slice(0, -1)
          .slice(-n - 1)
          .join('/');
      return same.filter((other) => tail(other) === tail(path)).length === 1;
    });
    return [...folders.slice(-depth - 1), own].join('-');
  });
}

function stem(path: string): string {
  return basename(path).replace(/\.[^.]+$/, '') || basename(dirname(path));
}

function printTables(evaluations: readonly Evaluation[]): void {
  console.log('\nmean ± standard deviation in dB; improvements (i) are over channel W of the mixture');
  // Classes are many: they stand in the files.
  for (const by of groupings.filter((by) => by !== 'label')) {
    const table = groupTable(evaluations, by);
    if (table.rows.length > 0)
      console.log(`\n${by === 'all' ? 'all examples' : `by ${groupingNames[by]}`}\n${consoleTable(table)}`);
  }
  printIfAny('asked for what is not there', absentTable(evaluations));
}

function printIfAny(heading: string, table: TextTable): void {
  if (table.rows.length > 0) console.log(`\n${heading}\n${consoleTable(table)}`);
}

/** Prints two evaluations side by side with the paired difference of each metric. */
export async function compare(files: readonly string[]): Promise<void> {
  if (files.length !== 2) throw new Error(`evaluate: --compare takes two files, got ${files.length}`);
  const [first, second] = (await Promise.all(
    files.map(async (file) => parseEvaluation(file, await readFile(file, 'utf8'))),
  )) as [Evaluation, Evaluation];
  const same = first.model.name === second.model.name;
  const names = same
    ? ([`1: ${first.model.name}`, `2: ${second.model.name}`] as const)
    : ([first.model.name, second.model.name] as const);
  console.log(`difference: ${names[1]} - ${names[0]}, on the same questions\n`);
  console.log(consoleTable(comparisonTable(names, compareEvaluations(first, second))));
}
