/** What every training run needs besides the model, its data and its loss. */
export interface TrainSettings {
  /** Of initial weights, data and every draw in a step; in [0, 2^32). */
  readonly seed: number;
  readonly steps: number;
  /** Batches of each process whose gradients one step averages. */
  readonly batches: number;
  /** Highest rate: reached after `warmup` steps, from where half a cosine leads to `minLearningRate`. */
  readonly learningRate: number;
  readonly warmup: number;
  readonly minLearningRate: number;
  readonly weightDecay: number;
  /** Largest norm of the gradients together; they are scaled down to it. 0: no clipping. */
  readonly clip: number;
  /** Decay of the averaged weights per step, in [0, 1); at first (1 + step) / (10 + step), where that is less. */
  readonly ema: number;
  /**
   * Which blocks compute their activations again in backward: none, all (`blocks`), or as few as make a step fit into
   * `memory` (`auto`).
   */
  readonly checkpointing: 'auto' | 'none' | 'blocks';
  /** GiB that a step may take on the device. 0: what the device is known to have. */
  readonly memory: number;
  /** Steps between validations. */
  readonly validateEvery: number;
  /** Steps between checkpoints. */
  readonly checkpointEvery: number;
  /** How many checkpoints stay. */
  readonly keep: number;
}
