import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openAtomicFile, writeFileAtomic } from '../../../src/tensor/files/atomicFile.ts';
import { FileError } from '../../../src/tensor/files/fileError.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (path: string) => readFile(path, 'utf8');

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tympan-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('openAtomicFile', () => {
  test('the target appears only on commit, and nothing else is left in the folder', async () => {
    const path = join(folder, 'new.bin');
    const file = await openAtomicFile(path);
    await file.write(bytes('hello'));
    expect(await readdir(folder)).not.toContain('new.bin');
    await file.commit();
    expect(await readdir(folder)).toEqual(['new.bin']);
    expect(await text(path)).toBe('hello');
  });

  test('abort leaves the old file and removes the temporary one', async () => {
    const path = join(folder, 'old.bin');
    await writeFile(path, 'old');
    const file = await openAtomicFile(path);
    await file.write(bytes('new'));
    await file.abort();
    await file.abort();
    expect(await readdir(folder)).toEqual(['old.bin']);
    expect(await text(path)).toBe('old');
  });

  test('a position patches what was written, and the next write follows it', async () => {
    const path = join(folder, 'patched.bin');
    const file = await openAtomicFile(path);
    await file.write(bytes('....'));
    await file.write(bytes('data'));
    await file.write(bytes('ab'), 0);
    await file.write(bytes('cd'));
    await file.commit();
    expect(await text(path)).toBe('abcddata');
  });

  test('writes that are not waited for keep their order', async () => {
    const path = join(folder, 'order.bin');
    const file = await openAtomicFile(path);
    await Promise.all(['one ', 'two ', 'three'].map((word) => file.write(bytes(word))));
    await file.commit();
    expect(await text(path)).toBe('one two three');
  });

  test('a file URL names the target, and a link to a file is followed', async () => {
    const path = join(folder, 'real.bin');
    await writeFile(path, 'old');
    await symlink(path, join(folder, 'link.bin'));
    const file = await openAtomicFile(pathToFileURL(join(folder, 'link.bin')));
    await file.write(bytes('new'));
    await file.commit();
    expect(await text(path)).toBe('new');
    expect((await readdir(folder)).sort()).toEqual(['link.bin', 'real.bin']);
  });

  test('the permissions of a replaced file are kept', async () => {
    const path = join(folder, 'private.bin');
    await writeFile(path, 'old');
    await chmod(path, 0o640);
    await writeFileAtomic(path, bytes('new'));
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  test('use after commit is an error', async () => {
    const file = await openAtomicFile(join(folder, 'done.bin'));
    await file.commit();
    await file.abort();
    await expect(file.write(bytes('more'))).rejects.toThrow('already committed or aborted');
    await expect(file.commit()).rejects.toThrow(FileError);
    expect(await readdir(folder)).toEqual(['done.bin']);
  });

  test('a commit that fails removes the temporary file', async () => {
    const path = join(folder, 'taken');
    const file = await openAtomicFile(path);
    await file.write(bytes('new'));
    await mkdir(path);
    await expect(file.commit()).rejects.toThrow(FileError);
    expect(await readdir(folder)).toEqual(['taken']);
  });

  test('a missing folder, a folder and a device are refused', async () => {
    await expect(openAtomicFile(join(folder, 'missing', 'x'))).rejects.toThrow(FileError);
    await expect(openAtomicFile(folder)).rejects.toThrow('not a regular file');
    await expect(openAtomicFile('/dev/null')).rejects.toThrow('not a regular file');
  });
});

describe('writeFileAtomic', () => {
  test('pieces are written one after the other', async () => {
    const path = join(folder, 'pieces.bin');
    await writeFileAtomic(path, [bytes('a'), bytes(''), bytes('bc')]);
    expect(await text(path)).toBe('abc');
  });

  test('a source of pieces that fails leaves the old file', async () => {
    const path = join(folder, 'kept.bin');
    await writeFile(path, 'old');
    async function* failing() {
      yield bytes('half');
      throw new Error('no more');
    }
    await expect(writeFileAtomic(path, failing())).rejects.toThrow('no more');
    expect(await readdir(folder)).toEqual(['kept.bin']);
    expect(await text(path)).toBe('old');
  });
});
