import { zeros } from '../../tensor/create.ts';
import { type Recording, record } from '../../tensor/engine/record.ts';
import { keep, tidy } from '../../tensor/engine/scope.ts';
import { noGrad } from '../../tensor/engine/tape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { ExtractionModel } from './extractionModel.ts';

/** The model recorded at one length, with the tensors that it reads. */
interface Recorded {
  readonly samples: number;
  readonly mixture: Tensor;
  readonly query: Tensor;
  readonly recording: Recording<Tensor>;
}

/**
 * Runs the model over chunks, recorded once and replayed, so that a chunk costs no JavaScript. Queries go one after the
 * other: memory does not grow with their number, and what they could share (STFT and band split) is 0.2 % of BSAST's work.
 */
export class ChunkRunner {
  readonly #model: ExtractionModel;
  /** One embedding per query. */
  readonly #queries: readonly Float32Array[];
  #recorded: Recorded | undefined;

  constructor(model: ExtractionModel, queries: readonly Float32Array[]) {
    this.#model = model;
    this.#queries = queries;
  }

  /**
   * channels: the chunk, an array each → the estimate for each query. Silence gives silence without asking the model.
   *
   * @throws RangeError when the model gives something that is not finite.
   */
  async run(channels: readonly Float32Array[]): Promise<Float32Array[]> {
    const samples = channels[0]!.length;
    if (channels.every(isSilent)) return this.#queries.map(() => new Float32Array(samples));
    const { mixture, query, recording, fresh } = this.#prepare(channels);
    if (!fresh) mixture.write(rowMajor(channels));
    const estimates: Float32Array[] = [];
    for (const [q, embedding] of this.#queries.entries()) {
      // Recording has already run the model once, with the first query.
      if (!fresh || q > 0) {
        query.write(embedding);
        recording.replay();
      }
      const estimate = await recording.outputs.data<'f32'>();
      expectFinite(estimate, q);
      estimates.push(estimate);
    }
    return estimates;
  }

  dispose(): void {
    const recorded = this.#recorded;
    this.#recorded = undefined;
    recorded?.recording.dispose();
    recorded?.mixture.dispose();
    recorded?.query.dispose();
  }

  /** Only one recording lives at a time: its buffers are all of the memory that a chunk takes. */
  #prepare(channels: readonly Float32Array[]): Recorded & { fresh: boolean } {
    const samples = channels[0]!.length;
    if (this.#recorded?.samples === samples) return { ...this.#recorded, fresh: false };
    this.dispose();
    const [first] = this.#queries as readonly [Float32Array];
    const mixture = keep(zeros([1, channels.length, samples]));
    const query = keep(zeros([1, first.length]));
    mixture.write(rowMajor(channels));
    query.write(first);
    try {
      const recording = record(() => noGrad(() => tidy(() => this.#model.extract(mixture, query))));
      this.#recorded = { samples, mixture, query, recording };
      return { ...this.#recorded, fresh: true };
    } catch (error) {
      mixture.dispose();
      query.dispose();
      throw error;
    }
  }
}

function isSilent(channel: Float32Array): boolean {
  return channel.every((sample) => sample === 0);
}

function rowMajor(channels: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(channels.length * channels[0]!.length);
  for (const [c, channel] of channels.entries()) all.set(channel, c * channel.length);
  return all;
}

function expectFinite(estimate: Float32Array, query: number): void {
  const at = estimate.findIndex((sample) => !Number.isFinite(sample));
  if (at < 0) return;
  throw new RangeError(
    `extraction: the model's estimate for query ${query} is ${estimate[at]} at sample ${at} of a chunk: its weights are damaged or its training diverged`,
  );
}
