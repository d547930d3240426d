import { init, shutdown } from '../../tensor/engine/device/init.ts';
import { embedderTrainConfig } from '../../train/embedder/embedderTrainConfig.ts';
import { type EmbedderOutcome, trainEmbedder } from '../../train/embedder/trainEmbedder.ts';
import { expectOneProcess } from '../../train/mpi/openCommunicator.ts';
import { packageVersion } from '../packageFolder.ts';
import { ProgressBar } from '../progressBar.ts';
import { readJson } from './readJson.ts';
import { stopSignal } from './stopSignal.ts';

export interface TrainEmbedderFlags {
  readonly config: string;
  readonly out: string;
  readonly resume?: boolean;
}

/** `tympan train embedder`. */
export async function trainEmbedderCommand(flags: TrainEmbedderFlags): Promise<void> {
  expectOneProcess('train embedder');
  const config = embedderTrainConfig(await readJson(flags.config));
  const stop = stopSignal();
  await init();
  let bar: ProgressBar | undefined;
  try {
    const outcome = await trainEmbedder(config, {
      out: flags.out,
      resume: flags.resume ?? false,
      signal: stop.signal,
      version: packageVersion(),
      onStart({ step }) {
        bar = new ProgressBar('training', config.steps, { from: step });
      },
      onStep({ step, loss }) {
        bar?.update(step, `loss ${loss.toFixed(3)}`);
      },
      onNote: (text) => bar?.note(text),
    });
    sayEnd(outcome, flags);
    if (outcome.reason === 'stopped') process.exitCode = stop.exitCode();
  } finally {
    stop.end();
    await shutdown();
  }
}

function sayEnd({ reason, step, retrieval }: EmbedderOutcome, { out, config }: TrainEmbedderFlags): void {
  if (reason === 'stopped') {
    const again = `tympan train embedder --config ${config} --out ${out} --resume`;
    console.log(`stopped after step ${step}, which is saved: go on with ${again}`);
    return;
  }
  console.log(`done after ${step} steps: wrote ${out}/model.safetensors`);
  if (retrieval === null) return;
  const { pairs, recallAt1, cosine } = retrieval;
  const found = `${(100 * recallAt1).toFixed(1)} % of ${pairs} clips are nearest to their own caption in their batch`;
  console.log(`${found}; mean cosine ${cosine.toFixed(3)}`);
}
