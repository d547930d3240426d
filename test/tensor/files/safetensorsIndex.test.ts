import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileError } from '../../../src/tensor/files/fileError.ts';
import type { HostArray } from '../../../src/tensor/files/hostArray.ts';
import { openSafetensors, readSafetensors, writeSafetensors } from '../../../src/tensor/files/safetensors.ts';
import { SafetensorsError } from '../../../src/tensor/files/tensorFileErrors.ts';

const scalar = (value: number): HostArray => ({ dtype: 'f32', shape: [], data: Float32Array.of(value) });

let folder = '';
let index = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tympan-'));
  index = join(folder, 'model.safetensors.index.json');
  await writeSafetensors(
    join(folder, 'model-1.safetensors'),
    [
      ['a', scalar(1)],
      ['b', scalar(2)],
    ],
    { format: 'pt' },
  );
  await writeSafetensors(join(folder, 'model-2.safetensors'), [
    ['c', scalar(3)],
    ['unlisted', scalar(4)],
  ]);
});
afterEach(() => rm(folder, { recursive: true }));

async function writeIndex(weightMap: object): Promise<void> {
  await writeFile(index, JSON.stringify({ metadata: { total_size: 12, nested: [1.5, null] }, weight_map: weightMap }));
}

test('the tensors of all files are one file, by path and by URL', async () => {
  await writeIndex({ c: 'model-2.safetensors', b: 'model-1.safetensors', a: 'model-1.safetensors' });
  for (const path of [index, pathToFileURL(index), pathToFileURL(index).href]) {
    const file = await openSafetensors(path);
    expect(file.name).toBe(String(path));
    expect([...file.names].sort()).toEqual(['a', 'b', 'c']);
    expect(file.metadata).toEqual({ format: 'pt' });
    expect(file.info('c')).toMatchObject({ dtype: 'f32', shape: [] });
    expect(await file.read('c')).toEqual(scalar(3));
    await expect(file.read('unlisted')).rejects.toThrow('tensor "unlisted": not in the index, which has "c", "a", "b"');
    await file.close();
    await expect(file.read('a')).rejects.toThrow(FileError);
  }
  expect([...(await readSafetensors(index)).values()]).toEqual([scalar(3), scalar(1), scalar(2)]);
});

test('a tensor that its file lacks is named', async () => {
  await writeIndex({ a: 'model-1.safetensors', d: 'model-1.safetensors' });
  const error = await openSafetensors(index).catch((caught: Error) => caught);
  expect(String(error).replace(folder, '')).toMatchInlineSnapshot(
    `"SafetensorsError: safetensors: /model.safetensors.index.json: tensor "d": weight_map must name the file that has it, got "model-1.safetensors""`,
  );
});

test('a tensor is taken from the file the index names, even if others have one of that name', async () => {
  await writeSafetensors(join(folder, 'model-2.safetensors'), [
    ['a', scalar(-1)],
    ['c', scalar(3)],
  ]);
  await writeIndex({ a: 'model-1.safetensors', c: 'model-2.safetensors' });
  expect((await readSafetensors(index)).get('a')).toEqual(scalar(1));
});

test.each(['../model-1.safetensors', '/etc/passwd', 'C:\\secrets', 'a/b', '', '.', '..', 'a\0b'])(
  'the file name %j leads out of the folder and is refused',
  async (name) => {
    await writeIndex({ a: name });
    await expect(openSafetensors(index)).rejects.toMatchObject({ file: index, tensor: 'a', field: 'weight_map' });
  },
);

test('a file that does not exist is a FileError', async () => {
  await writeIndex({ a: 'model-1.safetensors', x: 'model-3.safetensors' });
  await expect(openSafetensors(index)).rejects.toThrow(FileError);
});

test.each([
  ['', 'index'],
  ['[]', 'index'],
  ['{}', 'weight_map'],
  ['{"weight_map":[]}', 'weight_map'],
  ['{"weight_map":{"a":1}}', 'weight_map'],
  ['{"weight_map":{"a":"x","a":"x"}}', 'weight_map'],
  ['{"weight_map":{}} x', 'index'],
  [`{"metadata":${'['.repeat(1000)}`, '"metadata"'],
])('the index %j is refused', async (text, field) => {
  await writeFile(index, text);
  await expect(openSafetensors(index)).rejects.toThrow(SafetensorsError);
  await expect(openSafetensors(index)).rejects.toMatchObject({ file: index, field });
});
