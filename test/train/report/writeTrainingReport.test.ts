import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeWav } from '../../../src/audio/wav/writeWav.ts';
import { writeTrainingReport } from '../../../src/train/report/writeTrainingReport.ts';
import { findAll, parseMarkup } from '../figures/markupTree.ts';
import { sampleLog } from './sampleRun.ts';

let run: string;

beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'report-'));
});
afterEach(() => rm(run, { recursive: true }));

const log = (steps: number) => sampleLog(steps).map((record) => `${JSON.stringify(record)}\n`).join(''); // biome-ignore format: one line

test('makes the page from the log and the validated examples of a run', async () => {
  await writeFile(join(run, 'log.jsonl'), log(20));
  await mkdir(join(run, 'examples'));
  const signal = Float32Array.from({ length: 2000 }, (_, n) => Math.sin(n / 9));
  for (const name of ['mixture', 'target', 'audio']) {
    await writeWav(join(run, `examples/0-${name}.wav`), [signal], { sampleRate: 8000 });
  }
  const file = (name: string) => `examples/0-${name}.wav`;
  const estimates = [{ query: 'audio', file: file('audio'), siSdri: 3 }];
  const example = { step: 20, caption: 'rain', mixture: file('mixture'), target: file('target'), estimates };
  const deleted = { ...example, mixture: 'examples/1-mixture.wav' };
  await writeFile(join(run, 'examples/examples.json'), JSON.stringify([example, deleted]));
  const path = await writeTrainingReport(run);
  expect(path).toBe(join(run, 'report.html'));
  expect(findAll(parseMarkup(await readFile(path, 'utf8')), 'audio')).toHaveLength(3);
});

test('a log that a kill cut off is read up to there', async () => {
  await writeFile(join(run, 'log.jsonl'), `${log(5)}{"kind":"ste`);
  expect(await readFile(await writeTrainingReport(run), 'utf8')).toContain('step 5 of 5');
});

test('says what is missing, and leaves no page', async () => {
  await expect(writeTrainingReport(run)).rejects.toThrow(/read: .*log\.jsonl: ENOENT/);
  await writeFile(join(run, 'log.jsonl'), '');
  await expect(writeTrainingReport(run)).rejects.toThrow(/log\.jsonl: has no records yet/);
  await expect(readFile(join(run, 'report.html'))).rejects.toThrow('ENOENT');
});
