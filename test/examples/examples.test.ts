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

test('the demo trains, measures and writes its files', async () => {
  const { stdout, stderr } = await tsx('examples/demo/demo.ts', '--steps', '2', '--out', out);
  expect(stderr).toMatch(/training .* 2\/2/);
  expect(stdout).toMatch(/SI-SDR in dB[\s\S]*mean +-?\d+\.\d +-?\d+\.\d +-?\d+\.\d/);
  const files = await readdir(out);
  expect(files).toEqual(
    expect.arrayContaining([
      'mixture.wav',
      'query.wav',
      'target.wav',
      'estimate.wav',
      'spectrogram.png',
      'model.safetensors',
    ]),
  );
  const mixture = await readWav(join(out, 'mixture.wav'));
  expect(mixture.channels).toHaveLength(4);
  const estimate = await readWav(join(out, 'estimate.wav'));
  expect(estimate.channels[0]).toHaveLength(mixture.channels[0]!.length);

  // The command does the same from the saved model. Its output is a 32-bit float file, as is the demo's: equal to rounding.
  const separated = join(out, 'separated.wav');
  const files4 = ['--query', join(out, 'query.wav'), '--model', join(out, 'model.safetensors'), '--out', separated];
  await tsx('src/cli/index.ts', 'separate', join(out, 'mixture.wav'), ...files4);
  const again = await readWav(separated);
  const peak = Math.max(...estimate.channels[0]!.map(Math.abs));
  const error = Math.max(...again.channels[0]!.map((value, n) => Math.abs(value - estimate.channels[0]![n]!)));
  expect(error).toBeLessThanOrEqual(1e-5 * peak);
});
