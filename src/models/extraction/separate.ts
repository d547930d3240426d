import { createWav, type WavWriter } from '../../audio/wav/writeWav.ts';
import { tensor } from '../../tensor/create.ts';
import type { FileLike } from '../../tensor/files/byteSource.ts';
import type { QueryEmbedder } from '../queryEmbedder.ts';
import { loadQuerySeparator } from '../querySeparatorFile.ts';
import { embedQueries, nameOf, type Queries } from './embedQueries.ts';
import { EstimateSurvey } from './estimateSurvey.ts';
import type { ExtractionModel } from './extractionModel.ts';
import type { PlanOptions } from './extractionPlan.ts';
import { extractStream } from './extractStream.ts';
import type { MixtureFormat } from './mixtureFormat.ts';
import { openRecording, type Recording } from './openRecording.ts';
import { outputPaths } from './outputPaths.ts';

export interface SeparateOptions extends Queries, PlanOptions, MixtureFormat {
  /** The recording: WAV of any length, rate and encoding, or another format that `readAudio` reads, held whole. */
  readonly mixture: FileLike;
  /** A saved model, or one in memory. */
  readonly model: FileLike | SeparateModel;
  /** A file for one query, or a folder for any number; left out, the samples are returned. */
  readonly out?: string;
  /**
   * Sources less similar to their query than this count as absent; -1 lets all pass. Default 0.25: in scenes of two sounds
   * it found 8 of 24 sounds that were not there and wrongly one of 16 that were, with a small separator halfway through its
   * training. A separator shapes what it gives after its query, so what passes is not yet proven to be there.
   */
  readonly leastSimilarity?: number;
  /** Of the files: 32 (default) is float, 16 and 24 are integers. */
  readonly bits?: 16 | 24 | 32;
  /** Called with the seconds done so far, and in all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Called with each warning at once; they are also in the result. */
  readonly onWarning?: (warning: string) => void;
  /** Stops; nothing of what was written stays. */
  readonly signal?: AbortSignal;
}

/** A model that embeds its queries itself; a `QuerySeparator` is one. */
export interface SeparateModel extends ExtractionModel {
  readonly embedder: QueryEmbedder;
}

export interface SeparatedSource {
  /** The clip's file name, or the sentence. */
  readonly query: string;
  /** Where it was written. */
  readonly path?: string;
  /** Mono, at the recording's rate and as long as it; without `out`. */
  readonly samples?: Float32Array;
  /** Energy over that of the mixture's W, in dB. */
  readonly levelDb: number;
  /** Cosine between the query and the embedding of the loudest 4 s of the source; null where that is silent. */
  readonly similarity: number | null;
  /** False where the source is silent, 40 dB below the recording, or less similar to its query than `leastSimilarity`. */
  readonly present: boolean;
}

export interface Separation {
  /** Hz, of the recording and the sources. */
  readonly sampleRate: number;
  readonly seconds: number;
  readonly sources: readonly SeparatedSource[];
  readonly warnings: readonly string[];
}

/** A source this far below the mixture is not heard. */
const FAINT_DB = -40;
const LEAST_SIMILARITY = 0.25;

const BLOCK_SECONDS = 1;

/**
 * Extracts from a recording what sounds like clips or fits sentences, in bounded memory: `tympan separate` as a function.
 * `init()` comes before it. Files appear under their names when all of them are whole.
 *
 * @throws MixtureError, WavError, AudioFileError, FileError, ModelFileError and RangeError, as `extractStream`, `readAudio` and
 *   `loadQuerySeparator` do; the reason of `signal`.
 */
export async function separate(options: SeparateOptions): Promise<Separation> {
  const reader = await openRecording(options.mixture);
  try {
    if (isModel(options.model)) return await separateWith(options.model, reader, options);
    const model = (await loadQuerySeparator(options.model)).eval();
    try {
      return await separateWith(model, reader, options);
    } finally {
      model.dispose();
    }
  } finally {
    await reader.close();
  }
}

function isModel(model: FileLike | SeparateModel): model is SeparateModel {
  return typeof model === 'object' && 'extract' in model;
}

async function separateWith(model: SeparateModel, reader: Recording, options: SeparateOptions): Promise<Separation> {
  const { mixture, out, onProgress, signal } = options;
  const name = nameOf(mixture, 'the recording');
  const { sampleRate, frames } = reader;
  const warnings: string[] = [];
  const warn = (warning: string) => {
    warnings.push(warning);
    options.onWarning?.(warning);
  };
  const queries = await embedQueries(model.embedder, options);
  const paths = await outputPaths(
    out,
    name,
    queries.map(({ label }) => label),
  );
  const survey = new EstimateSurvey(queries.length, model.config.separator.sampleRate);
  const output = paths
    ? await FileOutput.open(paths, sampleRate, options.bits ?? 32)
    : new MemoryOutput(queries.length, frames);
  const embeddings = tensor(
    queries.flatMap(({ embedding }) => [...embedding]),
    {
      shape: [queries.length, queries[0]!.embedding.length],
    },
  );
  try {
    const stream = extractStream(model, embeddings, reader.chunks(Math.ceil(BLOCK_SECONDS * sampleRate)), {
      ...options,
      sampleRate,
      name,
      onWarning: warn,
      onMixture: (block) => survey.addMixture(block),
      onEstimate: (block) => survey.addEstimates(block),
    });
    for await (const block of stream) {
      await output.write(block);
      onProgress?.(output.frames / sampleRate, frames / sampleRate);
    }
    signal?.throwIfAborted();
    const sources: SeparatedSource[] = [];
    for (const [q, { label, embedding }] of queries.entries()) {
      const similarity = await survey.similarity(q, embedding, model.embedder);
      const levelDb = survey.levelDb(q);
      const absence = absenceOf(levelDb, similarity, options.leastSimilarity);
      if (absence) warn(`${label} is probably not in ${name}: ${absence}`);
      sources.push({ query: label, ...output.result(q), levelDb, similarity, present: absence === undefined });
    }
    await output.close();
    return { sampleRate, seconds: frames / sampleRate, sources, warnings };
  } finally {
    embeddings.dispose();
    await output.abort();
  }
}

/** Why a source seems absent; undefined where it is there. */
function absenceOf(levelDb: number, similarity: number | null, least = LEAST_SIMILARITY): string | undefined {
  if (similarity === null) return 'what was extracted is silent';
  if (levelDb < FAINT_DB) return `what was extracted lies ${Math.round(-levelDb)} dB below the recording`;
  if (similarity < least) return `what was extracted does not sound like it (similarity ${similarity.toFixed(2)})`;
  return undefined;
}

/** Where sources go. */
interface Output {
  readonly frames: number;
  write(block: readonly Float32Array[]): Promise<void>;
  close(): Promise<void>;
  /** Removes what is not closed. */
  abort(): Promise<void>;
  result(query: number): { readonly path: string } | { readonly samples: Float32Array };
}

class FileOutput implements Output {
  frames = 0;

  constructor(
    readonly paths: readonly string[],
    readonly writers: readonly WavWriter[],
  ) {}

  static async open(paths: readonly string[], sampleRate: number, bits: 16 | 24 | 32): Promise<FileOutput> {
    const writers: WavWriter[] = [];
    try {
      for (const path of paths) {
        const encoding = bits === 32 ? 'float' : 'pcm';
        writers.push(await createWav(path, { sampleRate, channelCount: 1, encoding, bits }));
      }
    } catch (error) {
      for (const writer of writers) await writer.abort();
      throw error;
    }
    return new FileOutput(paths, writers);
  }

  async write(block: readonly Float32Array[]): Promise<void> {
    this.frames += block[0]!.length;
    await Promise.all(this.writers.map((writer, q) => writer.write([block[q]!])));
  }

  async close(): Promise<void> {
    for (const writer of this.writers) await writer.close();
  }

  async abort(): Promise<void> {
    for (const writer of this.writers) await writer.abort();
  }

  result(query: number): { readonly path: string } {
    return { path: this.paths[query]! };
  }
}

class MemoryOutput implements Output {
  frames = 0;
  readonly #sources: readonly Float32Array[];

  constructor(queries: number, frames: number) {
    this.#sources = Array.from({ length: queries }, () => new Float32Array(frames));
  }

  async write(block: readonly Float32Array[]): Promise<void> {
    for (const [q, samples] of block.entries()) this.#sources[q]!.set(samples, this.frames);
    this.frames += block[0]!.length;
  }

  async close(): Promise<void> {}

  async abort(): Promise<void> {}

  result(query: number): { readonly samples: Float32Array } {
    return { samples: this.#sources[query]! };
  }
}
