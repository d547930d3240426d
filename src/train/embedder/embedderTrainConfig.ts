import type { LibraryConfig } from '../../audio/library/clipLibrary.ts';
import { JsonFields } from '../../audio/scene/mixture/jsonFields.ts';
import { type AudioTextEncoderConfig, checkEncoderConfig } from '../../models/audioTextEncoder/audioTextEncoder.ts';

/** A training run of the query embedder as JSON, all defaults filled in. */
export interface EmbedderTrainConfig {
  /** Of weights and pairs. Default 1. */
  readonly seed: number;
  readonly model: AudioTextEncoderConfig;
  readonly data: {
    readonly train: LibraryConfig;
    /** Clips and captions to measure retrieval on. Default: the training library. */
    readonly valid: LibraryConfig;
    /** Of each clip. Default 2. */
    readonly seconds: number;
  };
  /** Pairs of a step, each of another label. Default 32. */
  readonly batch: number;
  /** Default 1000. */
  readonly steps: number;
  /** Default 2e-3. */
  readonly learningRate: number;
  /** Steps. Default 20. */
  readonly warmup: number;
  /** Default 1e-4. */
  readonly minLearningRate: number;
  /** Default 0.01. */
  readonly weightDecay: number;
  /** Largest gradient norm; 0: any. Default 5. */
  readonly clip: number;
  /** Decay of averaged weights. Default 0.99. */
  readonly ema: number;
  /** Batches to measure retrieval on at the end. Default 8. */
  readonly validate: number;
  /** Default: every 200 steps, the last 2 kept. */
  readonly checkpoint: { readonly every: number; readonly keep: number };
}

const COUNT = { least: 1, most: 1e9, whole: true };
const POSITIVE = { least: 0, most: 1e6 };

/**
 * A config from JSON.
 *
 * @throws RangeError naming the field that does not fit, or that there is none of that name.
 */
export function embedderTrainConfig(json: unknown): EmbedderTrainConfig {
  const fields = new JsonFields(json, 'train config');
  const config: EmbedderTrainConfig = {
    seed: fields.number('seed', { least: 0, most: 2 ** 32 - 2, whole: true }, 1),
    model: readModel(fields.fields('model')),
    data: readData(fields.fields('data')),
    batch: fields.number('batch', { least: 2, most: 65_536, whole: true }, 32),
    steps: fields.number('steps', COUNT, 1000),
    learningRate: fields.number('learningRate', POSITIVE, 2e-3),
    warmup: fields.number('warmup', { least: 0, most: 1e9, whole: true }, 20),
    minLearningRate: fields.number('minLearningRate', POSITIVE, 1e-4),
    weightDecay: fields.number('weightDecay', POSITIVE, 0.01),
    clip: fields.number('clip', POSITIVE, 5),
    ema: fields.number('ema', { least: 0, most: 0.999999 }, 0.99),
    validate: fields.number('validate', { least: 0, most: 1e5, whole: true }, 8),
    checkpoint: readCheckpoint(fields.fields('checkpoint', {})),
  };
  fields.end();
  return config;
}

function readModel(fields: JsonFields): AudioTextEncoderConfig {
  const model = {
    sampleRate: fields.number('sampleRate', COUNT, 16_000),
    nFft: fields.number('nFft', COUNT, 1024),
    hopLength: fields.number('hopLength', COUNT, 512),
    mels: fields.number('mels', COUNT, 64),
    buckets: fields.number('buckets', COUNT, 1024),
    hidden: fields.number('hidden', COUNT, 128),
    embedding: fields.number('embedding', COUNT, 64),
  };
  fields.end();
  checkEncoderConfig(model);
  return model;
}

function readData(fields: JsonFields): EmbedderTrainConfig['data'] {
  const train = fields.value('train') as LibraryConfig;
  const valid = (fields.value('valid') ?? train) as LibraryConfig;
  for (const library of [train, valid]) new JsonFields(library, `${fields.where}: library`).text('kind');
  const seconds = fields.number('seconds', { least: 0.1, most: 600 }, 2);
  fields.end();
  return { train, valid, seconds };
}

function readCheckpoint(fields: JsonFields): EmbedderTrainConfig['checkpoint'] {
  const every = fields.number('every', COUNT, 200);
  const keep = fields.number('keep', COUNT, 2);
  fields.end();
  return { every, keep };
}
