import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { readWav } from '../../../src/audio/wav/readWav.ts';
import { createWav, writeWav } from '../../../src/audio/wav/writeWav.ts';
import { separateCommand } from '../../../src/cli/separate/command.ts';
import { saveQuerySeparator } from '../../../src/models/querySeparatorFile.ts';
import { init, shutdown } from '../../../src/tensor/engine/device/init.ts';
import { noise } from '../../models/extraction/fakeModel.ts';
import { smallSeparator } from '../../models/extraction/smallSeparator.ts';

const root = join(import.meta.dirname, '../../..');
let folder: string;
let out: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tympan-separate-'));
  await init();
  const model = smallSeparator();
  await saveQuerySeparator(at('model.safetensors'), model);
  model.dispose();
  await shutdown(); // the command has a device of its own
  await writeWav(at('bark.wav'), [noise(4000)], { sampleRate: 8000 });
  await writeWav(at('bell.wav'), [noise(4000, 2), noise(4000, 3)], { sampleRate: 44_100 });
  await writeWav(
    at('hall.wav'),
    [1, 2, 3, 4].map((seed) => noise(30_000, seed)),
    { sampleRate: 16_000 },
  );
});

afterAll(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  out = await mkdtemp(at('out-'));
  return () => vi.restoreAllMocks();
});

/** What `tympan separate` prints. */
async function run(...args: string[]) {
  let printed = '';
  const print = (text: string) => {
    printed += `${text.replaceAll(folder, '…').replaceAll(/…\/out-\w+/g, 'out')}\n`;
  };
  vi.spyOn(console, 'log').mockImplementation(print);
  vi.spyOn(console, 'error').mockImplementation(() => {});
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  await separateCommand().parseAsync([...args, '--model', at('model.safetensors')], { from: 'user' });
  return printed;
}

test('one query gives the file that is named, at the rate and length of the recording', async () => {
  const printed = await run(at('hall.wav'), '--audio', at('bark.wav'), '--out', join(out, 'bark.wav'), '--chunk', '1');
  expect(printed).toMatch(
    /^out\/bark.wav: bark.wav, -?\d+\.\d dB in the recording, similarity to the query -?\d\.\d\d/,
  );
  const { channels, sampleRate } = await readWav(join(out, 'bark.wav'));
  expect([channels.length, channels[0]!.length, sampleRate]).toEqual([1, 30_000, 16_000]);
  expect(await readdir(out)).toEqual(['bark.wav']);
});

test('several queries, as clips of any rate and as sentences, give a file each in the folder', async () => {
  const queries = ['--audio', at('bark.wav'), '--query', at('bell.wav'), '--text', 'rain on a roof'];
  const printed = await run(at('hall.wav'), ...queries, '--out', join(out, 'new'), '--order', 'fuma', '--bits', '16');
  expect(printed.trim().split('\n').length).toBe(4);
  expect((await readdir(join(out, 'new'))).sort()).toEqual([
    'hall.bark.wav',
    'hall.bell.wav',
    'hall.rain-on-a-roof.wav',
  ]);
  expect((await readWav(join(out, 'new/hall.bell.wav'))).format.bits).toBe(16);
});

test('errors name the file and leave nothing behind', async () => {
  const clip = ['--audio', at('bark.wav'), '--out', join(out, 'x.wav')];
  await expect(run(at('nowhere.wav'), ...clip)).rejects.toThrow(/nowhere.wav/);
  await expect(run(at('hall.wav'), ...clip, '--channels', '1,9')).rejects.toThrow('from 1 to 4');
  await expect(run(at('hall.wav'), '--out', join(out, 'x.wav'))).rejects.toThrow('nothing is asked for');
  expect(await readdir(out)).toEqual([]);
});

test('Ctrl-C leaves neither file nor temporary file, and the exit code says so', async () => {
  const long = await createWav(at('long.wav'), { sampleRate: 8000, channelCount: 4 });
  const minute = [1, 2, 3, 4].map((seed) => noise(480_000, seed));
  for (let n = 0; n < 20; n++) await long.write(minute);
  await long.close();
  const args = ['src/cli/index.ts', 'separate', at('long.wav'), '--audio', at('bark.wav')];
  const files = ['--model', at('model.safetensors'), '--out', join(out, 'x.wav')];
  // Not through tsx's own command, a process of its own that would get the signal.
  const child = spawn(process.execPath, ['--import', 'tsx', ...args, ...files], { cwd: root });
  let shown = '';
  let interrupted = false;
  child.stderr.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    if (!interrupted && shown.includes('seconds')) {
      interrupted = true;
      child.kill('SIGINT');
    }
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  expect(shown).toContain('interrupted: nothing was written');
  expect(code).toBe(130);
  expect(await readdir(out)).toEqual([]);
});
