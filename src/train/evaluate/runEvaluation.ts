import { resampleSignal } from '../../audio/resample/resampleSignal.ts';
import { channelsFor, evaluateModel } from './evaluateModel.ts';
import type { EvaluationConfig } from './evaluationConfig.ts';
import { type Evaluation, evaluationOf } from './evaluationFile.ts';
import type { HeardEvaluation } from './evaluationPage.ts';
import type { EvaluationExample, EvaluationSet } from './evaluationSet.ts';
import { openFolderSet } from './folderSet.ts';
import { openMixtureSet } from './mixtureSet.ts';
import type { QueryModel } from './queryModel.ts';
import { openRowJournal, sha256 } from './rowJournal.ts';

/** Opens what a configuration names. Examples of a folder come at `sampleRate`; mixtures as their configuration says. */
export async function openEvaluationSet(
  { data, seed, examples }: EvaluationConfig,
  { sampleRate, workers }: { readonly sampleRate: number; readonly workers: number },
): Promise<EvaluationSet> {
  if (data.kind === 'mixtures') return openMixtureSet({ ...data, seed, examples, workers });
  return resampledSet(await openFolderSet(data.folder), sampleRate);
}

/** Scores are those at the model's rate. */
function resampledSet(set: EvaluationSet, sampleRate: number): EvaluationSet {
  return { ...set, example: async (index) => resampled(await set.example(index), sampleRate) };
}

function resampled(example: EvaluationExample, sampleRate: number): EvaluationExample {
  if (example.sampleRate === sampleRate) return example;
  const convert = (signal: Float32Array) => resampleSignal(signal, example.sampleRate, sampleRate);
  const { mixture, target, clip } = example;
  return {
    ...example,
    sampleRate,
    mixture: mixture.map(convert),
    target: convert(target),
    ...(clip && { clip: convert(clip) }),
  };
}

export interface RunOptions {
  readonly config: EvaluationConfig;
  readonly set: EvaluationSet;
  /** Folder for the rows computed so far; without it nothing is kept. */
  readonly journals?: string;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Evaluates a model, with the rows that an earlier run left in `journals` as far as they are of the same model, set and config. */
export async function runEvaluation(
  model: QueryModel,
  { config, set, journals, onProgress }: RunOptions,
): Promise<Evaluation> {
  const { queries, seed, filterLength } = config;
  const examples = Math.min(config.examples, set.size);
  const options = { examples, queries, seed, filterLength, onProgress: (done: number) => onProgress?.(done, examples) };
  if (journals === undefined) return evaluationOf(model, config, await evaluateModel(model, set, options));
  const journal = await openRowJournal(`${journals}/${await journalName(model, set, config)}`);
  try {
    const { rows: known } = journal;
    const rows = await evaluateModel(model, set, { ...options, known, onRow: (row) => journal.append(row) });
    return evaluationOf(model, config, rows);
  } finally {
    await journal.close();
  }
}

/** All that a row depends on; how many there are, and how they are put together, may change. Clips and sentences have no settings. */
async function journalName(
  { name, hash }: QueryModel,
  { fingerprint }: EvaluationSet,
  { queries, seed, filterLength }: EvaluationConfig,
): Promise<string> {
  const drawn = queries.filter(({ kind }) => kind === 'perturbed');
  const key = await sha256(JSON.stringify([1, hash, fingerprint, drawn, seed, filterLength]));
  return `${name.replace(/[^\w.-]+/g, '_')}-${key.slice(0, 16)}.jsonl`;
}

/** The first examples again, to be seen and heard: their estimates by every query. */
export async function hearExamples(
  model: QueryModel,
  { config, set }: Pick<RunOptions, 'config' | 'set'>,
  { rows }: Evaluation,
): Promise<HeardEvaluation[]> {
  const count = Math.min(config.listen, config.examples, set.size);
  const heard: HeardEvaluation[] = [];
  for (let index = 0; index < count; index++) {
    const example = await set.example(index);
    const estimates = [];
    for (const query of config.queries) {
      const signal = await model.extract(channelsFor(model, example), query, example, (config.seed + index) >>> 0);
      const row = rows.find((row) => row.example === example.id && row.query === query.kind);
      estimates.push({ model: model.name, query: query.kind, signal, siSdri: row?.siSdri ?? null });
    }
    heard.push({ example, estimates });
  }
  return heard;
}
