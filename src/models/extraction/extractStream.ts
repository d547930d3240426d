import { Resampler } from '../../audio/resample/resampler.ts';
import { ShapeError } from '../../tensor/engine/errors.ts';
import { formatShape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { ChunkExtractor, type ChunkExtractorOptions } from './chunkExtractor.ts';
import type { ExtractionModel } from './extractionModel.ts';
import { type PlanOptions, planExtraction } from './extractionPlan.ts';
import { MixtureError } from './mixtureError.ts';
import { type MixtureFormat, mapChannels } from './mixtureFormat.ts';
import { SampleCheck } from './sampleCheck.ts';

/** Blocks of a recording, of any lengths: an array per channel. */
export type ChannelBlocks = AsyncIterable<readonly Float32Array[]> | Iterable<readonly Float32Array[]>;

export interface ExtractStreamOptions extends PlanOptions, MixtureFormat, ChunkExtractorOptions {
  /** Hz, of the blocks and of the results. Default: the model's. */
  readonly sampleRate?: number;
  /** What messages call the recording. Default 'the mixture'. */
  readonly name?: string;
  /** Called with each warning about the recording, once. */
  readonly onWarning?: (warning: string) => void;
  /** Called with each block of the mixture as the model gets it: its channels at its own rate. */
  readonly onMixture?: (block: readonly Float32Array[]) => void;
  /** Called with each block of estimates at the model's own rate, an array per query. */
  readonly onEstimate?: (block: readonly Float32Array[]) => void;
  /** Ends the stream at once with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Extracts sources from a stream of any length in bounded memory, with any rate and number of channels (see `mapChannels`).
 * Each block that comes out holds an array per query; one after the other they are exactly as long as what went in, at the
 * same rate. Result n is out at the latest when input n + `extractionLatency` is in, the first ones when the first chunk is.
 *
 * query: [queries, embedding], of unit length. Nothing is held when the caller stops early.
 *
 * @throws MixtureError for samples that are not finite, channels that do not fit the model, and a stream without samples;
 *   ShapeError for a query of another shape; RangeError for options out of range.
 */
export async function* extractStream(
  model: ExtractionModel,
  query: Tensor,
  source: ChannelBlocks,
  options: ExtractStreamOptions = {},
): AsyncGenerator<Float32Array[], void, undefined> {
  const queries = await embeddingsOf(query);
  const { separator } = model.config;
  const { name = 'the mixture', sampleRate = separator.sampleRate, signal, onWarning, onMixture, onEstimate } = options;
  const check = new SampleCheck(name, sampleRate);
  const toModel = new Resampler(sampleRate, separator.sampleRate, separator.channels);
  const fromModel = new Resampler(separator.sampleRate, sampleRate, queries.length);
  const extractor = new ChunkExtractor(model, queries, planExtraction(model, options), options);
  let channels: ((block: readonly Float32Array[]) => Float32Array[]) | undefined;
  let sent = 0;
  const extract = (mixture: Float32Array[]) => {
    onMixture?.(mixture);
    return extractor.push(mixture);
  };
  const back = (estimates: Float32Array[]) => {
    onEstimate?.(estimates);
    return fromModel.push(estimates);
  };
  try {
    for await (const block of source) {
      signal?.throwIfAborted();
      check.check(block);
      if (channels === undefined) {
        const map = mapChannels(name, block.length, separator.channels, options);
        if (map.warning !== undefined) onWarning?.(map.warning);
        channels = map.apply;
      }
      const results = back(await abortable(extract(toModel.push(channels(block))), signal));
      sent += results[0]!.length;
      if (results[0]!.length > 0) yield results;
    }
    signal?.throwIfAborted();
    if (check.samples === 0) throw new MixtureError(name, 'holds no samples: there is nothing to extract');
    const rest = [
      back(await abortable(extract(toModel.flush()), signal)),
      back(await abortable(extractor.finish(), signal)),
      fromModel.flush(),
    ];
    if (check.warning !== undefined) onWarning?.(check.warning);
    yield queries.map((_, q) => joined(rest.map((results) => results[q]!)).subarray(0, check.samples - sent));
  } finally {
    extractor.dispose();
  }
}

export interface ExtractionLatency {
  /** Samples of input, at its own rate, that a result waits for at most. */
  readonly samples: number;
  readonly seconds: number;
  /** Samples of input before the first results; like `samples` with `startAtOnce`. */
  readonly first: number;
}

/** How long `extractStream` holds samples back: by the chunks of the plan, and by the filters of both resamplers. */
export function extractionLatency(model: ExtractionModel, options: ExtractStreamOptions = {}): ExtractionLatency {
  const { sampleRate: rate } = model.config.separator;
  const { sampleRate = rate, startAtOnce = false } = options;
  const { latency, chunk } = planExtraction(model, options);
  const [there, back] = [new Resampler(sampleRate, rate), new Resampler(rate, sampleRate)];
  // One sample of each rate for positions between samples.
  const around = (held: number) =>
    sampleRate === rate ? held : Math.ceil(((held + back.lookahead + 1) * sampleRate) / rate) + there.lookahead + 1;
  const samples = around(latency);
  return { samples, seconds: samples / sampleRate, first: startAtOnce ? samples : around(chunk) };
}

async function embeddingsOf(query: Tensor): Promise<Float32Array[]> {
  const [count = 0, size = 0] = query.shape;
  if (query.ndim !== 2 || count === 0 || size === 0) {
    throw new ShapeError(`extractStream: query must be [queries, embedding], got ${formatShape(query.shape)}`);
  }
  const values = await query.data<'f32'>();
  return Array.from({ length: count }, (_, q) => values.slice(q * size, (q + 1) * size));
}

/** Rejects as soon as the signal says so: a chunk of a large model may take long. What it started ends unheard. */
function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function joined(pieces: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(pieces.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
