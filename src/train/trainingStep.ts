import { concat } from '../kernels/indexing/concat.ts';
import { gradNorm, scaleGradients } from '../kernels/optimizer/gradNorm.ts';
import { holdUpdate } from '../kernels/optimizer/holdUpdate.ts';
import { AdamW } from '../nn/optimizer/adamW.ts';
import { Ema } from '../nn/optimizer/ema.ts';
import { cosineSchedule, type Schedule } from '../nn/schedule.ts';
import { zeros } from '../tensor/create.ts';
import { accumulate, fill } from '../tensor/engine/copy.ts';
import { type Recording, record } from '../tensor/engine/record.ts';
import { own, tidy } from '../tensor/engine/scope.ts';
import { noGrad } from '../tensor/engine/tape.ts';
import { setRandomState } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Communicator } from './mpi/communicator.ts';
import type { TrainingTask } from './trainingTask.ts';
import type { TrainSettings } from './trainSettings.ts';

/** What a step measured, on the host. */
export interface StepMeasures {
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  /** Before clipping. */
  readonly gradientNorm: number;
}

/**
 * One optimizer step as recordings: `forward and backward`, replayed for each batch, and `clip, update, average`. What is
 * left to JavaScript is to write inputs, the learning rate, and where the random numbers stand.
 *
 * With several processes the gradients are added up on the host between the two.
 */
export class TrainingStep<B> {
  readonly optimizer: AdamW;
  readonly ema: Ema;
  readonly #task: TrainingTask<B>;
  readonly #settings: TrainSettings;
  readonly #communicator: Communicator;
  readonly #parameters: readonly Tensor[];
  readonly #rate: Schedule;
  /** Mean loss and terms of the step so far. */
  readonly #losses: Tensor;
  readonly #termNames: readonly string[];
  readonly #held: Tensor;
  #gradients: Recording<undefined> | undefined;
  #packing: Recording<Tensor> | undefined;
  #update: Recording<Tensor> | undefined;

  /** `parameters` and `terms`: what `surveyStep` found that the loss reaches and reports. */
  constructor(
    task: TrainingTask<B>,
    settings: TrainSettings,
    communicator: Communicator,
    { parameters, terms }: { readonly parameters: readonly Tensor[]; readonly terms: readonly string[] },
  ) {
    this.#task = task;
    this.#settings = settings;
    this.#communicator = communicator;
    this.#parameters = parameters;
    this.#termNames = terms;
    const { learningRate, minLearningRate, warmup, weightDecay, steps } = settings;
    this.optimizer = new AdamW(parameters, { lr: learningRate, weightDecay });
    this.ema = new Ema(parameters, { decay: settings.ema });
    this.#rate = cosineSchedule({
      base: learningRate,
      min: minLearningRate,
      warmup,
      total: Math.max(steps, warmup + 1),
    });
    this.#losses = own(zeros([1 + terms.length]));
    this.#held = own(zeros([1], { dtype: 'u32' }));
    if (this.#keepsGradients) for (const parameter of parameters) parameter.grad = zeros(parameter.shape);
  }

  /** Gradients that outlive a replay: where several batches, or several processes, add to them. */
  get #keepsGradients(): boolean {
    return this.#settings.batches > 1;
  }

  /** At step `step`, counted from 0. */
  learningRate(step: number): number {
    return this.#rate(step);
  }

  /** Writes a batch of this process into the inputs; `number` counts them over the whole run. */
  write(batch: B, number: number): void {
    const { rank, size } = this.#communicator;
    const firstExample = (number * size + rank) * this.#task.batchSize;
    this.#task.write(batch, firstExample);
    setRandomState({ seed: this.#settings.seed, counter: STEP_DRAWS, epoch: firstExample });
  }

  /** Adds the gradients of the batch that was written. Returns before the device is done. */
  addGradients(): void {
    if (this.#gradients) this.#gradients.replay();
    else this.#gradients = record(() => this.#backward());
  }

  /** Forward and backward without a recording, for those who watch operations. */
  backwardOnce(): void {
    tidy(() => this.#backward());
  }

  /**
   * Updates the parameters and their averages. Resolves to the measures of the step when the device is done; with several
   * processes it first adds up the gradients, and `stop` over all of them.
   */
  async apply(step: number, stop: boolean): Promise<{ measures: Promise<StepMeasures>; stop: boolean }> {
    const stopped = this.#communicator.size > 1 ? await this.#reduce(stop) : stop;
    this.optimizer.lr = this.#rate(step);
    this.ema.decay = Math.min(this.#settings.ema, (1 + step) / (10 + step)); // or the first weights would weigh for ever
    if (this.#update) this.#update.replay();
    else this.#update = record(() => this.#apply());
    const read = this.#update.outputs.data().then((values) => this.#measures(values as Float32Array));
    read.catch(() => {}); // reported to whoever awaits it
    return { measures: read, stop: stopped };
  }

  /** Frees the recordings and what their replays use; the next step records again. */
  dropRecordings(): void {
    for (const recording of [this.#gradients, this.#packing, this.#update]) recording?.dispose();
    this.#gradients = undefined;
    this.#packing = undefined;
    this.#update = undefined;
    if (!this.#keepsGradients) this.optimizer.zeroGrad();
  }

  dispose(): void {
    this.dropRecordings();
    this.optimizer.zeroGrad();
    for (const made of [this.optimizer, this.ema, this.#losses, this.#held]) made.dispose();
  }

  #backward(): undefined {
    const { loss, terms } = this.#task.loss();
    const share = 1 / (this.#settings.batches * this.#communicator.size);
    const scaled = share === 1 ? loss : loss.mul(share);
    scaled.backward();
    const values = [scaled, ...this.#termNames.map((name) => terms[name]!.mul(share))];
    noGrad(() => accumulate(this.#losses, concat(values.map((value) => value.detach().reshape([1])))));
  }

  #apply(): Tensor {
    return noGrad(() => {
      const grads = this.#parameters.map((parameter) => parameter.grad!);
      const norm = gradNorm(grads);
      const measures = concat([this.#losses, norm]);
      if (this.#settings.clip > 0) scaleGradients(grads, norm, this.#settings.clip);
      holdUpdate(measures, this.#held, this.optimizer.stateDict().get('hyper')!, grads);
      this.optimizer.step();
      this.ema.update();
      if (this.#keepsGradients) for (const grad of grads) fill(grad, 0);
      fill(this.#losses, 0);
      return measures;
    });
  }

  #measures(values: Float32Array): StepMeasures {
    const terms = Object.fromEntries(this.#termNames.map((name, i) => [name, values[i + 1]!]));
    return { loss: values[0]!, terms, gradientNorm: values[values.length - 1]! };
  }

  /** Sums gradients and losses, each already divided by the number of batches, over the processes. */
  async #reduce(stop: boolean): Promise<boolean> {
    const parts = [...this.#parameters.map(({ grad }) => grad!), this.#losses];
    const pack = () => noGrad(() => concat(parts.map((part) => part.reshape([-1]))));
    if (this.#packing) this.#packing.replay();
    else this.#packing = record(pack);
    const packed = (await this.#packing.outputs.data()) as Float32Array;
    const values = new Float32Array(packed.length + 1);
    values.set(packed);
    values[packed.length] = stop ? 1 : 0;
    await this.#communicator.allReduceSumAsync(values);
    let at = 0;
    for (const part of parts) {
      part.write(values.subarray(at, at + part.size));
      at += part.size;
    }
    return values[packed.length]! > 0;
  }
}

/** Draws of a step start here, far from those that initialize weights. */
const STEP_DRAWS = 2 ** 48;
