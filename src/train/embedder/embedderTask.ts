import type { AudioTextEncoder } from '../../models/audioTextEncoder/audioTextEncoder.ts';
import { zeros } from '../../tensor/create.ts';
import { own } from '../../tensor/engine/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Losses, TrainingTask } from '../trainingTask.ts';
import type { PairBatch } from './clipPairs.ts';

export interface EmbedderTaskOptions {
  readonly batchSize: number;
  /** Of each clip. */
  readonly samples: number;
  readonly save: (path: string) => Promise<void>;
}

/** Contrastive training of clips and their captions, as CLAP is trained: Elizalde et al. 2022, https://arxiv.org/abs/2206.04769 */
export class EmbedderTask implements TrainingTask<PairBatch> {
  readonly model: AudioTextEncoder;
  readonly parameters: readonly Tensor[];
  readonly inputs: Readonly<Record<'clips' | 'bags', Tensor>>;
  readonly batchSize: number;
  readonly blocks = 0;
  readonly #options: EmbedderTaskOptions;

  constructor(model: AudioTextEncoder, options: EmbedderTaskOptions) {
    const { batchSize, samples } = options;
    this.model = model;
    this.parameters = model.parameters();
    this.batchSize = batchSize;
    this.#options = options;
    this.inputs = {
      clips: own(zeros([batchSize, samples])),
      bags: own(zeros([batchSize, model.config.buckets])),
    };
  }

  checkpointBlocks(): void {}

  write({ clips, captions }: PairBatch): void {
    this.inputs.clips.write(clips);
    this.inputs.bags.write(this.model.bagsOf(captions));
  }

  loss(): Losses {
    return { loss: this.model.train().forward(this.inputs.clips, this.inputs.bags), terms: {} };
  }

  describe({ ids, captions }: PairBatch): unknown {
    return ids.map((id, i) => ({ id, caption: captions[i] }));
  }

  validate(): null {
    return null;
  }

  saveModel(path: string): Promise<void> {
    return this.#options.save(path);
  }

  dispose(): void {
    for (const input of Object.values(this.inputs)) input.dispose();
  }
}
