import { ChunkRunner } from './chunkRunner.ts';
import type { ExtractionModel } from './extractionModel.ts';
import type { ExtractionPlan } from './extractionPlan.ts';

export interface ChunkExtractorOptions {
  /** As if silence came before: the first samples then wait no longer than the others. Default false. */
  readonly startAtOnce?: boolean;
}

/**
 * Extraction at the model's own rate, in pieces: takes the next samples of every channel, gives the next samples for every
 * query. Holds a chunk and a hop of input, whatever the length of the recording.
 *
 * Every chunk is normalized afresh, by the RMS of its own W, as the clips were in training. A model that is
 * gain-equivariant (`spectrum-rescaled`, `mask`) does not see the difference to one level for the whole recording: without
 * attention along time, chunks and one pass differ by rounding alone, 124 dB below the estimate. With it an estimate depends
 * on what else lies in the chunk, and chunks are 42 to 62 dB from one pass, in the fades no further than elsewhere
 * (scripts/longExtraction.ts).
 */
export class ChunkExtractor {
  readonly #plan: ExtractionPlan;
  readonly #queries: readonly Float32Array[];
  readonly #runner: ChunkRunner;
  readonly #rise: Float64Array;
  /** The latest input of each channel, from the beginning of the latest chunk on. */
  readonly #history: readonly Float32Array[];
  #filled = 0;
  /** Where in the history the next chunk begins. */
  #next = 0;
  /** What the latest chunk says behind the samples that are done, for each query. */
  #tails: readonly Float32Array[] | undefined;
  /** Samples still to be dropped: the silence before the beginning. */
  #dropped = 0;

  /** queries: one embedding each. */
  constructor(
    model: ExtractionModel,
    queries: readonly Float32Array[],
    plan: ExtractionPlan,
    { startAtOnce = false }: ChunkExtractorOptions = {},
  ) {
    const { chunk, hop, fade, context } = plan;
    this.#plan = plan;
    this.#queries = queries;
    this.#runner = new ChunkRunner(model, queries);
    this.#rise = Float64Array.from({ length: fade }, (_, n) => Math.sin((Math.PI / 2) * ((n + 0.5) / fade)) ** 2);
    this.#history = Array.from({ length: model.config.separator.channels }, () => new Float32Array(chunk + hop));
    if (startAtOnce) {
      this.#filled = context;
      this.#dropped = context;
    }
  }

  /** Takes samples at the model's rate, an array per channel of the model, and gives those that are done, an array per query. */
  async push(channels: readonly Float32Array[]): Promise<Float32Array[]> {
    const { chunk } = this.#plan;
    const pieces: Float32Array[][] = [];
    for (let at = 0; at < channels[0]!.length; ) {
      const taken = Math.min(channels[0]!.length - at, this.#next + chunk - this.#filled);
      for (const [c, history] of this.#history.entries()) {
        history.set(channels[c]!.subarray(at, at + taken), this.#filled);
      }
      this.#filled += taken;
      at += taken;
      if (this.#filled === this.#next + chunk) pieces.push(await this.#extractNext());
    }
    return this.#drop(this.#queries.map((_, q) => concatenated(pieces.map((piece) => piece[q]!))));
  }

  /** What is left when the input has ended. */
  async finish(): Promise<Float32Array[]> {
    if (this.#tails === undefined) return this.#drop(await this.#extractOnly());
    if (this.#filled === this.#plan.chunk) return this.#drop([...this.#tails]);
    return this.#drop(await this.#extractLast());
  }

  /** Frees the recording. */
  dispose(): void {
    this.#runner.dispose();
  }

  async #extractNext(): Promise<Float32Array[]> {
    const { chunk, hop, fade, context, lookahead } = this.#plan;
    const estimates = await this.#runner.run(this.#window(this.#next));
    const end = chunk - lookahead - fade;
    const done = this.#blended(estimates, context, end);
    this.#tails = estimates.map((estimate) => estimate.slice(end));
    if (this.#next === hop) {
      for (const history of this.#history) history.copyWithin(0, hop, this.#filled);
      this.#filled -= hop;
    }
    this.#next = hop;
    return done;
  }

  /** A recording that fits into one chunk, at its own length. */
  async #extractOnly(): Promise<Float32Array[]> {
    const samples = this.#filled;
    this.#filled = Math.max(samples, this.#plan.least); // the history holds zeros there
    const estimates = await this.#runner.run(this.#window(0));
    return estimates.map((estimate) => estimate.slice(0, samples));
  }

  /** The last chunk ends with the recording and begins at a frame as far before it as a chunk may. */
  async #extractLast(): Promise<Float32Array[]> {
    const { chunk, hop, context, frame } = this.#plan;
    const start = Math.ceil((this.#filled - chunk) / frame) * frame;
    const estimates = await this.#runner.run(this.#window(start));
    return this.#blended(estimates, hop + context - start, this.#filled - start);
  }

  #window(start: number): Float32Array[] {
    return this.#history.map((history) => history.subarray(start, this.#filled));
  }

  /** Estimates up to `end`, from where the chunk before begins to fade into this one; the first one from its beginning. */
  #blended(estimates: readonly Float32Array[], from: number, end: number): Float32Array[] {
    const tails = this.#tails;
    if (tails === undefined) return estimates.map((estimate) => estimate.slice(0, end));
    return estimates.map((estimate, q) => {
      const part = estimate.slice(from, end);
      const tail = tails[q]!;
      // In this form two chunks that agree give exactly what both say.
      for (const [n, weight] of this.#rise.entries()) part[n] = tail[n]! + weight * (part[n]! - tail[n]!);
      return part;
    });
  }

  #drop(results: readonly Float32Array[]): Float32Array[] {
    const dropped = Math.min(this.#dropped, results[0]!.length);
    this.#dropped -= dropped;
    return results.map((result) => result.subarray(dropped));
  }
}

function concatenated(pieces: readonly Float32Array[]): Float32Array {
  if (pieces.length === 1) return pieces[0]!;
  const all = new Float32Array(pieces.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
