import { RandomStream } from '../audio/scene/random.ts';
import { zeros } from '../tensor/create.ts';
import { own, tidy } from '../tensor/engine/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';

export interface PerturbationConfig {
  /** Noise of each example: normal, its standard deviation uniform in [0, sigma], on embeddings of unit length. */
  readonly sigma: number;
  /** Share of elements set to zero, in examples where elements are dropped. */
  readonly dropout: number;
  /** Share of examples where elements are dropped. */
  readonly dropoutProbability: number;
}

/**
 * Moves embeddings of clips about, so that a model trained on clips alone also takes the embeddings of sentences, which lie
 * elsewhere: normalize((e + σ ε) · mask). Noise as for caption models trained on text, dropout as in Saijo et al. 2024,
 * "Leveraging audio-only data for text-queried target sound extraction", https://arxiv.org/abs/2409.13152
 *
 * What is drawn for an example depends on the seed and the example's number alone.
 */
export class QueryPerturbation {
  readonly #config: PerturbationConfig;
  readonly #seed: number;
  readonly #size: number;
  readonly #noise: Tensor;
  readonly #mask: Tensor;

  constructor(config: PerturbationConfig, { seed, batchSize, embedding }: PerturbationPlace) {
    this.#config = config;
    this.#seed = (seed ^ OTHER_THAN_MIXTURES) >>> 0;
    this.#size = embedding;
    this.#noise = own(zeros([batchSize, embedding]));
    this.#mask = own(zeros([batchSize, embedding]));
  }

  /** Draws for a batch whose first example has this number. */
  draw(firstExample: number): void {
    const { sigma, dropout, dropoutProbability } = this.#config;
    const size = this.#size;
    const noise = new Float32Array(this.#noise.size);
    const mask = new Float32Array(noise.length);
    for (let at = 0; at < noise.length; at += size) {
      const random = new RandomStream(this.#seed, firstExample + at / size);
      const scale = random.uniform(0, sigma);
      const dropped = random.uniform() < dropoutProbability ? dropout : 0;
      for (let i = at; i < at + size; i++) noise[i] = scale * random.normal();
      for (let i = at; i < at + size; i++) mask[i] = random.uniform() < dropped ? 0 : 1;
    }
    this.#noise.write(noise);
    this.#mask.write(mask);
  }

  /** query: [batch, embedding] → the same shape, unit length. */
  apply(query: Tensor): Tensor {
    return tidy(() => {
      const moved = query.add(this.#noise).mul(this.#mask);
      const power = moved.mul(moved).sum(-1, { keepdim: true });
      return moved.mul(power.add(1e-12).rsqrt());
    });
  }

  dispose(): void {
    this.#noise.dispose();
    this.#mask.dispose();
  }
}

export interface PerturbationPlace {
  readonly seed: number;
  readonly batchSize: number;
  readonly embedding: number;
}

/** Mixtures are drawn from streams of the same numbers. */
const OTHER_THAN_MIXTURES = 0x9e3779b9;
