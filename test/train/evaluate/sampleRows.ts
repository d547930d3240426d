import { RandomStream } from '../../../src/audio/scene/random.ts';
import { evaluationConfig } from '../../../src/train/evaluate/evaluationConfig.ts';
import { type Evaluation, evaluationOf } from '../../../src/train/evaluate/evaluationFile.ts';
import type { EvaluationRow } from '../../../src/train/evaluate/evaluationRow.ts';

/** Rows as a model of a certain strength might have them. */
export function sampleRows(examples: number, gain: number, queries: readonly string[], labels: readonly string[]) {
  return Array.from({ length: examples }, (_, i) => i).flatMap((i) => {
    const scene = new RandomStream(5, i);
    const label = scene.pick(labels);
    const sources = 1 + scene.integer(4);
    const inputSnr = 6 - 3 * sources + 4 * scene.normal();
    return queries.map((query, q): EvaluationRow => {
      const own = new RandomStream(6 + q + Math.round(10 * gain), i);
      const siSdri = gain - 1.2 * sources - 0.3 * inputSnr - 1.5 * q + 2 * own.normal() + (labels.indexOf(label) % 5);
      return {
        example: String(i),
        query,
        label,
        text: `the sound of a ${label}, "number ${i}"`,
        sources,
        inputSnr,
        present: true,
        outputLevel: -3,
        siSdr: inputSnr + siSdri,
        siSdri,
        snr: inputSnr + siSdri + 0.5,
        snri: siSdri + 0.5,
        sdr: inputSnr + siSdri + 0.8,
        sdri: siSdri + 0.8,
      };
    });
  });
}

export function sampleEvaluation(name: string, rows: readonly EvaluationRow[], channels = 4): Evaluation {
  const model = { name, hash: '0123456789abcdef'.repeat(4), channels, sampleRate: 16_000, parameters: 1_234_567 };
  return evaluationOf(model, evaluationConfig({ examples: 100, seed: 3, mixture: { seconds: 2 } }), rows);
}
