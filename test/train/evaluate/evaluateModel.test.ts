import { describe, expect, test } from 'vitest';
import { bssEvalSdrOf } from '../../../src/audio/metrics/bssEvalSdr.ts';
import { siSdrOf } from '../../../src/audio/metrics/siSdr.ts';
import { evaluateModel } from '../../../src/train/evaluate/evaluateModel.ts';
import type { EvaluationRow } from '../../../src/train/evaluate/evaluationRow.ts';
import { toyModel, toySet } from './toySet.ts';

const options = { examples: 6, queries: [{ kind: 'audio' }, { kind: 'text' }], seed: 1, filterLength: 8 } as const;

describe('evaluateModel', () => {
  test('gives improvements as in closed form: a tenth of the interferer is 20 dB less of it', async () => {
    const rows = await evaluateModel(toyModel(), toySet(6), options);
    expect(rows.map(({ example, query }) => `${example} ${query}`).slice(0, 3)).toEqual([
      'toy-0 audio',
      'toy-0 text',
      'toy-1 audio',
    ]);
    for (const row of rows.filter(({ present }) => present)) {
      const expected = row.query === 'audio' ? 20 : 20 * Math.log10(2);
      expect(row.snri).toBeCloseTo(expected, 4);
      // Interferer and target are correlated by chance, by 1 / √2000 at one standard deviation: some tenths of a dB.
      expect(Math.abs(row.siSdri! - expected)).toBeLessThan(0.5);
      expect(Math.abs(row.sdri! - expected)).toBeLessThan(0.7);
      expect(Math.abs(row.inputSnr!)).toBeLessThan(0.5);
      expect(row.snr! - row.snri!).toBeCloseTo(row.inputSnr!, 10);
    }
  });

  test('has the scores of the metrics, over W', async () => {
    const [row] = await evaluateModel(toyModel(), toySet(1), { ...options, examples: 1 });
    const { mixture, target } = await toySet(1).example(0);
    const estimate = target.map((value, n) => value + 0.1 * (mixture[0]![n]! - value));
    expect(row!.siSdr).toBe(siSdrOf(estimate, target));
    expect(row!.siSdri).toBe(siSdrOf(estimate, target) - siSdrOf(mixture[0]!, target));
    expect(row!.sdr).toBe(bssEvalSdrOf(estimate, target, { filterLength: 8 }));
  });

  test('asked for what is not there, has the level of the answer and no scores', async () => {
    const rows = await evaluateModel(toyModel(), toySet(5), { ...options, examples: 5 });
    const absent = rows.filter(({ example }) => example === 'toy-4');
    expect(absent.map(({ present, siSdr, inputSnr }) => [present, siSdr, inputSnr])).toEqual([
      [false, null, null],
      [false, null, null],
    ]);
    expect(absent[0]!.outputLevel).toBeCloseTo(-20, 4);
    expect(absent[1]!.outputLevel).toBeCloseTo(-20 * Math.log10(2), 4);
  });

  test('an estimate that is not finite has null for scores', async () => {
    const broken = toyModel({ extract: async (_, __, { target }) => target.map(() => Number.NaN) });
    const [row] = await evaluateModel(broken, toySet(1), { ...options, examples: 1 });
    expect(row).toMatchObject({ present: true, siSdr: null, snri: null, sdr: null, outputLevel: null });
    expect(row!.inputSnr).not.toBeNull();
  });

  test('takes up where it was interrupted, with the same rows and no work twice', async () => {
    const whole = await evaluateModel(toyModel(), toySet(6), options);
    for (const after of [0, 1, 4, 7, 12]) {
      const kept: EvaluationRow[] = [];
      const killed = toyModel();
      const kill = (row: EvaluationRow) => {
        if (kept.length === after) throw new Error('killed');
        kept.push(row);
      };
      await evaluateModel(killed, toySet(6), { ...options, onRow: kill }).catch(() => {});
      expect(kept).toHaveLength(Math.min(after, 12));

      const [model, set] = [toyModel(), toySet(6)];
      const rows = await evaluateModel(model, set, { ...options, known: JSON.parse(JSON.stringify(kept)) });
      expect(rows).toEqual(whole);
      expect(model.asked).toHaveLength(12 - kept.length);
      expect(set.made).toHaveLength(6 - Math.floor(kept.length / 2));
    }
  });

  test('a model of one channel hears W alone', async () => {
    let heard = 0;
    const extract = toyModel().extract;
    const model = toyModel({
      channels: 1,
      extract(mixture, ...rest) {
        heard = mixture.length;
        return extract(mixture, ...rest);
      },
    });
    await evaluateModel(model, toySet(1), { ...options, examples: 1 });
    expect(heard).toBe(1);
  });

  test('says when model and examples do not fit', async () => {
    const run = (more: object) => evaluateModel(toyModel(more), toySet(1), { ...options, examples: 1 });
    await expect(run({ channels: 2 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RangeError: evaluate: toy takes 2 channels, example toy-0 has 4: set mixture.channels]`,
    );
    await expect(run({ sampleRate: 16_000 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RangeError: evaluate: toy works at 16000 Hz, example toy-0 has 8000 Hz: set mixture.sampleRate]`,
    );
  });
});
