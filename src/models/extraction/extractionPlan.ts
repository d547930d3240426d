import type { ExtractionModel } from './extractionModel.ts';

export interface PlanOptions {
  /** What the model sees at once. Default 10 s. */
  readonly chunkSeconds?: number;
  /** From one chunk to the next. Smaller is slower and, in streams, sooner. Default: half a chunk. */
  readonly hopSeconds?: number;
  /** Over which two chunks are blended into each other. Default 0.5 s, at most a quarter of a chunk and a hop. */
  readonly fadeSeconds?: number;
  /** How much the model sees behind the part of a chunk that is used. Default: as much as before it. */
  readonly lookaheadSeconds?: number;
}

/**
 * How a long recording is cut, in samples at the model's rate. Of each chunk the ends are only context; the middle is used as
 * it is, and between two middles lies a fade whose weights, sin² and cos², sum to 1:
 *
 *     |  context  |  fade  |      middle      |  fade  |  lookahead  |
 *                 '-----------  hop  ---------'
 *
 * The first chunk is used from its beginning and the last to its end, so that a recording of one chunk is what the model
 * makes of it, bit by bit. Chunks and hops are whole STFT frames: every chunk has the frames that the whole would have.
 */
export interface ExtractionPlan {
  readonly chunk: number;
  readonly hop: number;
  readonly fade: number;
  readonly context: number;
  readonly lookahead: number;
  /**
   * Input that a sample waits for at most, once the first chunk is there: hop + fade + lookahead. A computer that needs t
   * seconds per chunk adds those.
   */
  readonly latency: number;
  /** Samples of an STFT frame: what the model needs at least. */
  readonly least: number;
  /** Samples from one STFT frame to the next. */
  readonly frame: number;
}

/** @throws RangeError for lengths that are not positive, or do not fit into a chunk. */
export function planExtraction(model: ExtractionModel, options: PlanOptions = {}): ExtractionPlan {
  const { sampleRate, nFft, hopLength } = model.config.separator;
  const { chunkSeconds = 10 } = options;
  expectSeconds('chunkSeconds', chunkSeconds);
  const frames = (seconds: number) => Math.round((seconds * sampleRate) / hopLength) * hopLength;
  const chunk = frames(chunkSeconds);
  if (chunk < 2 * nFft) {
    throw new RangeError(
      `extraction: chunkSeconds must be at least ${(2 * nFft) / sampleRate}, two STFT frames, got ${chunkSeconds}`,
    );
  }
  const { hopSeconds = chunk / 2 / sampleRate } = options;
  expectSeconds('hopSeconds', hopSeconds);
  const hop = Math.max(hopLength, frames(hopSeconds));
  const { fadeSeconds = Math.min(0.5, chunk / 4 / sampleRate, hop / sampleRate) } = options;
  expectSeconds('fadeSeconds', fadeSeconds);
  const fade = Math.max(1, Math.round(fadeSeconds * sampleRate));
  const around = chunk - hop - fade;
  const { lookaheadSeconds = Math.max(0, around) / 2 / sampleRate } = options;
  const lookahead = Math.round(lookaheadSeconds * sampleRate);
  const context = around - lookahead;
  if (!(lookahead >= 0 && context >= 0 && fade <= hop)) {
    throw new RangeError(
      `extraction: hopSeconds ${hopSeconds}, fadeSeconds ${fadeSeconds} and lookaheadSeconds ${lookaheadSeconds} must fit into chunkSeconds ${chunkSeconds}, and the fade into the hop`,
    );
  }
  return { chunk, hop, fade, context, lookahead, latency: chunk - context, least: nFft, frame: hopLength };
}

function expectSeconds(name: string, seconds: number): void {
  if (!(seconds > 0 && seconds < 1e6)) {
    throw new RangeError(`extraction: ${name} must be a positive number of seconds, got ${seconds}`);
  }
}
