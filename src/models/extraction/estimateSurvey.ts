import { resampleSignal } from '../../audio/resample/resampleSignal.ts';
import { tensor } from '../../tensor/create.ts';
import { tidy } from '../../tensor/engine/scope.ts';
import { noGrad } from '../../tensor/engine/tape.ts';
import type { QueryEmbedder } from '../queryEmbedder.ts';

const STRETCH_SECONDS = 4;

/** Follows estimates as they stream past: how loud each is, and where it is loudest. Holds two short stretches per query. */
export class EstimateSurvey {
  readonly #stretches: LoudestStretch[];
  readonly #sampleRate: number;
  #mixtureEnergy = 0;

  /** sampleRate: Hz, of the mixture and the estimates. */
  constructor(queries: number, sampleRate: number) {
    this.#sampleRate = sampleRate;
    this.#stretches = Array.from({ length: queries }, () => new LoudestStretch(STRETCH_SECONDS * sampleRate));
  }

  /** The mixture's channels; the first is W. */
  addMixture([w]: readonly Float32Array[]): void {
    this.#mixtureEnergy += energyOf(w!);
  }

  /** The next samples for each query. */
  addEstimates(estimates: readonly Float32Array[]): void {
    for (const [q, estimate] of estimates.entries()) this.#stretches[q]!.add(estimate);
  }

  /** Energy of an estimate over that of the mixture's W, in dB; -Infinity for silence. */
  levelDb(query: number): number {
    const { energy } = this.#stretches[query]!;
    return energy === 0 ? Number.NEGATIVE_INFINITY : 10 * Math.log10(energy / this.#mixtureEnergy);
  }

  /** Cosine between the query and the embedding of the loudest stretch of its estimate; null where that is silent. */
  async similarity(query: number, embedding: Float32Array, embedder: ClipEmbedder): Promise<number | null> {
    const { loudest, energy } = this.#stretches[query]!;
    if (energy === 0) return null;
    const clip = padded(resampleSignal(loudest, this.#sampleRate, embedder.sampleRate), embedder.leastSamples);
    const embedded = tidy(() => noGrad(() => embedder.embedAudio(tensor(clip, { shape: [1, clip.length] }))));
    const values = await embedded.data<'f32'>();
    embedded.dispose();
    return values.reduce((total, value, i) => total + value * embedding[i]!, 0);
  }
}

/** The part of a `QueryEmbedder` that clips need. */
export type ClipEmbedder = Pick<QueryEmbedder, 'sampleRate' | 'leastSamples' | 'embedAudio'>;

class LoudestStretch {
  /** Of everything so far. */
  energy = 0;
  #loudest = new Float32Array(0);
  #loudestEnergy = 0;
  #current: Float32Array;
  #filled = 0;

  constructor(samples: number) {
    this.#current = new Float32Array(samples);
  }

  add(estimate: Float32Array): void {
    this.energy += energyOf(estimate);
    for (let at = 0; at < estimate.length; ) {
      const taken = Math.min(estimate.length - at, this.#current.length - this.#filled);
      this.#current.set(estimate.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled === this.#current.length) this.#compare();
    }
  }

  get loudest(): Float32Array {
    this.#compare();
    return this.#loudest;
  }

  #compare(): void {
    const stretch = this.#current.subarray(0, this.#filled);
    const energy = energyOf(stretch);
    if (energy > this.#loudestEnergy) {
      this.#loudest = stretch.slice();
      this.#loudestEnergy = energy;
    }
    this.#filled = 0;
  }
}

function energyOf(signal: Float32Array): number {
  return signal.reduce((total, sample) => total + sample * sample, 0);
}

function padded(signal: Float32Array, least: number): Float32Array {
  if (signal.length >= least) return signal;
  const longer = new Float32Array(least);
  longer.set(signal);
  return longer;
}
