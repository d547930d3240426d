import { defaultDevice } from '../tensor/engine/device/init.ts';
import { nodeModules } from '../tensor/files/nodeFile.ts';
import { CheckpointStore, loadCheckpoint } from './checkpointStore.ts';
import type { BatchSource } from './data/batchSource.ts';
import { type Communicator, singleProcess } from './mpi/communicator.ts';
import { checkResumable } from './resumable.ts';
import { RunFolder } from './runFolder.ts';
import { RunLog } from './runLog.ts';
import { type StepSurvey, surveyStep } from './surveyStep.ts';
import { TrainingLoop } from './trainingLoop.ts';
import { broadcastState, disposeAll, restoreState } from './trainingState.ts';
import { type StepMeasures, TrainingStep } from './trainingStep.ts';
import type { TrainingTask } from './trainingTask.ts';
import { type RunDescription, runFiles, type TrainConfigJson } from './trainLog.ts';
import type { TrainSettings } from './trainSettings.ts';

export interface TrainOptions<B> {
  readonly task: TrainingTask<B>;
  readonly source: BatchSource<B>;
  readonly settings: TrainSettings;
  /** What made task, source and settings, for the log and for checkpoints. */
  readonly config: TrainConfigJson;
  /** Reads a config as of this version, so that one that an older version saved can be compared. */
  readonly readConfig?: (json: unknown) => TrainConfigJson;
  /** Folder of the run; made if there is none. */
  readonly out: string;
  /** Goes on from the newest checkpoint in `out`, or starts where there is none. Default false. */
  readonly resume?: boolean;
  /** Aborted: the step is finished, a checkpoint written, and `train` returns. */
  readonly signal?: AbortSignal;
  readonly communicator?: Communicator;
  /** Of this library, for the log. */
  readonly version?: string;
  readonly onStart?: (start: { readonly step: number; readonly survey: StepSurvey }) => void;
  readonly onStep?: (done: { readonly step: number; readonly seconds: number } & StepMeasures) => void;
  /** What else to say: a checkpoint, a validation. */
  readonly onNote?: (text: string) => void;
  /** After each validation and at the end, when the files in `out` are as they will be. */
  readonly onReport?: (out: string) => Promise<void>;
}

export interface TrainOutcome {
  /** Steps done in all. */
  readonly step: number;
  readonly reason: 'done' | 'stopped';
}

/**
 * Trains a task. The same config gives the same bits on the same device, however often the run was killed and resumed.
 *
 * `out` holds `log.jsonl`, `config.json`, `checkpoints/`, `best.safetensors`, examples of the last validation, and at the end
 * `model.safetensors`, the averaged weights.
 *
 * @throws NonFiniteError when a loss or gradient is NaN or infinite; the last checkpoint stays. CheckpointError when `out`
 * holds a run that does not fit; FileError.
 */
export async function train<B>(options: TrainOptions<B>): Promise<TrainOutcome> {
  const { task, settings, config, out, communicator = singleProcess() } = options;
  const leads = communicator.rank === 0;
  const store = new CheckpointStore(nodeModules('write', out).path.join(out, runFiles.checkpoints), settings.keep);
  const found = leads ? await findStart(store, options) : null;
  const survey = await surveyStep(task, settings);
  const step = new TrainingStep(task, settings, communicator, survey);
  let log: RunLog | null = null;
  try {
    const state = { model: task.model, optimizer: step.optimizer, ema: step.ema };
    if (found) {
      const loaded = await loadCheckpoint(found.file);
      await restoreState(state, loaded, found.file).finally(() => disposeAll(loaded));
    }
    const from = await agree(found?.state.step ?? 0, communicator);
    if (from > 0 && communicator.size > 1) await broadcastState(state, communicator);
    const folder = leads ? new RunFolder(out) : null;
    if (folder) {
      await folder.create();
      await store.removeTemporary();
      await folder.writeJson(runFiles.config, config);
      log = found ? RunLog.resume(folder.path(runFiles.log), from) : RunLog.create(folder.path(runFiles.log));
      const described = describeRun(survey, task.blocks, communicator, options.version);
      if (found) log.append({ kind: 'resume', step: from, ...described });
      else log.append({ kind: 'start', ...described, config, ...sizesOf(options, survey, communicator) });
    }
    options.onStart?.({ step: from, survey });
    const loop = new TrainingLoop({
      ...options,
      communicator,
      step,
      store,
      folder,
      log,
      best: found?.state.best ?? null,
    });
    return await loop.run(from);
  } finally {
    log?.close();
    step.dispose();
  }
}

/** The checkpoint to go on from; null for a new run. */
async function findStart<B>(store: CheckpointStore, { out, config, readConfig, resume = false }: TrainOptions<B>) {
  const found = await store.newest();
  if (found === null) return null;
  checkResumable({ out, config, resume, found, readConfig });
  return found;
}

/** The first process alone reads files; the others learn where it starts. */
async function agree(step: number, communicator: Communicator): Promise<number> {
  const shared = Float64Array.of(step);
  communicator.broadcast(shared, 0);
  return shared[0]!;
}

function describeRun(
  { checkpointedBlocks }: StepSurvey,
  blocks: number,
  { size }: Communicator,
  version = 'unknown',
): RunDescription {
  const device = defaultDevice();
  return {
    time: new Date().toISOString(),
    tympan: version,
    node: process.version,
    device: device.name,
    deviceKind: device.kind,
    processes: size,
    checkpointedBlocks,
    blocks,
  };
}

function sizesOf<B>({ task, settings }: TrainOptions<B>, { parameters }: StepSurvey, { size }: Communicator) {
  const trainedParameters = parameters.reduce((total, parameter) => total + parameter.size, 0);
  return {
    trainedParameters,
    frozenParameters: task.model.parameterCount - trainedParameters,
    examplesPerStep: task.batchSize * settings.batches * size,
  };
}
