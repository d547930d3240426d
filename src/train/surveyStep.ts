import type { Device } from '../tensor/engine/device/device.ts';
import { classOf } from '../tensor/engine/device/deviceClass.ts';
import { defaultDevice } from '../tensor/engine/device/init.ts';
import { warmup } from '../tensor/engine/warmup.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { TrainingTask } from './trainingTask.ts';
import type { TrainSettings } from './trainSettings.ts';

/** What is known of a step before it runs. */
export interface StepSurvey {
  /** Those that a gradient reaches. */
  readonly parameters: readonly Tensor[];
  /** Names of the loss's terms. */
  readonly terms: readonly string[];
  /** Blocks that compute their activations again in backward. */
  readonly checkpointedBlocks: number;
  /** What a step will hold on the device at most, in bytes: an estimate from the tensors of a dry run. */
  readonly bytes: number;
  /** What it may hold. */
  readonly budget: number;
}

/** Buffers come in size classes, and those of one class do not serve another: measured 1.1 to 1.25 times the tensors. */
const BUFFERS_PER_TENSOR = 1.25;

/**
 * Goes through a step without running it: compiles its kernels, finds the parameters it reaches and what memory it needs,
 * and sets how many blocks of the task are checkpointed.
 */
export async function surveyStep<B>(
  task: TrainingTask<B>,
  { checkpointing, memory }: Pick<TrainSettings, 'checkpointing' | 'memory'>,
): Promise<StepSurvey> {
  const device = defaultDevice();
  const budget = memory > 0 ? memory * 2 ** 30 : budgetOf(device);
  const look = async (checkpointedBlocks: number): Promise<StepSurvey> => {
    task.checkpointBlocks(checkpointedBlocks);
    return { ...(await dryRun(task, device)), checkpointedBlocks, budget };
  };
  if (checkpointing === 'blocks') return look(task.blocks);
  const none = await look(0);
  if (checkpointing === 'none' || none.bytes <= budget || task.blocks === 0) return none;
  const all = await look(task.blocks);
  let [fits, tooFew] = [all, 0];
  while (all.bytes <= budget && fits.checkpointedBlocks - tooFew > 1) {
    const middle = await look(Math.floor((fits.checkpointedBlocks + tooFew) / 2));
    if (middle.bytes <= budget) fits = middle;
    else tooFew = middle.checkpointedBlocks;
  }
  task.checkpointBlocks(fits.checkpointedBlocks);
  return fits;
}

async function dryRun<B>(task: TrainingTask<B>, device: Device) {
  let parameters: readonly Tensor[] = [];
  let terms: readonly string[] = [];
  device.resetPeak();
  await warmup(() => {
    const losses = task.loss();
    losses.loss.backward();
    parameters = task.parameters.filter(({ grad }) => grad !== null);
    terms = Object.keys(losses.terms);
  }, device);
  const trained = parameters.reduce((total, { size }) => total + 4 * size, 0);
  const besides = 3 * trained; // two moments and the averaged weights
  return { parameters, terms, bytes: Math.round(BUFFERS_PER_TENSOR * device.memory().peakBytes + besides) };
}

/** WebGPU does not tell a GPU's memory, so that of a small one is taken; `memory` in the config says otherwise. */
function budgetOf(device: Device): number {
  const GiB = 2 ** 30;
  if (device.kind === 'gpu') return 8 * GiB;
  const free = typeof process === 'undefined' ? 2 * GiB : (process.availableMemory?.() ?? 4 * GiB);
  const reachable = classOf(device) === 'softgpu' ? 3.5 * GiB : Number.POSITIVE_INFINITY; // of a 32-bit WebAssembly memory
  return Math.min(0.8 * free, reachable);
}
