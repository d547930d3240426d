import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseLog } from '../../src/train/trainLog.ts';

const program = fileURLToPath(new URL('killedRun.ts', import.meta.url));
const STEPS = 40;
const KILLS = 3;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tympan-'));
});

afterAll(() => rm(folder, { recursive: true }));

/** Runs until the end, or so many milliseconds into its training. Resolves to whether it ended by itself. */
function runChild(out: string, killAfter?: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', program, out, String(STEPS)]);
    let errors = '';
    child.stderr.on('data', (text) => {
      errors += text;
    });
    child.stdout.once('data', () => {
      if (killAfter !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfter);
    });
    child.on('exit', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve(code === 0);
      else reject(new Error(`the training ended with ${code ?? signal}: ${errors}`));
    });
  });
}

test('a process killed at any moment goes on to the same weights, bit for bit', async () => {
  const [whole, killed] = [join(folder, 'whole'), join(folder, 'killed')];
  expect(await runChild(whole)).toBe(true);
  let ended = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    if (await runChild(killed, 500 * Math.random() ** 2)) ended++;
  }
  expect(ended, 'children that were done before their kill').toBeLessThan(KILLS);
  expect(await runChild(killed)).toBe(true);

  for (const file of [
    'model.safetensors',
    'best.safetensors',
    `checkpoints/step-${String(STEPS).padStart(8, '0')}.safetensors`,
  ]) {
    expect((await readFile(join(killed, file))).equals(await readFile(join(whole, file))), file).toBe(true);
  }
  const log = parseLog(await readFile(join(killed, 'log.jsonl'), 'utf8'));
  const steps = log.flatMap((record) => (record.kind === 'step' ? [record.step] : []));
  expect(steps).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1));
});
