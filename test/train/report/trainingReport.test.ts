import { describe, expect, test } from 'vitest';
import { runHistory } from '../../../src/train/report/runHistory.ts';
import { trainingReport } from '../../../src/train/report/trainingReport.ts';
import type { LogRecord } from '../../../src/train/trainLog.ts';
import { findAll, parseMarkup } from '../figures/markupTree.ts';
import { sampleLog } from './sampleRun.ts';

const records = sampleLog(200);
const tone = Float32Array.from({ length: 4000 }, (_, n) => 0.3 * Math.sin(n / 5));

describe('runHistory', () => {
  test('says how far a run is', () => {
    expect(runHistory(records).state).toBe('Done: step 200 of 200.');
    const until = (kind: LogRecord['kind']) =>
      records.slice(0, records.findLastIndex((record) => record.kind === kind) + 1);
    expect(runHistory(until('step')).state).toBe('Running, or interrupted, at step 200 of 200.');
    expect(runHistory([]).state).toBe('Running, or interrupted, at step 0.');
    const stop = { ...records.at(-1)!, reason: 'stopped' } as LogRecord;
    expect(runHistory([...until('resume'), stop]).state).toBe('Stopped at step 100 of 200; it can be resumed.');
  });

  test('names what was not finite', () => {
    const failed = { kind: 'nonFinite', step: 7, where: 'blocks.0: rmsNorm', batchFile: 'batch-7.json' } as const;
    const history = runHistory([...records.slice(0, 7), failed]);
    expect(history.failure).toBe('step 7: blocks.0: rmsNorm is not finite; the batch is in batch-7.json');
    expect(history.state).toContain('not finite');
  });

  test('finds the best validation, not the last', () => {
    const worse = { ...records.findLast(({ kind }) => kind === 'validation')!, step: 250, score: -1 } as LogRecord;
    expect(runHistory([...records, worse]).best!.step).toBe(200);
  });
});

describe('trainingReport', () => {
  const examples = [
    {
      step: 200,
      caption: 'a <bell>',
      sampleRate: 8000,
      mixture: [tone, tone, tone, tone],
      target: tone,
      estimates: [
        { query: 'audio', signal: tone, siSdri: 12.34 },
        { query: 'text', signal: new Float32Array(4000).fill(Number.NaN), siSdri: Number.NaN },
      ],
    },
  ];
  const page = trainingReport({ title: 'Training: a', records, examples });
  const tree = parseMarkup(page);

  test('is one page that asks nothing of a network', () => {
    expect(page.startsWith('<!doctype html>')).toBe(true);
    const links = [...page.matchAll(/(?:href|src)="([^"]{0,30})/g)].map(([, link]) => link!);
    expect(links.filter((link) => !link.startsWith('data:'))).toEqual([]);
    expect(page).not.toMatch(/@import|url\((?!#)/);
  });

  test('has a curve of everything the log holds', () => {
    const titles = findAll(tree, '.title').map(({ text }) => text);
    expect(titles).toMatchInlineSnapshot(`
      [
        "SI-SDR improvement",
        "SNR improvement",
        "Loss",
        "Loss term: siSdr",
        "Loss term: l1",
        "Learning rate",
        "Gradient norm before clipping",
        "Speed",
      ]
    `);
  });

  test('shows each validated example with a spectrogram and a player per sound, also of what is not finite', () => {
    expect(findAll(tree, 'audio')).toHaveLength(4);
    expect(findAll(tree, 'image')).toHaveLength(4);
    expect(tree.text).toContain('1. a &lt;bell&gt;, step 200');
    expect(tree.text).toContain('SI-SDRi +12.3 dB');
  });

  test('tells validation as mean ± deviation, and shows the config', () => {
    const table = findAll(tree, 'table')[0]!;
    expect(findAll(table, 'tr').map((row) => findAll(row, 'td').map(({ text }) => text))).toMatchInlineSnapshot(`
      [
        [],
        [
          "best and last, step 200",
          "audio",
          "32",
          "7.00 ± 5.10",
          "11.00 ± 4.20",
          "7.50 ± 4.00",
          "11.40 ± 3.90",
        ],
        [
          "best and last, step 200",
          "text",
          "32",
          "5.35 ± 5.10",
          "9.35 ± 4.20",
          "5.85 ± 4.00",
          "9.75 ± 3.90",
        ],
      ]
    `);
    expect(findAll(tree, 'pre')[0]!.text).toContain('a &lt;b&gt; &amp; \\&quot;c\\&quot;');
  });

  test('a log that has just begun is a page, too', () => {
    for (const count of [0, 1, 2]) {
      expect(parseMarkup(trainingReport({ title: 'a', records: records.slice(0, count) })).text).toContain('Running');
    }
  });
});
