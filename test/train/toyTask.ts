import { writeFile } from 'node:fs/promises';
import { RandomStream } from '../../src/audio/scene/random.ts';
import { mseLoss } from '../../src/kernels/loss/mseLoss.ts';
import { Dropout } from '../../src/nn/dropout.ts';
import { Linear } from '../../src/nn/linear.ts';
import { Module } from '../../src/nn/module.ts';
import { zeros } from '../../src/tensor/create.ts';
import { checkpoint } from '../../src/tensor/engine/checkpoint.ts';
import { own } from '../../src/tensor/engine/scope.ts';
import { manualSeed } from '../../src/tensor/random.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import type { BatchSource } from '../../src/train/data/batchSource.ts';
import type { Losses, TrainingTask, ValidationResult } from '../../src/train/trainingTask.ts';
import type { TrainSettings } from '../../src/train/trainSettings.ts';

export interface ToyBatch {
  /** [batch, 4] */
  readonly x: Float32Array;
}

const WIDTH = 4;

class ToyBlock extends Module {
  readonly inner = new Linear(WIDTH, 64, { activation: 'gelu' });
  readonly out = new Linear(64, WIDTH);

  forward(x: Tensor): Tensor {
    return x.add(this.out.forward(this.inner.forward(x)));
  }
}

/** Two blocks with dropout between them, so that a step draws random numbers, and a layer that no loss reaches. */
export class ToyModel extends Module {
  readonly blocks = [new ToyBlock(), new ToyBlock()];
  readonly drop = new Dropout(0.1);
  readonly unused = new Linear(3, 2);
  checkpointed = 0;

  forward(x: Tensor): Tensor {
    return this.blocks.reduce((y, block, i) => {
      const run = (z: Tensor) => this.drop.forward(block.forward(z));
      return i < this.checkpointed ? checkpoint(run, y) : run(y);
    }, x);
  }
}

/** Learns to turn its input around. Validated by the loss on one batch. */
export class ToyTask implements TrainingTask<ToyBatch> {
  readonly model: ToyModel;
  readonly parameters: readonly Tensor[];
  readonly inputs: Readonly<Record<'x' | 'y', Tensor>>;
  readonly blocks = 2;
  /** What is made of the model's output before the loss. */
  spoil: (y: Tensor) => Tensor = (y) => y;
  readonly #valid: ToyBatch;

  constructor(readonly batchSize: number) {
    manualSeed(5);
    this.model = new ToyModel();
    this.parameters = this.model.parameters();
    this.inputs = { x: own(zeros([batchSize, WIDTH])), y: own(zeros([batchSize, WIDTH])) };
    this.#valid = toyBatch(100_000, batchSize);
  }

  checkpointBlocks(count: number): void {
    this.model.checkpointed = count;
  }

  write({ x }: ToyBatch): void {
    this.inputs.x.write(x);
    this.inputs.y.write(x.map((_, i) => x[i - (i % WIDTH) + WIDTH - 1 - (i % WIDTH)]!));
  }

  loss(): Losses {
    const y = this.spoil(this.model.train().forward(this.inputs.x));
    const loss = mseLoss(y, this.inputs.y);
    return { loss, terms: { size: y.mul(y).mean() } };
  }

  describe({ x }: ToyBatch): unknown {
    return [...x];
  }

  async validate(): Promise<ValidationResult> {
    this.write(this.#valid);
    using y = this.model.eval().forward(this.inputs.x);
    using loss = mseLoss(y, this.inputs.y);
    const score = -(await loss.item());
    const spread = { mean: score, std: 0 };
    const queries = { audio: { siSdr: spread, siSdri: spread, snr: spread, snri: spread } };
    const heard = [
      {
        caption: 'a toy',
        sampleRate: 8000,
        mixture: [Float32Array.of(0.5)],
        target: Float32Array.of(0.25),
        estimates: [{ query: 'audio', samples: Float32Array.of(0.125), siSdri: score }],
      },
    ];
    return { examples: this.batchSize, queries, score, heard };
  }

  /** The weights as text. */
  async saveModel(path: string): Promise<void> {
    await writeFile(path, JSON.stringify(await weightsOf(this.model)));
  }

  dispose(): void {
    this.model.dispose();
    for (const input of Object.values(this.inputs)) input.dispose();
  }
}

export async function weightsOf(model: Module): Promise<Record<string, number[]>> {
  const entries = [...model.stateDict()].map(
    async ([name, tensor]) => [name, [...(await tensor.data())]] as [string, number[]],
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Examples by their numbers alone. */
export function toyBatch(number: number, batchSize: number): ToyBatch {
  const x = new Float32Array(batchSize * WIDTH);
  for (let i = 0; i < batchSize; i++) {
    const random = new RandomStream(7, number * batchSize + i);
    for (let k = 0; k < WIDTH; k++) x[i * WIDTH + k] = random.normal();
  }
  return { x };
}

/** The batches of one of `ranks` processes, shared out as `openSeparationData` does. */
export function toyBatches(batchSize: number, rank = 0, ranks = 1): BatchSource<ToyBatch> {
  return {
    batch: async (step) => toyBatch(step * ranks + rank, batchSize),
    close: async () => {},
  };
}

export const toySettings: TrainSettings = {
  seed: 11,
  steps: 12,
  batches: 1,
  learningRate: 1e-2,
  warmup: 3,
  minLearningRate: 1e-4,
  weightDecay: 0.01,
  clip: 1,
  ema: 0.9,
  checkpointing: 'none',
  memory: 0,
  validateEvery: 5,
  checkpointEvery: 4,
  keep: 2,
};
