import { describe, expect, test } from 'vitest';
import { parseCsv } from '../../../src/audio/library/csv.ts';
import { compareEvaluations, comparisonTable } from '../../../src/train/evaluate/compareEvaluations.ts';
import { csvText } from '../../../src/train/evaluate/csvText.ts';
import { absentTable, groupTable, summaryColumns, summaryRows } from '../../../src/train/evaluate/evaluationTables.ts';
import { findingsTable } from '../../../src/train/evaluate/findingsTable.ts';
import { groupRows, summarize } from '../../../src/train/evaluate/summarize.ts';
import { consoleTable, markdownTable } from '../../../src/train/evaluate/textTable.ts';
import { sampleEvaluation, sampleRows } from './sampleRows.ts';

const labels = ['bell', 'dog', 'rain'];
const rows = sampleRows(40, 10, ['audio', 'text'], labels);
const better = sampleEvaluation('foa', rows);
const worse = sampleEvaluation('w', sampleRows(40, 7, ['audio', 'text'], labels), 1);

describe('groups', () => {
  test('of the input SNR hold each row once, lower edge included', () => {
    const groups = groupRows(rows, 'inputSnr', [-5, 0]);
    expect(groups.map(({ value }) => value)).toEqual(['below −5', '−5 to 0', 'from 0']);
    expect(groups.reduce((sum, group) => sum + group.rows.length, 0)).toBe(rows.length);
    const [row] = rows;
    expect(groupRows([{ ...row!, inputSnr: -5 }], 'inputSnr', [-5, 0])[0]!.value).toBe('−5 to 0');
  });

  test('leave out what is absent, and rows without the property', () => {
    const [row] = rows;
    expect(groupRows([{ ...row!, present: false }], 'all', [])).toEqual([]);
    expect(groupRows([{ ...row!, sources: null, label: '' }], 'sources', [])).toEqual([]);
    expect(groupRows([{ ...row!, label: '' }], 'label', [])).toEqual([]);
  });

  test('are summed up by mean and sample deviation, over finite scores', () => {
    const three = [1, 2, 6].map((siSdri, i) => ({ ...rows[0]!, example: String(i), siSdri }));
    const [all] = summarize([...three, { ...rows[0]!, example: 'x', siSdri: null }], []);
    expect(all!.count).toBe(4);
    expect(all!.metrics.siSdri).toMatchObject({ count: 3, mean: 3, median: 2 });
    expect(all!.metrics.siSdri.std).toBeCloseTo(Math.sqrt(7), 12);
    expect(all!.metrics.siSdri.interval[0]).toBeGreaterThanOrEqual(1);
  });
});

describe('tables', () => {
  test('are printed as papers print them', () => {
    expect(consoleTable(groupTable([better, worse], 'all'))).toMatchInlineSnapshot(`
      "model  channels  query   n       SI-SDR      SI-SDRi          SNR         SNRi          SDR         SDRi
      ────────────────────────────────────────────────────────────────────────────────────────────────────────
      foa    WYZX      audio  40  7.57 ± 4.91  8.30 ± 2.40  8.07 ± 4.91  8.80 ± 2.40  8.37 ± 4.91  9.10 ± 2.40
      foa    WYZX      text   40  5.73 ± 5.64  6.46 ± 3.02  6.23 ± 5.64  6.96 ± 3.02  6.53 ± 5.64  7.26 ± 3.02
      w      W         audio  40  4.66 ± 4.92  5.39 ± 2.01  5.16 ± 4.92  5.89 ± 2.01  5.46 ± 4.92  6.19 ± 2.01
      w      W         text   40  2.86 ± 5.02  3.59 ± 2.33  3.36 ± 5.02  4.09 ± 2.33  3.66 ± 5.02  4.39 ± 2.33"
    `);
    expect(consoleTable(groupTable([better], 'sources'))).toMatchInlineSnapshot(`
      "sources  query   n        SI-SDR      SI-SDRi           SNR         SNRi           SDR         SDRi
      ───────────────────────────────────────────────────────────────────────────────────────────────────
      1        audio  11  11.81 ± 5.05  8.81 ± 3.00  12.31 ± 5.05  9.31 ± 3.00  12.61 ± 5.05  9.61 ± 3.00
      1        text   11  11.09 ± 5.01  8.09 ± 2.74  11.59 ± 5.01  8.59 ± 2.74  11.89 ± 5.01  8.89 ± 2.74
      2        audio  10   7.76 ± 4.31  8.37 ± 1.34   8.26 ± 4.31  8.87 ± 1.34   8.56 ± 4.31  9.17 ± 1.34
      2        text   10   7.29 ± 4.06  7.91 ± 2.08   7.79 ± 4.06  8.41 ± 2.08   8.09 ± 4.06  8.71 ± 2.08
      3        audio  12   6.70 ± 2.44  8.03 ± 1.83   7.20 ± 2.44  8.53 ± 1.83   7.50 ± 2.44  8.83 ± 1.83
      3        text   12   3.62 ± 2.74  4.94 ± 2.22   4.12 ± 2.74  5.44 ± 2.22   4.42 ± 2.74  5.74 ± 2.22
      4        audio   7   2.15 ± 2.62  7.89 ± 3.59   2.65 ± 2.62  8.39 ± 3.59   2.95 ± 2.62  8.69 ± 3.59
      4        text    7  −1.29 ± 1.91  4.45 ± 3.71  −0.79 ± 1.91  4.95 ± 3.71  −0.49 ± 1.91  5.25 ± 3.71"
    `);
  });

  test('tell how loud a model answers to what is not there', () => {
    const absent = [-20, -30].map((outputLevel, i) => ({ ...rows[0]!, example: `a${i}`, present: false, outputLevel }));
    const { rows: table } = absentTable([sampleEvaluation('foa', absent)]);
    expect(table).toEqual([['foa', 'audio', '2', '−25.0 ± 7.1', '−25.0']]);
    expect(absentTable([better]).rows).toEqual([]);
  });

  test('in Markdown escape what would end a cell', () => {
    expect(markdownTable({ columns: ['a', 'b'], rows: [['x|y', '1']] })).toBe(
      '| a | b |\n| --- | ---: |\n| x\\|y | 1 |',
    );
  });

  test('in CSV quote what needs it, and read back the same', () => {
    const odd = ['plain', 'a,b', '"quoted"', 'two\nlines', '', ' space '];
    const text = csvText(
      ['name', 'value'],
      [...odd.map((name, value) => ({ name, value })), { name: 'none', value: null }],
    );
    const [head, ...read] = parseCsv(text);
    expect(head!.fields).toEqual(['name', 'value']);
    expect(read.map(({ fields }) => fields)).toEqual([...odd.map((name, i) => [name, String(i)]), ['none', '']]);
    const summary = parseCsv(csvText(summaryColumns, summaryRows([better])));
    expect(summary[0]!.fields).toEqual([...summaryColumns]);
    expect(new Set(summary.map(({ fields }) => fields.length))).toEqual(new Set([summaryColumns.length]));
  });
});

describe('compareEvaluations', () => {
  test('gives the mean of the differences and its interval, question by question', () => {
    const shifted = sampleEvaluation('up', rows.map((row, i) => ({ ...row, siSdri: row.siSdri! + 1 + (i % 2 ? 0.5 : -0.5) }))); // biome-ignore format: one line
    const [audio, , , text] = compareEvaluations(better, shifted);
    expect(audio).toMatchObject({ query: 'audio', metric: 'siSdri', count: 40, better: 1 });
    expect(audio!.difference).toBeCloseTo(0.5, 10);
    expect(audio!.interval[0]).toBeCloseTo(0.5, 10);
    expect(text!.difference).toBeCloseTo(1.5, 10);
    expect(audio!.second - audio!.first).toBeCloseTo(0.5, 10);
  });

  test('is narrower than the two means by themselves', () => {
    const [{ interval, difference }] = compareEvaluations(worse, better) as [ReturnType<typeof compareEvaluations>[0]];
    expect(interval[0]).toBeLessThan(difference);
    expect(interval[1]).toBeGreaterThan(difference);
    const [low, high] = better.groups[0]!.metrics.siSdri.interval;
    expect(interval[1] - interval[0]).toBeLessThan(2 * (high - low));
    expect(consoleTable(comparisonTable(['w', 'foa'], compareEvaluations(worse, better)))).toMatchInlineSnapshot(`
      "query  metric    n     w   foa  difference (dB)   95 % interval  better
      ───────────────────────────────────────────────────────────────────────
      audio  SI-SDRi  40  5.39  8.30            +2.92  +2.21 to +3.63    85 %
      audio  SNRi     40  5.89  8.80            +2.92  +2.21 to +3.63    85 %
      audio  SDRi     40  6.19  9.10            +2.92  +2.21 to +3.63    85 %
      text   SI-SDRi  40  3.59  6.46            +2.87  +2.06 to +3.67    88 %
      text   SNRi     40  4.09  6.96            +2.87  +2.06 to +3.67    88 %
      text   SDRi     40  4.39  7.26            +2.87  +2.06 to +3.67    88 %"
    `);
  });

  test('refuses other data, and nothing in common', () => {
    const other = { ...better, config: { ...better.config, seed: 4 } };
    expect(() => compareEvaluations(better, other)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: evaluate: foa and foa were evaluated on different data: the same data, seed and mixtures are needed for a paired comparison]`,
    );
    const none = sampleEvaluation('none', []);
    expect(() => compareEvaluations(better, none)).toThrow('have no question in common');
  });
});

describe('findingsTable', () => {
  test('has the mean over seeds and the spread between them', () => {
    const seeds = (gains: readonly number[]) => gains.map((gain) => sampleEvaluation('m', rows.map((row) => ({ ...row, siSdri: gain })))); // biome-ignore format: one line
    const conditions = [
      { name: 'full FOA', evaluations: seeds([9, 10, 11]) },
      { name: 'W alone', evaluations: seeds([6]) },
    ];
    expect(findingsTable(conditions, { condition: 'channels', metrics: ['siSdri'] })).toMatchInlineSnapshot(`
      "| channels | query | seeds | examples | SI-SDRi (dB) |
      | --- | ---: | ---: | ---: | ---: |
      | full FOA | audio | 3 | 40 | 10.00 ± 1.00 |
      | full FOA | text | 3 | 40 | 10.00 ± 1.00 |
      | W alone | audio | 1 | 40 | 6.00 |
      | W alone | text | 1 | 40 | 6.00 |"
    `);
    expect(
      findingsTable(conditions, { by: 'sources', metrics: ['siSdri'], queries: ['audio'] }),
    ).toMatchInlineSnapshot(`
      "| condition | sources | query | seeds | examples | SI-SDRi (dB) |
      | --- | ---: | ---: | ---: | ---: | ---: |
      | full FOA | 1 | audio | 3 | 11 | 10.00 ± 1.00 |
      | full FOA | 2 | audio | 3 | 10 | 10.00 ± 1.00 |
      | full FOA | 3 | audio | 3 | 12 | 10.00 ± 1.00 |
      | full FOA | 4 | audio | 3 | 7 | 10.00 ± 1.00 |
      | W alone | 1 | audio | 1 | 11 | 6.00 |
      | W alone | 2 | audio | 1 | 10 | 6.00 |
      | W alone | 3 | audio | 1 | 12 | 6.00 |
      | W alone | 4 | audio | 1 | 7 | 6.00 |"
    `);
    expect(() => findingsTable([{ name: 'x', evaluations: [] }])).toThrow('findingsTable: x has no evaluations');
  });
});
