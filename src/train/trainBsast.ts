import { QuerySeparator } from '../models/querySeparator.ts';
import { loadEmbedder, loadQuerySeparator, saveQuerySeparator } from '../models/querySeparatorFile.ts';
import { manualSeed } from '../tensor/random.ts';
import { type BsastTrainConfig, bsastTrainConfig } from './bsastTrainConfig.ts';
import type { BatchSource } from './data/batchSource.ts';
import { fixedSeparationData, openSeparationData, type SeparationBatch } from './data/separationData.ts';
import { type Communicator, singleProcess } from './mpi/communicator.ts';
import { SeparationTask } from './separationTask.ts';
import { type TrainOptions, type TrainOutcome, train } from './train.ts';
import type { TrainConfigJson } from './trainLog.ts';
import type { TrainSettings } from './trainSettings.ts';

export type BsastTrainOptions = Omit<
  TrainOptions<SeparationBatch>,
  'task' | 'source' | 'settings' | 'config' | 'readConfig'
> & {
  /** In place of mixtures drawn as the config says, and of its validation mixtures. */
  readonly batches?: { readonly train: BatchSource<SeparationBatch>; readonly valid: readonly SeparationBatch[] };
};

/**
 * Trains a `QuerySeparator` as `config` says; see `train` for what is in `out` and what is thrown.
 *
 * @throws besides: RangeError when examples cannot be shared out among the processes, LibraryError for sounds that cannot
 * be read, ModelFileError or StateDictError for weights to start from that do not fit.
 */
export async function trainBsast(config: BsastTrainConfig, options: BsastTrainOptions): Promise<TrainOutcome> {
  const { communicator = singleProcess(), batches } = options;
  const share = shareOf(config, communicator);
  const valid = batches?.valid ?? (communicator.rank === 0 ? await validation(config) : []);
  const source = batches?.train ?? (await openTraining(config, share.batchSize, communicator));
  let model: QuerySeparator | undefined;
  let task: SeparationTask | undefined;
  try {
    model = await initialModel(config);
    task = new SeparationTask(model, taskOptions(config, share.batchSize, model, valid));
    return await train({
      ...options,
      task,
      source,
      settings: settingsOf(config, share.batches),
      config: config as unknown as TrainConfigJson,
      readConfig: (json) => bsastTrainConfig(json) as unknown as TrainConfigJson,
    });
  } finally {
    task?.dispose();
    model?.dispose();
    await source.close();
  }
}

/** What depends on the number of channels. */
const ofChannels = /^separator\.merge\.|\.channelEmbedding$/;

/** Weights from the config's seed, or from the file it names. */
async function initialModel({
  seed,
  model: sizes,
  initialize,
  initializeParts,
}: BsastTrainConfig): Promise<QuerySeparator> {
  manualSeed(seed);
  const model = new QuerySeparator(sizes);
  if (initialize === null) return model;
  try {
    if (initializeParts === 'embedder') {
      using given = await loadEmbedder(initialize);
      model.embedder.loadStateDict(given.stateDict());
    } else {
      using given = await loadQuerySeparator(initialize);
      const own = [...model.stateDict()].filter(([name]) => initializeParts === 'notMerge' && ofChannels.test(name));
      model.loadStateDict(new Map([...given.stateDict(), ...own]));
    }
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function openTraining(
  { data, seed }: BsastTrainConfig,
  batchSize: number,
  { rank, size }: Communicator,
): Promise<BatchSource<SeparationBatch>> {
  const { workers, ahead, train: mixtures } = data;
  return openSeparationData({ ...mixtures, seed, batchSize, workers, ahead, rank, ranks: size });
}

async function validation({ data, seed, batch, validate }: BsastTrainConfig): Promise<SeparationBatch[]> {
  if (validate.examples === 0) return [];
  return fixedSeparationData({
    ...data.valid,
    seed: seed + 1,
    batchSize: batch,
    count: validate.examples,
    workers: data.workers,
  });
}

function taskOptions(
  { seed, data, lambda, query, trainEmbedder }: BsastTrainConfig,
  batchSize: number,
  model: QuerySeparator,
  valid: readonly SeparationBatch[],
) {
  const { sampleRate, seconds, query: clip } = data.train.mixture;
  return {
    seed,
    batchSize,
    samples: Math.round(seconds * sampleRate),
    querySamples: Math.round(clip.seconds * sampleRate),
    lambda,
    query,
    trainEmbedder,
    valid,
    save: (path: string) => saveQuerySeparator(path, model),
  };
}

function settingsOf(config: BsastTrainConfig, batches: number): TrainSettings {
  const { validate, checkpoint, ...others } = config;
  return {
    ...others,
    batches,
    validateEvery: validate.every,
    checkpointEvery: checkpoint.every,
    keep: checkpoint.keep,
  };
}

/**
 * What one process does of a step's batch · accumulate examples: as many whole batches as go out evenly, and an equal part of
 * each.
 *
 * @throws RangeError when the processes cannot have equal parts.
 */
export function shareOf(
  { batch, accumulate }: Pick<BsastTrainConfig, 'batch' | 'accumulate'>,
  { size }: Pick<Communicator, 'size'>,
): { readonly batchSize: number; readonly batches: number } {
  const apart = commonDivisor(accumulate, size);
  const sharing = size / apart;
  if (batch % sharing === 0) return { batchSize: batch / sharing, batches: accumulate / apart };
  throw new RangeError(
    `train: ${size} processes cannot share ${accumulate} batches of ${batch}: make 'batch' or 'accumulate' a multiple of ${size}, or start another number of processes`,
  );
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
