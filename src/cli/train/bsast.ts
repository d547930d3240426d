import { init, shutdown } from '../../tensor/engine/device/init.ts';
import { bsastTrainConfig } from '../../train/bsastTrainConfig.ts';
import type { Communicator } from '../../train/mpi/communicator.ts';
import { openCommunicator } from '../../train/mpi/openCommunicator.ts';
import { threadsPerRank } from '../../train/mpi/threadsPerRank.ts';
import { writeTrainingReport } from '../../train/report/writeTrainingReport.ts';
import type { TrainOutcome } from '../../train/train.ts';
import { trainBsast } from '../../train/trainBsast.ts';
import { packageVersion } from '../packageFolder.ts';
import { ProgressBar } from '../progressBar.ts';
import { readJson } from './readJson.ts';
import { stopSignal } from './stopSignal.ts';

export interface TrainBsastFlags {
  readonly config: string;
  readonly out: string;
  readonly resume?: boolean;
  readonly steps?: number;
  readonly seed?: number;
  readonly workers?: number;
  readonly initialize?: string;
}

/** `tympan train bsast`. */
export async function trainBsastCommand(flags: TrainBsastFlags): Promise<void> {
  const config = bsastTrainConfig(withFlags(await readJson(flags.config), flags));
  const communicator = await openCommunicator();
  const leads = communicator.rank === 0;
  const stop = stopSignal();
  const device = await init(communicator.size > 1 ? { threads: threadsPerRank(communicator.localSize) } : {});
  let bar: ProgressBar | undefined;
  try {
    const outcome = await trainBsast(config, {
      out: flags.out,
      resume: flags.resume ?? false,
      signal: stop.signal,
      communicator,
      version: packageVersion(),
      onStart({ step, survey }) {
        if (!leads) return;
        const { checkpointedBlocks, bytes } = survey;
        const again = checkpointedBlocks > 0 ? `, ${checkpointedBlocks} blocks run twice to fit` : '';
        console.log(`${device.name}: a step takes about ${(bytes / 2 ** 30).toFixed(2)} GiB${again}`);
        bar = new ProgressBar('training', config.steps, { from: step });
      },
      onStep({ step, loss, gradientNorm }) {
        bar?.update(step, `loss ${loss.toFixed(2)}, gradient ${gradientNorm.toFixed(2)}`);
      },
      onNote: (text) => bar?.note(text),
      onReport: (out) => writeTrainingReport(out).then(() => {}),
    });
    if (leads) sayEnd(outcome, flags);
    if (outcome.reason === 'stopped') process.exitCode = stop.exitCode();
    communicator.finalize();
  } catch (error) {
    abortOthers(communicator, error);
    throw error;
  } finally {
    stop.end();
    await shutdown();
  }
}

/** Processes that wait for this one would wait for ever. */
function abortOthers(communicator: Communicator, error: unknown): void {
  if (communicator.size === 1) return;
  console.error(`rank ${communicator.rank}: ${error instanceof Error ? `${error.name}: ${error.message}` : error}`);
  communicator.abort(1);
}

function sayEnd({ reason, step }: TrainOutcome, { out, config }: TrainBsastFlags): void {
  console.log(
    reason === 'done'
      ? `done after ${step} steps: wrote ${out}/model.safetensors and report.html`
      : `stopped after step ${step}, which is saved: go on with tympan train bsast --config ${config} --out ${out} --resume`,
  );
}

/** Flags stand in for fields of the config. */
function withFlags(config: unknown, { steps, seed, workers, initialize }: TrainBsastFlags): unknown {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return config;
  const { data } = config as { readonly data?: object };
  return {
    ...config,
    ...(steps !== undefined && { steps }),
    ...(seed !== undefined && { seed }),
    ...(initialize !== undefined && { initialize }),
    ...(workers !== undefined && { data: { ...data, workers } }),
  };
}
