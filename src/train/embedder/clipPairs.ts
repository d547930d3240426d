import type { ClipEntry, ClipLibrary } from '../../audio/library/clipLibrary.ts';
import { RandomStream } from '../../audio/scene/random.ts';
import type { BatchSource } from '../data/batchSource.ts';

/** Clips and what is said of them. */
export interface PairBatch {
  /** [batch, samples] */
  readonly clips: Float32Array;
  readonly captions: readonly string[];
  readonly ids: readonly string[];
}

export interface PairOptions {
  readonly seed: number;
  readonly batchSize: number;
  /** Of each clip, in samples, and their rate in Hz. */
  readonly samples: number;
  readonly sampleRate: number;
}

/**
 * Pairs of different labels: two clips of one label in a batch would have to be told apart by captions that fit both.
 *
 * Which pairs a batch has depends on the seed and its number alone.
 *
 * @throws RangeError when the library has fewer labels than a batch has pairs.
 */
export class ClipPairs implements BatchSource<PairBatch> {
  readonly #library: ClipLibrary;
  readonly #options: PairOptions;
  readonly #byLabel: ReadonlyMap<string, readonly ClipEntry[]>;

  constructor(library: ClipLibrary, options: PairOptions) {
    this.#library = library;
    this.#options = options;
    this.#byLabel = groupByLabel(library.clips);
    if (this.#byLabel.size < options.batchSize) {
      throw new RangeError(
        `train embedder: batch must be at most the ${this.#byLabel.size} labels of the library, got ${options.batchSize}`,
      );
    }
  }

  async batch(step: number): Promise<PairBatch> {
    const { seed, batchSize, samples, sampleRate } = this.#options;
    const random = new RandomStream(seed, step);
    const clips = new Float32Array(batchSize * samples);
    const [captions, ids]: [string[], string[]] = [[], []];
    for (const [i, label] of random.sample([...this.#byLabel.keys()], batchSize).entries()) {
      const entry = random.pick(this.#byLabel.get(label)!);
      const signal = await this.#library.load(entry, sampleRate);
      const start = random.integer(Math.max(1, signal.length - samples + 1));
      clips.set(repeated(signal, start, samples), i * samples);
      captions.push(random.pick(entry.captions));
      ids.push(entry.id);
    }
    return { clips, captions, ids };
  }

  async close(): Promise<void> {}
}

function groupByLabel(clips: readonly ClipEntry[]): Map<string, ClipEntry[]> {
  const groups = new Map<string, ClipEntry[]>();
  for (const clip of clips) {
    const group = groups.get(clip.label);
    if (group) group.push(clip);
    else groups.set(clip.label, [clip]);
  }
  return groups;
}

/** `samples` of a signal from `start` on; one too short begins again. */
function repeated(signal: Float32Array, start: number, samples: number): Float32Array {
  if (start + samples <= signal.length) return signal.subarray(start, start + samples);
  return Float32Array.from({ length: samples }, (_, n) => signal[(start + n) % signal.length]!);
}
