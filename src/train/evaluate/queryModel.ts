import { RandomStream } from '../../audio/scene/random.ts';
import type { QuerySeparator } from '../../models/querySeparator.ts';
import { tensor } from '../../tensor/create.ts';
import { noGrad } from '../../tensor/engine/tape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { EvaluationExample } from './evaluationSet.ts';

/** The same question can be asked in several ways. */
export type QueryKind =
  /** By the clip. */
  | { readonly kind: 'audio' }
  /** By the sentence. */
  | { readonly kind: 'text' }
  /**
   * By the clip's embedding moved about: normal noise of this standard deviation on each element of the unit vector, then this share
   * of elements set to zero, then unit length again. What training does to queries, at one strength; it stands between a clip and a
   * sentence.
   */
  | { readonly kind: 'perturbed'; readonly sigma: number; readonly dropout: number };

/** What is evaluated. */
export interface QueryModel {
  readonly name: string;
  /** Changes when the weights do. */
  readonly hash: string;
  readonly channels: number;
  readonly sampleRate: number; // Hz
  readonly parameters: number;
  /**
   * mixture: `channels` arrays → the estimate, as long.
   *
   * @param seed of what the question draws, if it does.
   */
  extract(
    mixture: readonly Float32Array[],
    query: QueryKind,
    example: EvaluationExample,
    seed: number,
  ): Promise<Float32Array>;
}

/** A separator that lives on the device. */
export function queryModel(name: string, hash: string, model: QuerySeparator): QueryModel {
  const { channels, sampleRate } = model.config.separator;
  model.eval();
  return {
    name,
    hash,
    channels,
    sampleRate,
    parameters: model.parameterCount,
    async extract(mixture, query, example, seed) {
      using embedding = await embed(model, query, example, seed);
      const samples = mixture[0]!.length;
      using input = tensor(concatenated(mixture), { shape: [1, channels, samples] });
      using estimate = noGrad(() => model.extract(input, embedding));
      return estimate.data<'f32'>();
    },
  };
}

/** → [1, embedding], unit length. @throws RangeError for an example without what the query needs. */
async function embed(
  model: QuerySeparator,
  query: QueryKind,
  example: EvaluationExample,
  seed: number,
): Promise<Tensor> {
  if (query.kind === 'text') {
    if (example.text === undefined) throw missing(example, 'text', 'sentence');
    const { text } = example;
    return noGrad(() => model.embedText([text]));
  }
  if (example.clip === undefined) throw missing(example, query.kind, 'clip');
  using clip = clipTensor(example.clip, model.embedder.leastSamples);
  const embedding = noGrad(() => model.embedAudio(clip));
  if (query.kind === 'audio') return embedding;
  const values = await embedding.data<'f32'>();
  embedding.dispose();
  return tensor(perturbed(values, query, seed), { shape: [1, values.length] });
}

function missing({ id }: EvaluationExample, kind: string, what: string): RangeError {
  return new RangeError(`evaluate: example ${id} has no ${what} to ask with: leave ${kind} out of queries`);
}

/** Clips too short for one frame end in silence. */
function clipTensor(clip: Float32Array, leastSamples: number): Tensor {
  const padded = new Float32Array(Math.max(clip.length, leastSamples));
  padded.set(clip);
  return tensor(padded, { shape: [1, padded.length] });
}

/** See `QueryKind`. The embedding as it is where everything was dropped. */
export function perturbed(
  embedding: Float32Array,
  { sigma, dropout }: { readonly sigma: number; readonly dropout: number },
  seed: number,
): Float32Array {
  const random = new RandomStream(seed, PERTURBATION_STREAM);
  const moved = embedding.map((value) => value + sigma * random.normal());
  const kept = moved.map((value) => (random.uniform() < dropout ? 0 : value));
  const length = Math.hypot(...kept);
  return length > 0 ? kept.map((value) => value / length) : embedding.slice();
}

const PERTURBATION_STREAM = 0xfffffff0; // none that mixtures count up to

function concatenated(channels: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(channels.length * channels[0]!.length);
  for (const [c, channel] of channels.entries()) all.set(channel, c * channel.length);
  return all;
}
