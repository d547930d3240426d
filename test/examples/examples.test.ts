import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readWav } from '../../src/audio/wav/readWav.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
let out: string;

beforeAll(async () => {
  out = await mkdtemp(join(root, '.cache-examples-')); // inside the repository: imports resolve from here
});

afterAll(() => rm(out, { recursive: true, force: true }));

const tsx = (...args: string[]) =>
  run(process.execPath, [join(root, 'node_modules/tsx/dist/cli.mjs'), ...args], { cwd: root });

test('customOp: an op with its own kernel and gradient, in 44 lines', async () => {
  const source = await readFile(join(root, 'examples/customOp.ts'), 'utf8');
  expect(source.split('\n').length).toBeLessThanOrEqual(45);
  const { stdout } = await tsx('examples/customOp.ts');
  expect(stdout).toContain('y  [ -0.75, -0.5, 0, 0.5, 0.75 ]');
  expect(stdout).toContain('dx [ 0.0625, 0.25, 1, 0.25, 0.0625 ]');
});

test('the program in the README learns XOR', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const program = readme.match(/```ts\n([\s\S]*?)```/)![1]!;
  const file = join(out, 'readme.ts');
  await writeFile(file, program);
  const { stdout } = await tsx(file);
  const losses = stdout
    .trim()
    .split('\n')
    .map((line) => Number(line.split(' ')[1]));
  expect(losses).toHaveLength(4);
  expect(losses[3]).toBeLessThan(losses[0]! / 3);
});

test('the demo extracts by clip and by sentence, and writes sounds and a page', async () => {
  const { stdout, stderr } = await tsx('examples/demo/demo.ts', '--scenes', '2', '--seconds', '2', '--out', out);
  expect(stderr).toMatch(/extracting .* 6\/6/);
  const means = stdout
    .match(/mean +(-?\d+\.\d) +(-?\d+\.\d) +(-?\d+\.\d)/)!
    .slice(1)
    .map(Number);
  const [before, byClip, bySentence] = means as [number, number, number];
  // Each of six sources; the tables of many scenes are in docs/findings.md.
  expect(byClip).toBeGreaterThan(before + 3);
  expect(bySentence).toBeGreaterThan(before + 3);
  const files = await readdir(out);
  expect(files.filter((name) => name.endsWith('.wav'))).toHaveLength(2 * (1 + 3 * 3));
  const page = await readFile(join(out, 'index.html'), 'utf8');
  expect(page).toContain('<audio');
  expect(page).not.toMatch(/(src|href)="https?:/);

  // The command does the same with the shipped model. Both files are 32-bit float: equal to rounding.
  const mixture = await readWav(join(out, 'scene-1-mixture.wav'));
  expect(mixture.channels).toHaveLength(4);
  const extracted = files.find((name) => /^scene-1-.*-extracted\.wav$/.test(name))!;
  const separated = join(out, 'separated.wav');
  const query = join(out, extracted.replace('extracted', 'query'));
  await tsx('src/cli/index.ts', 'separate', join(out, 'scene-1-mixture.wav'), '--audio', query, '--out', separated);
  const estimate = await readWav(join(out, extracted));
  const again = await readWav(separated);
  const peak = Math.max(...estimate.channels[0]!.map(Math.abs));
  const error = Math.max(...again.channels[0]!.map((value, n) => Math.abs(value - estimate.channels[0]![n]!)));
  expect(error).toBeLessThanOrEqual(1e-5 * peak);
});
