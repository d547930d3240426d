import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { encodeWav } from '../../../src/audio/wav/writeWav.ts';

const made: string[] = [];

afterAll(async () => {
  for (const folder of made) await rm(folder, { recursive: true, force: true });
});

/** A folder with these files: text as it is, a number as a WAV file of 100 samples of that value at 8000 Hz. */
export async function dataTree(files: Readonly<Record<string, string | number | Uint8Array>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'tympan-library-'));
  made.push(root);
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, ...name.split('/'));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, typeof content === 'number' ? constantWav([content]) : content);
  }
  return root;
}

/** A WAV file of 100 samples at 8000 Hz, of one value in each channel. */
export function constantWav(values: readonly number[]): Uint8Array {
  const channels = values.map((value) => new Float32Array(100).fill(value));
  return encodeWav(channels, { sampleRate: 8000, encoding: 'float', bits: 32 });
}
