import { init, shutdown } from '../../src/tensor/engine/device/init.ts';
import { train } from '../../src/train/train.ts';
import { ToyTask, toyBatches, toySettings } from './toyTask.ts';

/** A training run in a process of its own, to be killed: `tsx killedRun.ts <folder> <steps>`. Says when it begins to train. */
const [folder = '', steps = ''] = process.argv.slice(2);

async function main(): Promise<void> {
  await init({ device: 'cpu', threads: 1 });
  const task = new ToyTask(8);
  await train({
    task,
    source: toyBatches(8),
    settings: { ...toySettings, steps: Number(steps), validateEvery: 7, checkpointEvery: 1 },
    config: { seed: toySettings.seed, steps: Number(steps) },
    out: folder,
    resume: true,
    onStart: () => console.log('trains'),
  });
  task.dispose();
  await shutdown();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
