import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openLibrary } from '../../../src/audio/library/clipLibrary.ts';
import { mixtureRecord } from '../../../src/audio/scene/mixture/mixtureRecord.ts';
import { renderMixture } from '../../../src/audio/scene/mixture/renderMixture.ts';
import { readWav } from '../../../src/audio/wav/readWav.ts';
import { synthCommand } from '../../../src/cli/synth/command.ts';
import { synthConfig } from '../../../src/cli/synth/synthConfig.ts';
import { type SynthesizeOptions, synthesize } from '../../../src/cli/synth/synthesize.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tympan-synth-'));
});

afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await rm(folder, { recursive: true });
});

const json = {
  library: { kind: 'procedural', classes: ['bell', 'dog', 'whistle', 'rain', 'coins'], clipsPerClass: 2, seconds: 0.5 },
  mixture: { sampleRate: 8000, seconds: 0.5, room: { kind: 'freeField' } },
  count: 5,
  seed: 2,
};

function options(changes: Partial<SynthesizeOptions> = {}): SynthesizeOptions {
  const shard = { index: 0, count: 1 };
  const encoding = { encoding: 'float', bits: 32 } as const;
  return { ...synthConfig(json), out: join(folder, 'out'), shard, workers: 0, encoding, ...changes };
}

/** Every file below a folder, as text of its bytes. */
async function contents(root: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files[path.slice(root.length)] = (await readFile(path)).toString('latin1');
  }
  return files;
}

async function run(...args: string[]) {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  await synthCommand().exitOverride().parseAsync(args, { from: 'user' });
  return lines;
}

async function configFile(value: unknown = json): Promise<string> {
  const path = join(folder, 'c.json');
  await writeFile(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
}

describe('tympan synth', () => {
  test('writes each mixture as its record renders it, and an index once all are there', async () => {
    const out = join(folder, 'out');
    const lines = await run('--config', await configFile(), '--out', out, '--workers', '0', '--count', '3');
    expect(lines).toEqual([`3 mixtures made in ${out}`, 'all are there: index.jsonl lists them']);
    expect((await readdir(out)).sort()).toEqual(['000000', '000001', '000002', 'config.json', 'index.jsonl']);
    const index = (await readFile(join(out, 'index.jsonl'), 'utf8')).trim().split('\n');
    for (const [at, line] of index.entries()) {
      const { folder: name, events, target, caption } = JSON.parse(line);
      const file = JSON.parse(await readFile(join(out, name, 'record.json'), 'utf8'));
      const record = mixtureRecord(file.record);
      expect([record.index, record.seed, record.target, record.query.caption]).toEqual([at, 2, target, caption]);
      const { mixture, targets, query } = await renderMixture(record, await openLibrary(file.library));
      expect((await readWav(join(out, name, 'mixture.wav'))).channels).toEqual(mixture);
      expect((await readWav(join(out, name, 'query.wav'))).channels).toEqual([query]);
      expect(targets).toHaveLength(events.length);
      for (const [t, signal] of targets.entries()) {
        expect((await readWav(join(out, name, `target${t}.wav`))).channels).toEqual([signal]);
      }
    }
  });

  test('makes a mixture again from its record alone, with the same bytes', async () => {
    await synthesize(options({ count: 2 }));
    const again = join(folder, 'again');
    await run('--record', join(folder, 'out/000001/record.json'), '--out', again);
    expect(await contents(again)).toEqual(await contents(join(folder, 'out/000001')));
  });

  test('keeps what is there, and removes what was left half made', async () => {
    await synthesize(options());
    const out = join(folder, 'out');
    const whole = await contents(out);
    await rm(join(out, '000002'), { recursive: true });
    await mkdir(join(out, '.000002-77'));
    await writeFile(join(out, '.000002-77/mixture.wav'), 'half');
    const progress = vi.fn();
    expect(await synthesize(options({ progress }))).toEqual({ total: 5, kept: 4, made: 1, clipped: 0, whole: true });
    expect(progress.mock.calls).toEqual([
      [0, 1],
      [1, 1],
    ]);
    expect(await contents(out)).toEqual(whole);
  });

  test('gives the same files in shards, with any number of workers', async () => {
    await synthesize(options());
    const out = join(folder, 'shards');
    const first = await synthesize(options({ out, shard: { index: 1, count: 2 }, workers: 1 }));
    expect(first).toMatchObject({ total: 2, made: 2, whole: false });
    expect(await readdir(out)).not.toContain('index.jsonl');
    const second = await synthesize(options({ out, shard: { index: 0, count: 2 }, workers: 2 }));
    expect(second).toMatchObject({ total: 3, made: 3, whole: true });
    expect(await contents(out)).toEqual(await contents(join(folder, 'out')));
  });

  test('ends between two mixtures when it is told to, and goes on later', async () => {
    const stop = new AbortController();
    const progress = (done: number) => {
      if (done === 2) stop.abort();
    };
    const ended = await synthesize(options({ signal: stop.signal, progress }));
    expect(ended.made).toBeGreaterThanOrEqual(2);
    expect(ended.made).toBeLessThan(5);
    expect(ended.whole).toBe(false);
    expect(await synthesize(options())).toMatchObject({ kept: ended.made, made: 5 - ended.made, whole: true });
  });

  test('makes more of the same, but does not mix configurations in one folder', async () => {
    await synthesize(options({ count: 2 }));
    expect(await synthesize(options({ count: 4 }))).toMatchObject({ kept: 2, made: 2 });
    await expect(synthesize(options({ seed: 3 }))).rejects.toThrow('made with another seed: choose another folder');
    const mixture = synthConfig({ ...json, mixture: { ...json.mixture, seconds: 1 } }).mixture;
    await expect(synthesize(options({ mixture }))).rejects.toThrow('made with another mixture');
    await writeFile(join(folder, 'out/config.json'), '[');
    await expect(synthesize(options())).rejects.toThrow('it is no JSON object');
  });

  test('says how many samples PCM cut off', async () => {
    const loud = synthConfig({ ...json, mixture: { ...json.mixture, eventSnr: 60 } }).mixture;
    const { clipped } = await synthesize(options({ mixture: loud, count: 1, encoding: { encoding: 'pcm', bits: 16 } }));
    expect(clipped).toBeGreaterThan(0);
  });

  test('that is interrupted leaves whole mixtures alone, and the same command goes on', async () => {
    const out = join(folder, 'out');
    const args = ['--config', await configFile({ ...json, count: 2000 }), '--out', out, '--workers', '1'];
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/index.ts', 'synth', ...args]);
    let told = '';
    child.stdout.on('data', (text) => {
      told += text;
    });
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    while (!(await readdir(out).catch(() => [] as string[])).includes('000003'))
      await new Promise((wake) => setTimeout(wake, 50));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(told).toMatch(/^\d+ mixtures made in .*\n\d+ are left: the same command goes on\n$/);
    const names = await readdir(out);
    expect(names.filter((name) => name.startsWith('.'))).toEqual([]);
    const made = names.filter((name) => name !== 'config.json');
    expect(await synthesize(options({ count: made.length }))).toMatchObject({
      kept: made.length,
      made: 0,
      whole: true,
    });
  });
});

describe('what is amiss', () => {
  test.each([
    ['{', /c\.json: .*JSON/],
    [{ mixture: {} }, /synth config: library: must be an object, got nothing/],
    [{ ...json, mixture: { seconds: 'long' } }, /c\.json: mixture config: seconds: must be a number/],
    [{ ...json, counts: 3 }, /synth config: no field counts; there are library, mixture, count, seed/],
    [{ ...json, library: { kind: 'tape' } }, /tape/],
  ])('in the configuration %j is named', async (value, message) => {
    const args = ['--config', await configFile(value), '--out', join(folder, 'out'), '--workers', '0'];
    await expect(run(...args)).rejects.toThrow(message);
  });

  test('in a mixture is named with its number', async () => {
    const hopeless = { ...json, mixture: { ...json.mixture, eventCount: 9 } };
    await expect(synthesize(options(synthConfig(hopeless)))).rejects.toThrow(
      'example 0 of seed 2: mixture config: 9 events',
    );
  });

  test('in a record file is named', async () => {
    const path = join(folder, 'record.json');
    await writeFile(path, JSON.stringify({ library: json.library, record: { version: 1 } }));
    await expect(run('--record', path, '--out', join(folder, 'again'))).rejects.toThrow(
      'record.json: mixture record: events: must be a list, got nothing',
    );
  });

  test('in the options is named', async () => {
    await expect(run('--out', folder)).rejects.toThrow('give --config <c.json>, or --record');
    await expect(run('--config', 'nowhere.json', '--out', folder)).rejects.toThrow('nowhere.json');
    await expect(run('--config', 'c', '--out', folder, '--count', '0')).rejects.toThrow('count must be a whole number');
  });

  test('in the folder is named', async () => {
    const out = join(folder, 'file');
    await writeFile(out, 'not a folder');
    await expect(synthesize(options({ out }))).rejects.toThrow(out);
  });
});
