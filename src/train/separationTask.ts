import type { Bsast } from '../models/bsast/bsast.ts';
import type { QueryEmbedder } from '../models/queryEmbedder.ts';
import type { Module } from '../nn/module.ts';
import { zeros } from '../tensor/create.ts';
import { own } from '../tensor/engine/scope.ts';
import { noGrad } from '../tensor/engine/tape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { SeparationBatch } from './data/separationData.ts';
import { type PerturbationConfig, QueryPerturbation } from './queryPerturbation.ts';
import { separationObjective } from './separationObjective.ts';
import type { Losses, TrainingTask, ValidationResult } from './trainingTask.ts';
import { validateSeparation } from './validateSeparation.ts';

/** An embedder and a separator in one module, as `QuerySeparator` is. */
export interface SeparationModel extends Module, Pick<QueryEmbedder, 'embedAudio' | 'embedText'> {
  readonly embedder: Module;
  readonly separator: Bsast;
  extract(mixture: Tensor, query: Tensor): Tensor;
}

export interface SeparationTaskOptions {
  readonly seed: number;
  /** Examples of one batch of this process. */
  readonly batchSize: number;
  /** Samples of a mixture, and of a query clip. */
  readonly samples: number;
  readonly querySamples: number;
  /** Weight of the mean absolute error. */
  readonly lambda: number;
  readonly query: PerturbationConfig;
  /** Whether the embedder learns from the separation too; else it stays as it is. */
  readonly trainEmbedder: boolean;
  /** Examples to validate on; none: no validation. */
  readonly valid: readonly SeparationBatch[];
  readonly save: (path: string) => Promise<void>;
}

/**
 * Label-free training of BSAST: the query is the embedding of a clip of the source, perturbed, and no label is used. A sentence
 * takes its place once the model is trained. Yu et al. 2025, https://arxiv.org/abs/2510.13308
 */
export class SeparationTask implements TrainingTask<SeparationBatch> {
  readonly model: SeparationModel;
  readonly parameters: readonly Tensor[];
  readonly inputs: Readonly<Record<'mixture' | 'target' | 'present' | 'query', Tensor>>;
  readonly batchSize: number;
  readonly #options: SeparationTaskOptions;
  readonly #perturbation: QueryPerturbation;

  constructor(model: SeparationModel, options: SeparationTaskOptions) {
    const { seed, batchSize, samples, querySamples, trainEmbedder } = options;
    const { channels, embedding } = model.separator.config;
    this.model = model;
    this.parameters = trainEmbedder ? model.parameters() : model.separator.parameters();
    this.batchSize = batchSize;
    this.#options = options;
    this.inputs = {
      mixture: own(zeros([batchSize, channels, samples])),
      target: own(zeros([batchSize, samples])),
      present: own(zeros([batchSize])),
      query: own(zeros([batchSize, querySamples])),
    };
    this.#perturbation = new QueryPerturbation(options.query, { seed, batchSize, embedding });
  }

  get blocks(): number {
    return this.model.separator.blocks.length;
  }

  checkpointBlocks(count: number): void {
    this.model.separator.checkpointedBlocks = count;
  }

  write({ mixture, target, query }: SeparationBatch, firstExample: number): void {
    this.inputs.mixture.write(mixture);
    this.inputs.target.write(target);
    this.inputs.query.write(query);
    this.inputs.present.write(presence(target, this.batchSize));
    this.#perturbation.draw(firstExample);
  }

  loss(): Losses {
    const { model, inputs } = this;
    const { trainEmbedder, lambda } = this.#options;
    model.separator.train();
    if (trainEmbedder) model.embedder.train();
    else model.embedder.eval();
    const embed = () => model.embedAudio(inputs.query);
    const query = this.#perturbation.apply(trainEmbedder ? embed() : noGrad(embed));
    const estimate = model.extract(inputs.mixture, query);
    return separationObjective({ ...inputs, estimate }, lambda);
  }

  describe({ records }: SeparationBatch): unknown {
    return records;
  }

  validate(): Promise<ValidationResult> | null {
    const { valid } = this.#options;
    return valid.length === 0 ? null : validateSeparation(this.model, valid);
  }

  saveModel(path: string): Promise<void> {
    return this.#options.save(path);
  }

  dispose(): void {
    for (const input of Object.values(this.inputs)) input.dispose();
    this.#perturbation.dispose();
  }
}

/** 1 for each row that has a value other than 0. */
function presence(rows: Float32Array, count: number): Float32Array {
  const length = rows.length / count;
  return Float32Array.from({ length: count }, (_, i) =>
    rows.subarray(i * length, (i + 1) * length).some((value) => value !== 0) ? 1 : 0,
  );
}
