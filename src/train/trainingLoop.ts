import { fill } from '../tensor/engine/copy.ts';
import type { CheckpointState, CheckpointStore } from './checkpointStore.ts';
import { findNonFinite } from './findNonFinite.ts';
import type { Communicator } from './mpi/communicator.ts';
import { firstReported } from './mpi/firstReported.ts';
import type { RunFolder } from './runFolder.ts';
import type { RunLog } from './runLog.ts';
import type { TrainOptions, TrainOutcome } from './train.ts';
import { broadcastState, differingProcesses, disposeAll, savedTensors } from './trainingState.ts';
import type { StepMeasures, TrainingStep } from './trainingStep.ts';
import { runFiles, type ValidationRecord } from './trainLog.ts';

/** A loss or gradient became NaN or infinite; the message says in which operation first. */
export class NonFiniteError extends Error {
  override readonly name = 'NonFiniteError';
}

export interface LoopParts<B> extends TrainOptions<B> {
  readonly communicator: Communicator;
  readonly step: TrainingStep<B>;
  readonly store: CheckpointStore;
  /** Null in every process but the first, which alone writes files. */
  readonly folder: RunFolder | null;
  readonly log: RunLog | null;
  readonly best: CheckpointState['best'];
}

interface Pending {
  /** Counts from 1. */
  readonly step: number;
  readonly measures: Promise<StepMeasures>;
}

/** Steps whose measures are not read back yet: the device always has the next one to do. */
const AHEAD = 2;

/** The steps of a run in order, with what happens between them: log, validation, checkpoints. */
export class TrainingLoop<B> {
  readonly #parts: LoopParts<B>;
  readonly #pending: Pending[] = [];
  #best: CheckpointState['best'];
  #clock = 0;

  constructor(parts: LoopParts<B>) {
    this.#parts = parts;
    this.#best = parts.best;
  }

  /** Runs from the step after `from` to the last one. */
  async run(from: number): Promise<TrainOutcome> {
    const { settings, signal } = this.#parts;
    let saved = from;
    let stopped = false;
    this.#clock = performance.now();
    for (let done = from; done < settings.steps && !stopped; ) {
      stopped = await this.#step(done, signal?.aborted ?? false);
      done++;
      const last = done === settings.steps;
      const validates = last || isDue(done, settings.validateEvery);
      const saves = last || stopped || isDue(done, settings.checkpointEvery);
      if (!validates && !saves) continue;
      await this.#settle(0);
      if (validates) await this.#validate(done);
      if (saves) await this.#save(done);
      if (saves) saved = done;
      this.#clock = performance.now(); // the next step's time is its own
    }
    const reason = saved === settings.steps ? 'done' : 'stopped';
    await this.#finish(saved, reason);
    return { step: saved, reason };
  }

  /** True when this process or another one was asked to stop. */
  async #step(index: number, stop: boolean): Promise<boolean> {
    const { source, step } = this.#parts;
    for (const number of this.#batchesOf(index)) {
      step.write(await source.batch(number), number);
      step.addGradients();
    }
    const { measures, stop: stopped } = await step.apply(index, stop);
    this.#pending.push({ step: index + 1, measures });
    await this.#settle(AHEAD);
    return stopped;
  }

  get #examplesPerStep(): number {
    const { task, settings, communicator } = this.#parts;
    return task.batchSize * settings.batches * communicator.size;
  }

  /** Numbers of this process's batches of a step, which counts from 0. */
  #batchesOf(step: number): number[] {
    const { batches } = this.#parts.settings;
    return Array.from({ length: batches }, (_, i) => step * batches + i);
  }

  /** Waits until no more than `left` steps are unread. */
  async #settle(left: number): Promise<void> {
    const { step, log, onStep } = this.#parts;
    while (this.#pending.length > left) {
      const first = this.#pending.shift()!;
      const measures = await first.measures;
      const { loss, terms, gradientNorm } = measures;
      if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) await this.#explain(first.step, measures);
      const now = performance.now();
      const seconds = (now - this.#clock) / 1000;
      this.#clock = now;
      log?.append({
        kind: 'step',
        step: first.step,
        loss,
        terms,
        learningRate: step.learningRate(first.step - 1),
        gradientNorm,
        seconds: rounded(seconds),
        examplesPerSecond: rounded(this.#examplesPerStep / seconds),
      });
      onStep?.({ step: first.step, seconds, ...measures });
    }
  }

  async #validate(done: number): Promise<void> {
    const { task, step, folder, log, onNote, onReport } = this.#parts;
    if (folder === null || log === null) return;
    const start = performance.now();
    const result = await step.ema.use(async () => (await task.validate()) ?? null);
    if (result === null) return;
    const { examples, queries, score, heard } = result;
    const best = this.#best === null || score > this.#best.score;
    if (best) {
      this.#best = { step: done, score };
      await step.ema.use(() => task.saveModel(folder.path(runFiles.best)));
    }
    await folder.writeExamples(done, heard);
    const seconds = rounded((performance.now() - start) / 1000);
    const record: ValidationRecord = { kind: 'validation', step: done, seconds, examples, queries, score, best };
    log.append(record);
    onNote?.(validationLine(record));
    await onReport?.(folder.folder);
  }

  async #save(done: number): Promise<void> {
    const { task, step, store, log, config, settings, communicator, onNote } = this.#parts;
    const trained = { model: task.model, optimizer: step.optimizer, ema: step.ema };
    const differing = await differingProcesses(trained, communicator);
    if (differing > 0) {
      onNote?.(
        `step ${done}: the weights of ${differing} processes differed, on other devices perhaps; the first's hold`,
      );
      await broadcastState(trained, communicator);
    }
    if (log === null) return;
    log.sync();
    const tensors = savedTensors(trained);
    const random = { seed: settings.seed, example: done * this.#examplesPerStep };
    const state: CheckpointState = { step: done, config, best: this.#best, random };
    const name = await store.save(state, tensors).finally(() => disposeAll(tensors));
    const file = `${runFiles.checkpoints}/${name}`;
    log.append({ kind: 'checkpoint', step: done, file });
    onNote?.(`step ${done}: wrote ${file}`);
  }

  async #finish(done: number, reason: TrainOutcome['reason']): Promise<void> {
    const { task, step, folder, log, onReport } = this.#parts;
    if (folder === null || log === null) return;
    if (reason === 'done') await step.ema.use(() => task.saveModel(folder.path(runFiles.model)));
    log.append({ kind: 'stop', time: new Date().toISOString(), step: done, reason });
    await onReport?.(folder.folder);
  }

  /**
   * Runs a step that failed once more, an operation at a time. The device has held the parameters where they were before
   * it, whatever was submitted since.
   */
  async #explain(failed: number, { loss, gradientNorm }: StepMeasures): Promise<never> {
    const { step, folder, log, communicator } = this.#parts;
    step.dropRecordings();
    const finding = firstReported(await this.#findNonFinite(failed), communicator);
    if (finding === null) {
      throw new NonFiniteError(
        `train: step ${failed}: loss ${loss}, gradient norm ${gradientNorm}, though every value of the step is finite: the squares of the gradients overflow; lower the learning rate or raise the warm-up`,
      );
    }
    const batchFile = `nonFinite-step-${failed}.json`;
    await folder?.writeJson(batchFile, finding);
    log?.append({ kind: 'nonFinite', step: failed, where: finding.where, batchFile });
    communicator.barrier(); // whoever throws ends all: not before the first has written that down
    throw new NonFiniteError(
      `train: step ${failed}: NaN or infinity comes first from ${finding.where}; its batch is described in ${batchFile}, the last checkpoint is as it was`,
    );
  }

  /** The first of this process's batches of a step with a value that is not finite. */
  async #findNonFinite(failed: number) {
    const { task, source, step } = this.#parts;
    for (const number of this.#batchesOf(failed - 1)) {
      const batch = await source.batch(number);
      for (const { grad } of task.parameters) if (grad) fill(grad, 0);
      step.write(batch, number);
      const finding = await findNonFinite(task.model, task.inputs, () => step.backwardOnce());
      if (finding === null) continue;
      const where = `${finding.where} (${finding.count} of ${finding.size} values)`;
      return { step: failed, batch: number, where, examples: task.describe(batch) };
    }
    return null;
  }
}

function isDue(done: number, every: number): boolean {
  return every > 0 && done % every === 0;
}

function rounded(value: number): number {
  return Number(value.toPrecision(5));
}

function validationLine({ step, queries, best }: ValidationRecord): string {
  const parts = Object.entries(queries).map(
    ([query, { siSdri }]) => `${query} ${siSdri.mean.toFixed(2)} ± ${siSdri.std.toFixed(2)}`,
  );
  return `step ${step}: SI-SDRi ${parts.join(', ')} dB${best ? ', the best so far' : ''}`;
}
