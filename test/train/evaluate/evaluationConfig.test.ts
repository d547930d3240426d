import { describe, expect, test } from 'vitest';
import { evaluationConfig } from '../../../src/train/evaluate/evaluationConfig.ts';

describe('evaluationConfig', () => {
  test('fills in what is left out, the sample rate from the model', () => {
    const config = evaluationConfig({}, 16_000);
    expect(config).toMatchObject({
      examples: 200,
      seed: 1,
      queries: [{ kind: 'audio' }, { kind: 'text' }],
      filterLength: 512,
    });
    expect(config.data).toMatchObject({
      kind: 'mixtures',
      mixture: { sampleRate: 16_000 },
      library: { split: 'test' },
    });
    expect(evaluationConfig({ mixture: { sampleRate: 8000 } }, 16_000).data).toMatchObject({
      mixture: { sampleRate: 8000 },
    });
  });

  test('takes a folder in place of mixtures, whole', () => {
    expect(evaluationConfig({ folder: 'x' })).toMatchObject({ examples: 1e6, data: { kind: 'folder', folder: 'x' } });
  });

  test('reads perturbed queries', () => {
    const { queries } = evaluationConfig({ queries: ['audio', { perturbed: { sigma: 0.1 } }] });
    expect(queries).toEqual([{ kind: 'audio' }, { kind: 'perturbed', sigma: 0.1, dropout: 0 }]);
  });

  test.each([
    [{ example: 3 }, 'evaluation config: no field example'],
    [{ examples: 0 }, 'evaluation config: examples: must be a whole number from 1'],
    [{ folder: 'x', mixture: {} }, 'evaluation config: mixture: does not go with folder'],
    [{ queries: [] }, 'evaluation config: queries: must be at least one and none twice, got none'],
    [{ queries: ['audio', 'audio'] }, 'none twice, got audio, audio'],
    [{ queries: ['smell'] }, 'evaluation config: queries[0]: must be an object, got "smell"'],
    [{ queries: [{ perturbed: { sigma: -1 } }] }, 'queries[0]: perturbed: sigma: must be a number from 0'],
    [{ snrEdges: [0, 0] }, 'evaluation config: snrEdges: must be ascending numbers of dB, got [0,0]'],
    [{ mixture: [] }, 'mixture config: must be an object'],
    [3, 'evaluation config: must be an object, got 3'],
  ])('refuses %j', (json, message) => {
    expect(() => evaluationConfig(json)).toThrow(message);
  });
});
