import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { crc32 } from '../../../src/tensor/files/crc32.ts';
import { joinBytes } from '../../../src/tensor/files/joinBytes.ts';
import { ZipError } from '../../../src/tensor/files/tensorFileErrors.ts';
import { openZip } from '../../../src/tensor/files/zip.ts';
import {
  centralHeader,
  endOfDirectory,
  localHeader,
  type ZipRecord,
  zipPieces,
} from '../../../src/tensor/files/zipWriter.ts';

const text = (value: string) => new TextEncoder().encode(value);
const contents = text('hello');

function record(name: string, headerOffset: number, changes: Partial<ZipRecord> = {}): ZipRecord {
  const size = contents.byteLength;
  return {
    name: text(name),
    deflated: false,
    crc32: crc32(contents),
    compressedSize: size,
    size,
    headerOffset,
    ...changes,
  };
}

/** An archive of stored entries with these contents, whose directory may say something else. */
function archive(
  central: readonly ZipRecord[],
  local: readonly ZipRecord[] = central,
  end = endOfDirectory,
): Uint8Array {
  const data = joinBytes(local.flatMap((entry) => [localHeader(entry), contents]));
  const directory = joinBytes(central.map(centralHeader));
  return joinBytes([data, directory, end(central.length, directory.byteLength, data.byteLength)]);
}

/** The record of one stored entry, with its sizes and its offset in a zip64 field although they would fit. */
function zip64Header(name: string): Uint8Array {
  const plain = centralHeader(record(name, 0));
  const view = new DataView(plain.buffer);
  for (const field of [20, 24, 42]) view.setUint32(field, 0xffffffff, true);
  view.setUint16(30, 6 + 28, true);
  const extra = new DataView(new ArrayBuffer(6 + 28));
  // A field of another kind comes first, and must be passed over.
  extra.setUint16(0, 0x4246, true);
  extra.setUint16(2, 2, true);
  extra.setUint16(6, 1, true);
  extra.setUint16(8, 24, true);
  extra.setBigUint64(10, BigInt(contents.byteLength), true);
  extra.setBigUint64(18, BigInt(contents.byteLength), true);
  return joinBytes([plain, new Uint8Array(extra.buffer)]);
}

async function only(file: Uint8Array): Promise<[string, string]> {
  const zip = await openZip(file);
  const [name] = zip.entries.keys();
  return [name!, new TextDecoder().decode(await zip.read(name!))];
}

describe('zip64', () => {
  test('fields are taken from the extra field where the plain ones are full', async () => {
    const data = joinBytes([localHeader(record('a', 0)), contents]);
    const directory = zip64Header('a');
    const file = joinBytes([data, directory, endOfDirectory(1, directory.byteLength, data.byteLength)]);
    expect(await only(file)).toEqual(['a', 'hello']);
    // Cut the zip64 field to 16 bytes: the offset is missing.
    new DataView(directory.buffer).setUint16(46 + 1 + 8, 16, true);
    const cut = joinBytes([data, directory, endOfDirectory(1, directory.byteLength, data.byteLength)]);
    await expect(openZip(cut)).rejects.toMatchObject({ tensor: 'a', field: 'zip64 extra field' });
  });

  /** The end record with its zip64 twin, which `endOfDirectory` writes for large archives only. */
  function wideEnd(count: number, size: number, offset: number): Uint8Array {
    const end = endOfDirectory(0xffff, size, offset);
    const view = new DataView(end.buffer);
    view.setBigUint64(24, BigInt(count), true);
    view.setBigUint64(32, BigInt(count), true);
    return end;
  }

  test('the zip64 end record says where the directory is', async () => {
    expect(await only(archive([record('a', 0)], undefined, wideEnd))).toEqual(['a', 'hello']);
  });

  test.each([
    ['a signature that is wrong', 0, 'zip64 end record'],
    ['a length that is wrong', 4, 'zip64 end record'],
    ['a count that is wrong', 32, 'total number of entries'],
    ['a size that is wrong', 40, 'size of the central directory'],
    ['an offset that is wrong', 48, 'offset of the central directory'],
    ['a locator that points elsewhere', 56 + 8, 'zip64 end record'],
    ['a locator that points far away', 56 + 15, 'offset of the zip64 end record'],
  ])('%s is refused', async (_name, at, field) => {
    const file = archive([record('a', 0)], undefined, wideEnd);
    file[file.byteLength - (56 + 20 + 22) + at]! ^= 1;
    await expect(openZip(file)).rejects.toThrow(ZipError);
    await expect(openZip(file)).rejects.toMatchObject({ field });
  });

  test('an entry of 4.5 GiB, and one behind it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tympan-'));
    const path = join(folder, 'large.zip');
    const size = 4.5 * 2 ** 30;
    const large = record('large', 0, { size, compressedSize: size });
    const header = localHeader(large);
    const small = record('small', header.byteLength + size);
    const offset = small.headerOffset + localHeader(small).byteLength + contents.byteLength;
    const directory = joinBytes([large, small].map(centralHeader));
    // The middle is a hole in the file and takes no room on the disk.
    const file = await open(path, 'w');
    await file.write(header, 0, header.byteLength, 0);
    await file.write(contents, 0, contents.byteLength, header.byteLength + size - contents.byteLength);
    await file.write(joinBytes([localHeader(small), contents, directory]), 0, null, small.headerOffset);
    await file.write(endOfDirectory(2, directory.byteLength, offset), 0, null, offset + directory.byteLength);
    await file.close();

    const zip = await openZip(path);
    expect(zip.entry('large').size).toBe(size);
    expect(new TextDecoder().decode(await zip.read('small'))).toBe('hello');
    expect(await zip.readPrefix('large', 4)).toEqual(new Uint8Array(4));
    await zip.close();
    await rm(folder, { recursive: true });
  });

  test('more than 65,535 entries', async () => {
    function* members() {
      for (let i = 0; i < 70_000; i++) yield { name: `${i}`, contents: [Uint8Array.of(i & 0xff)] };
    }
    const file = joinBytes([...zipPieces(members(), { file: '<bytes>', compress: false })]);
    const zip = await openZip(file);
    expect(zip.entries.size).toBe(70_000);
    expect(await zip.read('69999')).toEqual(Uint8Array.of(69_999 & 0xff));
  });
});

describe('directories that lie', () => {
  const length = localHeader(record('a', 0)).byteLength + contents.byteLength;
  const two = [record('a', 0), record('b', length)];

  function patched(file: Uint8Array, edit: (view: DataView, directory: number) => void): Uint8Array {
    const view = new DataView(file.buffer);
    edit(view, view.getUint32(file.byteLength - 6, true));
    return file;
  }

  test('an honest one is read, with a comment too', async () => {
    expect((await openZip(archive(two))).entries.size).toBe(2);
    const comment = joinBytes([archive(two), text('comment')]);
    new DataView(comment.buffer).setUint16(comment.byteLength - 9, 7, true);
    expect((await openZip(comment)).entries.size).toBe(2);
  });

  const refused: [string, Uint8Array, string][] = [
    ['an empty file', new Uint8Array(0), 'end of central directory'],
    ['an archive that is cut off', archive(two).subarray(0, -1), 'end of central directory'],
    ['bytes in front of the archive', joinBytes([text('#!'), archive(two)]), 'offset of the central directory'],
    [
      'a comment length that is wrong',
      patched(archive(two), (view) => view.setUint16(view.byteLength - 2, 1, true)),
      'end of central directory',
    ],
    [
      'several disks',
      patched(archive(two), (view) => view.setUint16(view.byteLength - 18, 1, true)),
      'number of this disk',
    ],
    [
      'a count that is wrong',
      patched(archive(two), (view) => view.setUint16(view.byteLength - 12, 3, true)),
      'total number of entries',
    ],
    [
      'a directory beyond the file',
      patched(archive(two), (view) => view.setUint32(view.byteLength - 6, 0xfffffff0, true)),
      'offset of the central directory',
    ],
    [
      'a directory cut within an entry',
      patched(archive(two), (view, at) => view.setUint16(at + 47 + 30, 99, true)),
      'central directory',
    ],
    [
      'a directory entry of another signature',
      patched(archive(two), (view, at) => view.setUint32(at, 0, true)),
      'central directory',
    ],
    ['an encrypted entry', patched(archive(two), (view, at) => view.setUint16(at + 8, 1, true)), 'flags'],
    [
      'another compression method',
      patched(archive(two), (view, at) => view.setUint16(at + 10, 12, true)),
      'compression method',
    ],
    [
      'a stored entry of two sizes',
      patched(archive(two), (view, at) => view.setUint32(at + 24, 4, true)),
      'uncompressed size',
    ],
    ['a repeated name', archive([record('a', 0), record('a', length)]), 'file name'],
    ['a name that is no UTF-8', patched(archive(two), (view, at) => view.setUint8(at + 46, 0xff)), 'file name'],
    ['entries on the same bytes', archive([record('a', 0), record('b', 0)], two), 'local header offset'],
    ['entries that overlap', archive([record('a', 0), record('b', length - 1)], two), 'local header offset'],
    [
      'an entry that reaches into the directory',
      archive([record('a', 0), record('b', length, { size: 6, compressedSize: 6 })], two),
      'local header offset',
    ],
    ['an entry behind the directory', archive([record('a', 0), record('b', 10_000)], two), 'local header offset'],
  ];
  test.each(refused)('%s is refused', async (_name, file, field) => {
    await expect(openZip(file)).rejects.toThrow(ZipError);
    await expect(openZip(file)).rejects.toMatchObject({ file: '<bytes>', field });
  });

  const contradictions: [string, Uint8Array, string][] = [
    ['a local header elsewhere', archive([record('a', 1)], [record('a', 0), record('a', 0)]), 'local header'],
    ['a local header of another name', archive([record('a', 0)], [record('b', 0)]), 'local header'],
    ['a local header of a longer name', archive([record('a', 0)], [record('ab', 0)]), 'local header'],
    [
      'a local header of another method',
      archive([record('a', 0)], [record('a', 0, { deflated: true })]),
      'local header',
    ],
    [
      'a local extra field that reaches too far',
      patched(archive([record('a', 0)]), (view) => view.setUint16(28, 1, true)),
      'local header',
    ],
    ['another checksum', archive([record('a', 0, { crc32: 1 })]), 'crc-32'],
    [
      'a deflated entry without data',
      archive([record('a', 0, { deflated: true, size: 0, compressedSize: 0, crc32: 0 })]),
      'compressed data',
    ],
  ];
  test.each(contradictions)('%s is refused when the entry is read', async (_name, file, field) => {
    const zip = await openZip(file);
    await expect(zip.read('a')).rejects.toThrow(ZipError);
    await expect(zip.read('a')).rejects.toMatchObject({ file: '<bytes>', tensor: 'a', field });
  });

  test('the message names the archive, the entry and the field, with values', async () => {
    const message = async (file: Uint8Array) => String(await openZip(file).catch((error) => error));
    expect(await message(new Uint8Array(100))).toMatchInlineSnapshot(
      `"ZipError: zip: <bytes>: end of central directory is missing: no zip archive, or one that was cut off"`,
    );
    expect(await message(archive([record('a', 0), record('b', length - 1)], two))).toMatchInlineSnapshot(
      `"ZipError: zip: <bytes>: entry "a": local header offset must leave 36 bytes before the entry "b" at 35, got 0"`,
    );
    const zip = await openZip(archive([record('a', 0, { crc32: 1 })]));
    await expect(zip.read('a')).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ZipError: zip: <bytes>: entry "a": crc-32 must be that of the contents, 0x3610a686, got 0x00000001]`,
    );
  });
});
