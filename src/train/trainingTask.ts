import type { Module } from '../nn/module.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ExampleFiles, SeparationMetrics } from './trainLog.ts';

export interface Losses {
  /** Scalar, the mean over the examples of the batch: what is minimized. */
  readonly loss: Tensor;
  /** Scalars to log, by name. */
  readonly terms: Readonly<Record<string, Tensor>>;
}

export interface ValidationResult {
  readonly examples: number;
  readonly queries: Readonly<Record<string, SeparationMetrics>>;
  /** Higher is better. */
  readonly score: number;
  /** Wave forms of the first examples, to look at and listen to. */
  readonly heard: readonly HeardExample[];
}

/** A validated example with its wave forms. */
export interface HeardExample extends Pick<ExampleFiles, 'caption'> {
  readonly sampleRate: number;
  /** One array per channel. */
  readonly mixture: readonly Float32Array[];
  readonly target: Float32Array;
  readonly estimates: readonly {
    readonly query: string;
    readonly samples: Float32Array;
    readonly siSdri: number;
  }[];
}

/**
 * What a training loop has to know of a model and its data. The loop records `loss` once and replays it: the function must
 * do the same operations each time, on inputs that `write` changes.
 */
export interface TrainingTask<B> {
  /** All that checkpoints hold. */
  readonly model: Module;
  /** What may be trained. Parameters that the loss does not reach stay as they are. */
  readonly parameters: readonly Tensor[];
  /** The tensors that `write` fills, by name. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Examples of one batch of this process. */
  readonly batchSize: number;
  /** How many blocks of the model can compute their activations again in backward. */
  readonly blocks: number;
  /** Lets the first `count` blocks do so: memory for time. */
  checkpointBlocks(count: number): void;
  /**
   * Writes a batch into the inputs. Random draws may depend on the numbers of its examples, which count over the whole run
   * from `firstExample` on, and on nothing else: that makes a run the same after a kill, and on any number of processes.
   */
  write(batch: B, firstExample: number): void;
  /** Loss of the inputs. */
  loss(): Losses;
  /** The batch as JSON, to be found again when something goes wrong with it. */
  describe(batch: B): unknown;
  /** Metrics of the model as it is; null where there is nothing to validate on. */
  validate(): Promise<ValidationResult> | null;
  /** Writes the model as it is to a file of its own, for use. */
  saveModel(path: string): Promise<void>;
}
