import { describe, expect, test } from 'vitest';
import { bsastTrainConfig } from '../../src/train/bsastTrainConfig.ts';
import { shareOf } from '../../src/train/trainBsast.ts';

const least = {
  model: { separator: {}, embedder: {} },
  trainEmbedder: true,
  data: { train: { library: { kind: 'procedural' } } },
};

describe('a training config', () => {
  test('has the values of the paper where nothing is said', () => {
    const config = bsastTrainConfig(least);
    expect(config).toMatchObject({
      seed: 1,
      batch: 8,
      accumulate: 1,
      steps: 75_000,
      learningRate: 3e-4,
      warmup: 1000,
      weightDecay: 0.01,
      ema: 0.999,
      lambda: 100,
      query: { sigma: 0.1, dropout: 0.2, dropoutProbability: 0.5 },
      validate: { every: 1000, examples: 64 },
      checkpoint: { every: 500, keep: 3 },
      checkpointing: 'auto',
      initialize: null,
    });
    expect(config.minLearningRate).toBeCloseTo(1e-5, 12);
    expect(config.model.separator).toMatchObject({ dim: 128, blocks: 8, heads: 4, embedding: 512, channels: 4 });
    expect(config.model.separator.bands.reduce((sum, width) => sum + width, 0)).toBe(1025);
    expect(config.data.train.mixture).toMatchObject({ sampleRate: 32_000, seconds: 10, eventCount: [1, 3] });
  });

  test('read again is the same', () => {
    const config = bsastTrainConfig(least);
    expect(bsastTrainConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  test('validates on the training mixtures where it names no others, and never asks for what is not there', () => {
    const train = { library: { kind: 'procedural' }, mixture: { seconds: 4, absentProbability: 0.1 } };
    const { data } = bsastTrainConfig({ ...least, data: { train } });
    expect(data.train.mixture.absentProbability).toBe(0.1);
    expect(data.valid.mixture).toEqual({ ...data.train.mixture, absentProbability: 0 });
    const valid = { library: { kind: 'procedural', split: 'valid' } };
    expect(bsastTrainConfig({ ...least, data: { train, valid } }).data.valid).toMatchObject({
      library: { split: 'valid' },
      mixture: { seconds: 4 },
    });
  });

  test('takes bands as a preset, a number or widths', () => {
    const bandsOf = (separator: object) =>
      bsastTrainConfig({ ...least, model: { separator, embedder: {} } }).model.separator.bands;
    expect(bandsOf({ bands: 'uniform25' })).toEqual(Array.from({ length: 25 }, () => 41));
    expect(bandsOf({ bands: 12, nFft: 512 })).toHaveLength(12);
    expect(bandsOf({ bands: [3, 6], nFft: 16 })).toEqual([3, 6]);
  });

  const wrong: readonly [string, object, string][] = [
    ['no model', { data: least.data }, 'train config: model: must be an object, got nothing'],
    [
      'no sounds',
      { ...least, data: { train: {} } },
      'train config: data: train: library: must be an object, got nothing',
    ],
    ['a misspelled field', { ...least, step: 3 }, 'train config: no field step; there are '],
    [
      'half a step',
      { ...least, steps: 1.5 },
      'train config: steps: must be a whole number from 1 to 1000000000, got 1.5',
    ],
    [
      'a text for a number',
      { ...least, learningRate: 'high' },
      'train config: learningRate: must be a number from 0 to 1000000, got "high"',
    ],
    [
      'bands that do not add up',
      { ...least, model: { separator: { bands: [1, 2] }, embedder: {} } },
      'train config: model: separator: Bsast: bands must be positive widths that sum to nFft / 2 + 1 = 1025',
    ],
    [
      'a preset that is none',
      { ...least, model: { separator: { bands: 'bark' }, embedder: {} } },
      'train config: model: separator: bands: must be widths in bins, a number of bands, or one of uniform25, bark25, gpu25, got "bark"',
    ],
    [
      'an embedder of another rate',
      { ...least, model: { separator: {}, embedder: { sampleRate: 16_000 } } },
      'train config: model: separator and embedder must share embedding and sampleRate',
    ],
    [
      'mixtures of another rate',
      { ...least, data: { train: { library: { kind: 'procedural' }, mixture: { sampleRate: 16_000 } } } },
      "train config: data: train: mixture: sampleRate must be the model's, 32000, got 16000",
    ],
    [
      'mixtures of too few channels',
      { ...least, data: { train: { library: { kind: 'procedural' }, mixture: { channels: 'w' } } } },
      "train config: data: train: mixture: channels must be the model's 4, got 1",
    ],
    [
      'an embedder that never learns',
      { ...least, trainEmbedder: false },
      'train config: trainEmbedder: an embedder with random weights that never learns',
    ],
    ['an average that never moves', { ...least, ema: 1 }, 'train config: ema: must be below 1'],
  ];
  test.each(wrong)('%s is refused by name', (_, json, message) => {
    expect(() => bsastTrainConfig(json)).toThrow(message);
  });
});

describe('processes share a step', () => {
  test.each([
    { batch: 8, accumulate: 1, size: 1, share: { batchSize: 8, batches: 1 } },
    { batch: 8, accumulate: 4, size: 2, share: { batchSize: 8, batches: 2 } },
    { batch: 8, accumulate: 1, size: 4, share: { batchSize: 2, batches: 1 } },
    { batch: 8, accumulate: 3, size: 2, share: { batchSize: 4, batches: 3 } },
  ])('$accumulate batches of $batch over $size', ({ batch, accumulate, size, share }) => {
    expect(shareOf({ batch, accumulate }, { size })).toEqual(share);
  });

  test('or say why they cannot', () => {
    expect(() => shareOf({ batch: 8, accumulate: 1 }, { size: 3 })).toThrow(
      "train: 3 processes cannot share 1 batches of 8: make 'batch' or 'accumulate' a multiple of 3",
    );
  });
});
