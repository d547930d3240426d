/** One rank of a training: `trainRank.ts <folder> <scenario> …`. Writes what came of each to `<scenario>-<rank>.json`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RandomStream } from '../../../src/audio/scene/random.ts';
import { init, shutdown } from '../../../src/tensor/engine/device/init.ts';
import { openCommunicator } from '../../../src/train/mpi/openCommunicator.ts';
import { type TrainOptions, train } from '../../../src/train/train.ts';
import { type ToyBatch, ToyTask, toyBatches, toySettings, weightsOf } from '../toyTask.ts';

const BATCH = 2;
const communicator = await openCommunicator();
const { rank, size } = communicator;
const [folder = '', ...scenarios] = process.argv.slice(2);

interface Result {
  readonly weights?: Record<string, number[]>;
  readonly step?: number;
  readonly reason?: string;
  readonly error?: string;
  readonly notes: readonly string[];
}

/** Trains the toy; the ranks' batches together are those of one process that averages as many. */
async function trained(
  name: string,
  options: Partial<TrainOptions<ToyBatch>> = {},
  prepare: (task: ToyTask) => void = () => {},
): Promise<Result> {
  const notes: string[] = [];
  const task = new ToyTask(BATCH);
  prepare(task);
  try {
    const outcome = await train({
      task,
      source: toyBatches(BATCH, rank, size),
      settings: toySettings,
      config: { seed: toySettings.seed, steps: toySettings.steps },
      out: join(folder, name),
      communicator,
      onNote: (text) => notes.push(text),
      ...options,
    });
    return { ...outcome, weights: await weightsOf(task.model), notes };
  } catch (error) {
    return { error: String(error), notes };
  } finally {
    task.dispose();
  }
}

const runs: Readonly<Record<string, () => Promise<Result>>> = {
  whole: () => trained('whole'),

  /** The last rank is asked to stop in the sixth step; all finish the next one. Then they go on. */
  async stopped() {
    const controller = new AbortController();
    const source = toyBatches(BATCH, rank, size);
    const batch = (step: number) => {
      if (step === 5 && rank === size - 1) controller.abort();
      return source.batch(step);
    };
    const { step, reason } = await trained('stopped', { source: { ...source, batch }, signal: controller.signal });
    return { ...(await trained('stopped', { resume: true })), step: step ?? 0, reason: reason ?? 'failed' };
  },

  /** One value of one rank's batch is no number. */
  async nonFinite() {
    const source = toyBatches(BATCH, rank, size);
    const batch = async (step: number) => {
      const { x } = await source.batch(step);
      if (step === 6 && rank === 1) x[3] = Number.NaN;
      return { x };
    };
    return trained('nonFinite', { source: { ...source, batch } });
  },

  /** The ranks begin apart. */
  drift: () =>
    trained('drift', {}, ({ parameters }) => {
      const random = new RandomStream(9, rank);
      for (const parameter of parameters) {
        parameter.write(Float32Array.from({ length: parameter.size }, () => 0.3 * random.normal()));
      }
    }),
};

await mkdir(folder, { recursive: true });
await init({ device: 'cpu', threads: 1 });
for (const scenario of scenarios) {
  await writeFile(join(folder, `${scenario}-${rank}.json`), JSON.stringify(await runs[scenario]!()));
}
await shutdown();
communicator.finalize();
