import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FileLike, openSource } from '../../../src/tensor/files/byteSource.ts';
import { FileError } from '../../../src/tensor/files/fileError.ts';

const contents = Uint8Array.from({ length: 100 }, (_, i) => i);
let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tympan-'));
  path = join(folder, 'bytes.bin');
  await writeFile(path, contents);
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await rm(folder, { recursive: true });
});

const kinds: [string, () => FileLike][] = [
  ['a path', () => path],
  ['a file URL', () => pathToFileURL(path)],
  ['a file URL as text', () => pathToFileURL(path).href],
  ['a Uint8Array', () => contents],
  ['a view into a larger buffer', () => Uint8Array.of(9, 9, ...contents, 9).subarray(2, 102)],
  ['an ArrayBuffer', () => contents.slice().buffer],
  ['a Blob', () => new Blob([contents])],
];

describe.each(kinds)('openSource of %s', (_kind, open) => {
  test('reads ranges and knows its size', async () => {
    const source = await openSource(open());
    expect(source.size).toBe(100);
    expect([...(await source.read(0, 100))]).toEqual([...contents]);
    expect([...(await source.read(97, 3))]).toEqual([97, 98, 99]);
    expect((await source.read(100, 0)).byteLength).toBe(0);
    await source.close();
    await source.close();
  });

  test('a range that leaves it is refused before anything is allocated', async () => {
    const source = await openSource(open());
    for (const [offset, length] of [
      [99, 2],
      [-1, 1],
      [0, -1],
      [0.5, 1],
      [0, 1e15],
      [2 ** 53, 1],
      [NaN, 1],
    ] as const) {
      await expect(source.read(offset, length)).rejects.toThrow(FileError);
    }
    await source.close();
  });
});

test('a source has a name for error messages', async () => {
  expect((await openSource(contents)).name).toBe('<bytes>');
  expect((await openSource(new Blob([]))).name).toBe('<blob>');
  expect((await openSource(new File([], 'clip.wav'))).name).toBe('clip.wav');
  const file = await openSource(path);
  expect(file.name).toBe(path);
  await file.close();
});

test('a file that shrank while it was open is a typed error', async () => {
  const source = await openSource(path);
  await truncate(path, 10);
  await expect(source.read(0, 100)).rejects.toThrow('had 100 bytes when it was opened and ended at 10');
  await source.close();
  await expect(source.read(0, 1)).rejects.toThrow('the file is closed');
});

test('what is missing, no regular file or not a source at all is a typed error', async () => {
  await expect(openSource(join(folder, 'none'))).rejects.toThrow(FileError);
  await expect(openSource(folder)).rejects.toThrow('not a regular file');
  await expect(openSource('')).rejects.toThrow('the path is empty');
  await expect(openSource('https://example.org/a.wav')).rejects.toThrow('fetch it and pass the Blob or the bytes');
  await expect(openSource(new URL('https://example.org/a.wav'))).rejects.toThrow('only file URLs');
  await expect(openSource(5 as unknown as string)).rejects.toThrow('expected a path');
});

test('where there is no Node a path is refused and bytes still work', async () => {
  vi.stubGlobal('process', undefined);
  await expect(openSource('a.wav')).rejects.toThrowErrorMatchingInlineSnapshot(
    `[FileError: open: a.wav: paths need Node 20.16 or newer; in a browser use a Blob or a Uint8Array]`,
  );
  expect((await openSource(contents)).size).toBe(100);
});
