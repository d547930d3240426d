import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseCsv } from '../../../src/audio/library/csv.ts';
import { evaluationConfig } from '../../../src/train/evaluate/evaluationConfig.ts';
import { evaluationText, parseEvaluation } from '../../../src/train/evaluate/evaluationFile.ts';
import { openRowJournal, sha256 } from '../../../src/train/evaluate/rowJournal.ts';
import { hearExamples, runEvaluation } from '../../../src/train/evaluate/runEvaluation.ts';
import { writeEvaluations } from '../../../src/train/evaluate/writeEvaluations.ts';
import { findAll, parseMarkup } from '../figures/markupTree.ts';
import { toyModel, toySet } from './toySet.ts';

let out: string;

beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'evaluate-'));
});
afterEach(() => rm(out, { recursive: true }));

const config = evaluationConfig({ examples: 10, filterLength: 8, listen: 2 });

describe('runEvaluation', () => {
  test('a run that was killed goes on with the rows it had, the cut one made anew', async () => {
    const whole = await runEvaluation(toyModel(), { config, set: toySet(10) });
    await runEvaluation(toyModel(), { config: { ...config, examples: 6 }, set: toySet(10), journals: out });
    const [journal] = await readdir(out);
    await appendFile(join(out, journal!), '{"example":"toy-6","que');
    const model = toyModel();
    const resumed = await runEvaluation(model, { config, set: toySet(10), journals: out });
    expect(evaluationText(resumed)).toBe(evaluationText(whole));
    expect(model.asked).toHaveLength(8);
    const again = toyModel();
    expect(await runEvaluation(again, { config, set: toySet(10), journals: out })).toEqual(whole);
    expect(again.asked).toEqual([]);
  });

  test('rows of other weights, other data or another filter are not taken for these', async () => {
    await runEvaluation(toyModel(), { config, set: toySet(10), journals: out });
    const others = [
      [toyModel({ hash: 'beef' }), toySet(10), config],
      [toyModel({ channels: 1 }), toySet(10, { channels: 1 }), config],
      [toyModel(), toySet(10), { ...config, filterLength: 4 }],
    ] as const;
    for (const [model, set, config] of others) {
      await runEvaluation(model, { config, set, journals: out });
      expect(model.asked).toHaveLength(20);
    }
  });

  test('a query that is added later is asked alone', async () => {
    await runEvaluation(toyModel(), {
      config: { ...config, queries: [{ kind: 'audio' }] },
      set: toySet(10),
      journals: out,
    });
    const model = toyModel();
    await runEvaluation(model, { config, set: toySet(10), journals: out });
    expect(new Set(model.asked.map((question) => question.split(' ')[1]))).toEqual(new Set(['text']));
  });

  test('a set smaller than the number asked for is evaluated whole', async () => {
    expect((await runEvaluation(toyModel(), { config, set: toySet(3) })).rows).toHaveLength(6);
  });
});

describe('the files of an evaluation', () => {
  test('hold what was computed, and read back the same', async () => {
    const set = toySet(10);
    const evaluation = await runEvaluation(toyModel(), { config, set });
    const heard = await hearExamples(toyModel(), { config, set }, evaluation);
    const files = await writeEvaluations(out, [evaluation], heard);
    expect(files.map((file) => file.slice(out.length + 1))).toMatchInlineSnapshot(`
      [
        "toy.json",
        "toy.csv",
        "summary.csv",
        "figures/overall.svg",
        "figures/sources.svg",
        "figures/input-snr.svg",
        "figures/scatter.svg",
        "figures/classes.svg",
        "evaluation.html",
      ]
    `);

    const json = await readFile(join(out, 'toy.json'), 'utf8');
    expect(parseEvaluation('toy.json', json)).toEqual(evaluation);

    const [head, ...rows] = parseCsv(await readFile(join(out, 'toy.csv'), 'utf8'));
    const column = (name: string) => head!.fields.indexOf(name);
    expect(rows.map(({ fields }) => fields[column('text')])[0]).toBe('sound, "0"');
    expect(rows.map(({ fields }) => Number(fields[column('siSdri')] || Number.NaN))).toEqual(
      evaluation.rows.map(({ siSdri }) => siSdri ?? Number.NaN),
    );

    const page = parseMarkup(await readFile(join(out, 'evaluation.html'), 'utf8'));
    expect(findAll(page, 'h2').map(({ text }) => text)).toMatchInlineSnapshot(`
      [
        "Overall",
        "Figures",
        "Number of sources",
        "SNR of the mixture",
        "Classes",
        "Examples",
        "Set-up",
      ]
    `);
    // Two examples: mixture, clip, truth and two estimates each.
    expect(findAll(page, 'audio')).toHaveLength(10);
    for (const name of await readdir(join(out, 'figures'))) {
      expect(findAll(parseMarkup(await readFile(join(out, 'figures', name), 'utf8')), 'svg')).toHaveLength(1);
    }
  });

  test('what is no evaluation is refused by its name', () => {
    expect(() => parseEvaluation('a.json', '{')).toThrow(/^a\.json: is not JSON/);
    expect(() => parseEvaluation('a.json', '[]')).toThrow('a.json: must be an object');
    expect(() => parseEvaluation('a.json', '{"kind":"x"}')).toThrow('a.json: must be JSON that tympan evaluate wrote');
  });
});

describe('the journal of rows', () => {
  test('passes over lines that are no rows', async () => {
    const file = join(out, 'rows.jsonl');
    await writeFile(file, '{"example":1}\nnot json\n[]\n{"torn":');
    const journal = await openRowJournal(file);
    expect(journal.rows).toEqual([]);
    await journal.close();
    expect(await readFile(file, 'utf8')).toBe('{"example":1}\nnot json\n[]\n');
  });

  test('hashes as FIPS 180-4 has it', async () => {
    expect(await sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
