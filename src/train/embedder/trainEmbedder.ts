import { openLibrary } from '../../audio/library/clipLibrary.ts';
import { AudioTextEncoder } from '../../models/audioTextEncoder/audioTextEncoder.ts';
import { saveAudioTextEncoder } from '../../models/audioTextEncoder/audioTextEncoderFile.ts';
import { manualSeed } from '../../tensor/random.ts';
import { type TrainOptions, type TrainOutcome, train } from '../train.ts';
import type { TrainConfigJson } from '../trainLog.ts';
import { ClipPairs, type PairBatch } from './clipPairs.ts';
import { EmbedderTask } from './embedderTask.ts';
import type { EmbedderTrainConfig } from './embedderTrainConfig.ts';
import { measureRetrieval, type Retrieval } from './retrieval.ts';

export type EmbedderTrainOptions = Omit<TrainOptions<PairBatch>, 'task' | 'source' | 'settings' | 'config'>;

/** Retrieval of the weights as they are in the end; null where none was asked for or the run was stopped. */
export interface EmbedderOutcome extends TrainOutcome {
  readonly retrieval: Retrieval | null;
}

/**
 * Trains an `AudioTextEncoder` as `config` says; see `train` for what is in `out` and what is thrown.
 *
 * @throws besides: LibraryError, and RangeError for a batch with more pairs than the library has labels.
 */
export async function trainEmbedder(
  config: EmbedderTrainConfig,
  options: EmbedderTrainOptions,
): Promise<EmbedderOutcome> {
  const { seed, data, batch, model: sizes } = config;
  const pairs = {
    batchSize: batch,
    samples: Math.round(data.seconds * sizes.sampleRate),
    sampleRate: sizes.sampleRate,
  };
  const source = new ClipPairs(await openLibrary(data.train), { ...pairs, seed });
  manualSeed(seed);
  using model = new AudioTextEncoder(sizes);
  const save = (path: string) => saveAudioTextEncoder(path, model);
  const task = new EmbedderTask(model, { batchSize: batch, samples: pairs.samples, save });
  try {
    const outcome = await train({
      ...options,
      task,
      source,
      settings: settingsOf(config),
      config: config as unknown as TrainConfigJson,
    });
    if (outcome.reason === 'stopped' || config.validate === 0) return { ...outcome, retrieval: null };
    const held = new ClipPairs(await openLibrary(data.valid), { ...pairs, seed: seed + 1 });
    const batches: PairBatch[] = [];
    for (let i = 0; i < config.validate; i++) batches.push(await held.batch(i));
    return { ...outcome, retrieval: await measureRetrieval(model, batches) };
  } finally {
    task.dispose();
  }
}

function settingsOf({ checkpoint, ...others }: EmbedderTrainConfig) {
  return {
    ...others,
    batches: 1,
    checkpointing: 'none' as const,
    memory: 0,
    validateEvery: others.steps,
    checkpointEvery: checkpoint.every,
    keep: checkpoint.keep,
  };
}
