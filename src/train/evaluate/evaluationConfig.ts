import type { LibraryConfig } from '../../audio/library/clipLibrary.ts';
import { JsonFields } from '../../audio/scene/mixture/jsonFields.ts';
import { type MixtureConfig, mixtureConfig } from '../../audio/scene/mixture/mixtureConfig.ts';
import type { QueryKind } from './queryModel.ts';

/** What to evaluate on, and how. */
export interface EvaluationConfig {
  /** How many examples; of a folder its first ones, and all unless given. Default 200. */
  readonly examples: number;
  /** Of mixtures, and of what questions draw. Default 1. */
  readonly seed: number;
  readonly data: MixtureData | FolderData;
  /** Default `audio` and `text`. */
  readonly queries: readonly QueryKind[];
  /** Between the ranges of the input SNR in dB. Default -10, -5, 0, 5. */
  readonly snrEdges: readonly number[];
  /** Of BSS-eval, in taps. Default 512. */
  readonly filterLength: number;
  /** Examples to see and hear on the page. Default 3. */
  readonly listen: number;
}

export interface MixtureData {
  readonly kind: 'mixtures';
  readonly mixture: MixtureConfig;
  readonly library: LibraryConfig;
}

/** See `openFolderSet`. */
export interface FolderData {
  readonly kind: 'folder';
  readonly folder: string;
}

/**
 * A configuration from JSON, what is left out as by default: `{ "mixture": {…}, "library": {…} }` or `{ "folder": "…" }`, and the
 * fields of `EvaluationConfig`. Queries are `"audio"`, `"text"` or `{ "perturbed": { "sigma": 0.1, "dropout": 0 } }`.
 *
 * @param sampleRate Hz, of mixtures whose configuration does not say: that of the model.
 * @throws RangeError naming the field that does not fit.
 */
export function evaluationConfig(json: unknown, sampleRate?: number): EvaluationConfig {
  const fields = new JsonFields(json, 'evaluation config');
  const data = readData(fields, sampleRate);
  const config: EvaluationConfig = {
    examples: fields.number('examples', { least: 1, most: 1e6, whole: true }, data.kind === 'folder' ? 1e6 : 200),
    seed: fields.number('seed', { least: 0, most: 2 ** 32 - 1, whole: true }, 1),
    data,
    queries: readQueries(fields),
    snrEdges: readEdges(fields),
    filterLength: fields.number('filterLength', { least: 1, most: 4096, whole: true }, 512),
    listen: fields.number('listen', { least: 0, most: 100, whole: true }, 3),
  };
  fields.end();
  return config;
}

function readData(fields: JsonFields, sampleRate: number | undefined): MixtureData | FolderData {
  if (!fields.has('folder')) {
    const library = fields.value('library') ?? { kind: 'procedural', split: 'test' };
    return {
      kind: 'mixtures',
      mixture: mixtureConfig(withRate(fields.value('mixture') ?? {}, sampleRate)),
      library: library as LibraryConfig, // what is wrong with it is said when it is opened
    };
  }
  for (const other of ['mixture', 'library']) {
    if (fields.has(other)) throw new RangeError(`${fields.where}: ${other}: does not go with folder: leave one out`);
  }
  return { kind: 'folder', folder: fields.text('folder') };
}

function withRate(mixture: unknown, sampleRate: number | undefined): unknown {
  const isObject = typeof mixture === 'object' && mixture !== null && !Array.isArray(mixture);
  return isObject && sampleRate !== undefined ? { sampleRate, ...mixture } : mixture;
}

function readQueries(fields: JsonFields): QueryKind[] {
  if (!fields.has('queries')) return [{ kind: 'audio' }, { kind: 'text' }];
  const queries = fields.list('queries').map((value, i): QueryKind => {
    if (value === 'audio' || value === 'text') return { kind: value };
    const query = new JsonFields(value, `${fields.where}: queries[${i}]`);
    const strength = query.fields('perturbed');
    const sigma = strength.number('sigma', { least: 0, most: 10 }, 0);
    const dropout = strength.number('dropout', { least: 0, most: 1 }, 0);
    strength.end();
    query.end();
    return { kind: 'perturbed', sigma, dropout };
  });
  const kinds = queries.map(({ kind }) => kind);
  if (kinds.length === 0 || new Set(kinds).size < kinds.length) {
    throw new RangeError(
      `${fields.where}: queries: must be at least one and none twice, got ${kinds.join(', ') || 'none'}`,
    );
  }
  return queries;
}

function readEdges(fields: JsonFields): number[] {
  if (!fields.has('snrEdges')) return [-10, -5, 0, 5];
  const edges = fields.list('snrEdges');
  const ascending = edges.every((edge, i) => typeof edge === 'number' && (i === 0 || edge > (edges[i - 1] as number)));
  if (!ascending) {
    throw new RangeError(`${fields.where}: snrEdges: must be ascending numbers of dB, got ${JSON.stringify(edges)}`);
  }
  return edges as number[];
}
