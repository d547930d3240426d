import type { LibraryConfig } from '../audio/library/clipLibrary.ts';
import { channelCount } from '../audio/scene/mixture/channelLayout.ts';
import { JsonFields } from '../audio/scene/mixture/jsonFields.ts';
import { type MixtureConfig, mixtureConfig } from '../audio/scene/mixture/mixtureConfig.ts';
import type { QuerySeparatorConfig } from '../models/querySeparator.ts';
import { readModel } from './modelConfig.ts';
import type { PerturbationConfig } from './queryPerturbation.ts';
import type { TrainSettings } from './trainSettings.ts';

/** Mixtures to train or validate on. */
export interface SeparationDataConfig {
  readonly library: LibraryConfig;
  readonly mixture: MixtureConfig;
}

/**
 * A training run of BSAST as JSON, all defaults filled in. Where the paper gives a value it is the default
 * (https://arxiv.org/abs/2510.13308); the others are those of the reference page, sections 4 and 5.
 */
export interface BsastTrainConfig {
  /** Of weights, mixtures and perturbations. Default 1. */
  readonly seed: number;
  readonly model: QuerySeparatorConfig;
  /** Weights to start from: a file of `saveQuerySeparator` or, for the embedder alone, of `saveAudioTextEncoder`. Null (default): random ones. */
  readonly initialize: string | null;
  /**
   * Which weights `initialize` gives. Default `all`. `notMerge`: all but those that put channels together, so that a model for W
   * alone, which learns four times as fast, starts one for all channels.
   */
  readonly initializeParts: 'all' | 'notMerge' | 'embedder';
  /** Whether the embedder learns too. Default false. */
  readonly trainEmbedder: boolean;
  readonly data: {
    readonly train: SeparationDataConfig;
    /** Default: the training data's own, of another seed. Its queries always ask for what is there. */
    readonly valid: SeparationDataConfig;
    /** Threads that make mixtures. Default 1. */
    readonly workers: number;
    /** Batches made ahead. Default 2. */
    readonly ahead: number;
  };
  /** Examples that go through the model at once. Default 8. */
  readonly batch: number;
  /** Batches that one step averages. Default 1. */
  readonly accumulate: number;
  /** Default 75000: the paper's 300 epochs of 2000 examples. */
  readonly steps: number;
  /** Default 3e-4. */
  readonly learningRate: number;
  /** Steps. Default 1000, or a tenth of all if that is less. */
  readonly warmup: number;
  /** Default: a thirtieth of the highest rate. */
  readonly minLearningRate: number;
  /** Default 0.01. */
  readonly weightDecay: number;
  /** Largest gradient norm; 0: any. Default 5. */
  readonly clip: number;
  /** Decay of averaged weights. Default 0.999. */
  readonly ema: number;
  /** Weight of L1 beside SI-SDR. Default 100. */
  readonly lambda: number;
  /** Default sigma 0.1, dropout 0.2 in half of the examples. */
  readonly query: PerturbationConfig;
  /** Default: every 1000 steps on 64 examples; 0 examples: no validation. */
  readonly validate: { readonly every: number; readonly examples: number };
  /** Default: every 500 steps, the last 3 kept. */
  readonly checkpoint: { readonly every: number; readonly keep: number };
  /** Default `auto`: as few blocks as fit into `memory`. */
  readonly checkpointing: TrainSettings['checkpointing'];
  /** GiB on the device for a step. Default 0: what the device is known to have. */
  readonly memory: number;
}

const STEPS = { least: 1, most: 1e9, whole: true };
const POSITIVE = { least: 0, most: 1e6 };
const SHARE = { least: 0, most: 1 };

/**
 * A config from JSON.
 *
 * @throws RangeError naming the field that does not fit, or that there is none of that name.
 */
export function bsastTrainConfig(json: unknown): BsastTrainConfig {
  const fields = new JsonFields(json, 'train config');
  const model = readModel(fields.fields('model'));
  const steps = fields.number('steps', STEPS, 75_000);
  const learningRate = fields.number('learningRate', POSITIVE, 3e-4);
  const config: BsastTrainConfig = {
    seed: fields.number('seed', { least: 0, most: 2 ** 32 - 2, whole: true }, 1),
    model,
    initialize: fields.value('initialize') == null ? null : fields.text('initialize'),
    initializeParts: fields.choice('initializeParts', ['all', 'notMerge', 'embedder'], 'all'),
    trainEmbedder: fields.flag('trainEmbedder', false),
    data: readData(fields.fields('data'), model),
    batch: fields.number('batch', { least: 1, most: 65_536, whole: true }, 8),
    accumulate: fields.number('accumulate', { least: 1, most: 65_536, whole: true }, 1),
    steps,
    learningRate,
    warmup: fields.number('warmup', { least: 0, most: 1e9, whole: true }, Math.min(1000, Math.floor(steps / 10))),
    minLearningRate: fields.number('minLearningRate', POSITIVE, learningRate / 30),
    weightDecay: fields.number('weightDecay', POSITIVE, 0.01),
    clip: fields.number('clip', POSITIVE, 5),
    ema: fields.number('ema', { least: 0, most: 1 }, 0.999),
    lambda: fields.number('lambda', POSITIVE, 100),
    query: readQuery(fields.fields('query', {})),
    validate: readValidate(fields.fields('validate', {})),
    checkpoint: readCheckpoint(fields.fields('checkpoint', {})),
    checkpointing: fields.choice('checkpointing', ['auto', 'none', 'blocks'], 'auto'),
    memory: fields.number('memory', { least: 0, most: 65_536 }, 0),
  };
  fields.end();
  expectTogether(config);
  return config;
}

function readData(fields: JsonFields, model: QuerySeparatorConfig): BsastTrainConfig['data'] {
  const train = readMixtures(fields.fields('train'), {}, model);
  const valid = readMixtures(fields.fields('valid', {}), train, model);
  const data = {
    train,
    valid: { ...valid, mixture: { ...valid.mixture, absentProbability: 0 } },
    workers: fields.number('workers', { least: 0, most: 256, whole: true }, 1),
    ahead: fields.number('ahead', { least: 0, most: 1000, whole: true }, 2),
  };
  fields.end();
  return data;
}

function readMixtures(
  fields: JsonFields,
  standard: Partial<SeparationDataConfig>,
  { separator: { sampleRate } }: QuerySeparatorConfig,
): SeparationDataConfig {
  const library = (fields.value('library') ?? standard.library) as LibraryConfig;
  new JsonFields(library, `${fields.where}: library`).text('kind'); // the rest is checked where the library is opened
  const mixture = fields.value('mixture') ?? standard.mixture ?? {};
  fields.end();
  return { library, mixture: mixtureConfig(isObject(mixture) ? { sampleRate, ...mixture } : mixture) };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function readQuery(fields: JsonFields): PerturbationConfig {
  const query = {
    sigma: fields.number('sigma', POSITIVE, 0.1),
    dropout: fields.number('dropout', SHARE, 0.2),
    dropoutProbability: fields.number('dropoutProbability', SHARE, 0.5),
  };
  fields.end();
  return query;
}

function readValidate(fields: JsonFields): BsastTrainConfig['validate'] {
  const every = fields.number('every', STEPS, 1000);
  const examples = fields.number('examples', { least: 0, most: 1e5, whole: true }, 64);
  fields.end();
  return { every, examples };
}

function readCheckpoint(fields: JsonFields): BsastTrainConfig['checkpoint'] {
  const every = fields.number('every', STEPS, 500);
  const keep = fields.number('keep', { least: 1, most: 1e6, whole: true }, 3);
  fields.end();
  return { every, keep };
}

function expectTogether({ model, data, ema, initialize, initializeParts, trainEmbedder }: BsastTrainConfig): void {
  const { sampleRate, channels, nFft } = model.separator;
  for (const [name, { mixture }] of Object.entries({ train: data.train, valid: data.valid })) {
    const where = `train config: data: ${name}: mixture`;
    const made = channelCount(mixture.channels);
    if (mixture.sampleRate !== sampleRate) {
      throw new RangeError(`${where}: sampleRate must be the model's, ${sampleRate}, got ${mixture.sampleRate}`);
    }
    if (made !== channels) throw new RangeError(`${where}: channels must be the model's ${channels}, got ${made}`);
    if (mixture.seconds * sampleRate <= nFft / 2) {
      throw new RangeError(
        `${where}: seconds must be over half an STFT frame, ${nFft / 2 / sampleRate}, got ${mixture.seconds}`,
      );
    }
  }
  if (ema >= 1) throw new RangeError(`train config: ema: must be below 1, or nothing is averaged, got ${ema}`);
  if (initialize === null && initializeParts !== 'all') {
    throw new RangeError(`train config: initializeParts: ${initializeParts} needs a file in initialize`);
  }
  if (initialize === null && !trainEmbedder) {
    throw new RangeError(
      'train config: trainEmbedder: an embedder with random weights that never learns tells no sounds apart: give a trained one in initialize, or set trainEmbedder to true',
    );
  }
}
