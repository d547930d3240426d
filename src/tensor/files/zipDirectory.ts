import type { ByteSource } from './byteSource.ts';
import { quoteName, ZipError } from './tensorFileErrors.ts';

/**
 * The central directory at the end of a zip archive, which alone says what is inside: local headers may carry zero sizes.
 * PKWARE APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16 and 4.5.3 (zip64).
 */

/** One file of an archive. All sizes have been checked against the archive. */
export interface ZipEntry {
  readonly name: string;
  readonly method: 'stored' | 'deflated';
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Where the local header begins. */
  readonly headerOffset: number;
  /** Where the next local header, or the directory, begins: this entry's bytes end here at the latest. */
  readonly endLimit: number;
}

/**
 * Reads the directory, in the order of the entries' bytes.
 *
 * @throws ZipError for an archive that is cut off, encrypted, split over disks or compressed by another method than deflate, for
 *   entries that overlap, leave the file, repeat a name, or claim to inflate to more than deflate can.
 */
export async function readZipDirectory(source: ByteSource): Promise<ZipEntry[]> {
  const { offset, size, count } = await findDirectory(source);
  const bytes = await source.read(offset, size);
  const entries: RawEntry[] = [];
  const names = new Set<string>();
  let at = 0;
  while (at < size) {
    const entry = parseEntry(bytes.subarray(at), source.name);
    if (names.has(entry.name)) {
      throw new ZipError(
        { file: source.name, tensor: entry.name, field: 'file name' },
        'must occur once, got it twice',
      );
    }
    names.add(entry.name);
    entries.push(entry);
    at += entry.recordLength;
  }
  if (entries.length !== count) {
    const reason = `must count the ${entries.length} entries of the directory, got ${count}`;
    throw new ZipError({ file: source.name, field: 'total number of entries' }, reason);
  }
  return withLimits(entries, offset, source.name);
}

interface RawEntry extends Omit<ZipEntry, 'endLimit'> {
  readonly recordLength: number;
  /** Bytes from the local header on that the entry needs at least. */
  readonly span: number;
}

interface Directory {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

const END_RECORD = 0x06054b50;
const END_RECORD_LENGTH = 22;
const ZIP64_LOCATOR = 0x07064b50;
const ZIP64_LOCATOR_LENGTH = 20;
const ZIP64_END_RECORD = 0x06064b50;
const ZIP64_END_RECORD_LENGTH = 56;
const CENTRAL_HEADER = 0x02014b50;
const CENTRAL_HEADER_LENGTH = 46;
const LOCAL_HEADER_LENGTH = 30;
const ZIP64_EXTRA = 0x0001;

/** The values that send a reader to the zip64 fields. */
const FULL_16 = 0xffff;
const FULL_32 = 0xffffffff;

/** A deflate stream cannot do better: 258 bytes for a length code and a distance code of one bit each. */
const LARGEST_RATIO = 1032;

async function findDirectory(source: ByteSource): Promise<Directory> {
  const file = source.name;
  // The record ends the file, but for a comment of up to 65535 bytes whose length it holds.
  const tailLength = Math.min(source.size, END_RECORD_LENGTH + FULL_16);
  const tail = viewOf(await source.read(source.size - tailLength, tailLength));
  let at = tailLength - END_RECORD_LENGTH;
  const fits = () =>
    tail.getUint32(at, true) === END_RECORD && at + END_RECORD_LENGTH + tail.getUint16(at + 20, true) === tailLength;
  while (at >= 0 && !fits()) at--;
  if (at < 0)
    throw new ZipError(
      { file, field: 'end of central directory' },
      'is missing: no zip archive, or one that was cut off',
    );

  const endOffset = source.size - tailLength + at;
  const zip64 = await findZip64(source, endOffset);
  const plain = {
    count: tail.getUint16(at + 10, true),
    size: tail.getUint32(at + 12, true),
    offset: tail.getUint32(at + 16, true),
  };
  const oneDisk = [4, 6].every((field) => [0, FULL_16].includes(tail.getUint16(at + field, true)));
  if (!oneDisk)
    throw new ZipError({ file, field: 'number of this disk' }, 'must be 0: archives over several disks are not read');
  const directory = {
    count: agreed(plain.count, FULL_16, zip64?.count, { file, field: 'total number of entries' }),
    size: agreed(plain.size, FULL_32, zip64?.size, { file, field: 'size of the central directory' }),
    offset: agreed(plain.offset, FULL_32, zip64?.offset, { file, field: 'offset of the central directory' }),
  };
  // No gap: bytes between the directory and its end record would be read differently by different programs.
  const end = zip64?.at ?? endOffset;
  if (directory.offset + directory.size !== end) {
    const reason = `must lead to its end at ${end}, got ${directory.offset} with ${directory.size} bytes`;
    throw new ZipError({ file, field: 'offset of the central directory' }, reason);
  }
  return directory;
}

async function findZip64(source: ByteSource, endOffset: number): Promise<(Directory & { readonly at: number }) | null> {
  const file = source.name;
  if (endOffset < ZIP64_LOCATOR_LENGTH) return null;
  const locator = viewOf(await source.read(endOffset - ZIP64_LOCATOR_LENGTH, ZIP64_LOCATOR_LENGTH));
  if (locator.getUint32(0, true) !== ZIP64_LOCATOR) return null;
  const at = exact(locator, 8, { file, field: 'offset of the zip64 end record' });
  const expected = `must lie before its locator at ${endOffset - ZIP64_LOCATOR_LENGTH}`;
  if (at + ZIP64_END_RECORD_LENGTH > endOffset - ZIP64_LOCATOR_LENGTH) {
    throw new ZipError({ file, field: 'offset of the zip64 end record' }, `${expected}, got ${at}`);
  }
  const record = viewOf(await source.read(at, ZIP64_END_RECORD_LENGTH));
  // Its length does not count the signature and itself.
  const length = exact(record, 4, { file, field: 'size of the zip64 end record' }) + 12;
  if (record.getUint32(0, true) !== ZIP64_END_RECORD || at + length !== endOffset - ZIP64_LOCATOR_LENGTH) {
    throw new ZipError(
      { file, field: 'zip64 end record' },
      `${expected} and reach to it, got ${length} bytes at ${at}`,
    );
  }
  return {
    at,
    count: exact(record, 32, { file, field: 'total number of entries' }),
    size: exact(record, 40, { file, field: 'size of the central directory' }),
    offset: exact(record, 48, { file, field: 'offset of the central directory' }),
  };
}

function parseEntry(bytes: Uint8Array, file: string): RawEntry {
  const record = viewOf(bytes);
  if (bytes.byteLength < CENTRAL_HEADER_LENGTH || record.getUint32(0, true) !== CENTRAL_HEADER) {
    throw new ZipError({ file, field: 'central directory' }, 'must hold whole entries with their signature');
  }
  const nameLength = record.getUint16(28, true);
  const extraLength = record.getUint16(30, true);
  const recordLength = CENTRAL_HEADER_LENGTH + nameLength + extraLength + record.getUint16(32, true);
  if (recordLength > bytes.byteLength) {
    throw new ZipError(
      { file, field: 'central directory' },
      `must hold ${recordLength} more bytes, got ${bytes.byteLength}`,
    );
  }
  const name = decodeName(bytes.subarray(CENTRAL_HEADER_LENGTH, CENTRAL_HEADER_LENGTH + nameLength), file);
  const extra = bytes.subarray(CENTRAL_HEADER_LENGTH + nameLength, CENTRAL_HEADER_LENGTH + nameLength + extraLength);
  const place = { file, tensor: name };
  const flags = record.getUint16(8, true);
  // Bits 0, 6 and 13: encrypted, strongly encrypted, directory masked.
  if ((flags & 0x2041) !== 0) throw new ZipError({ ...place, field: 'flags' }, 'must not ask for a password');
  const method = record.getUint16(10, true);
  if (method !== 0 && method !== 8) {
    throw new ZipError({ ...place, field: 'compression method' }, `must be 0 (stored) or 8 (deflated), got ${method}`);
  }
  const wide = zip64Fields(extra, place);
  const size = widened(record.getUint32(24, true), wide);
  const compressedSize = widened(record.getUint32(20, true), wide);
  const headerOffset = widened(record.getUint32(42, true), wide);
  if (method === 0 ? size !== compressedSize : size > compressedSize * LARGEST_RATIO) {
    const got = `${size} bytes out of ${compressedSize}, ${method === 0 ? 'stored' : 'deflated'}`;
    throw new ZipError({ ...place, field: 'uncompressed size' }, `must be possible, got ${got}`);
  }
  return {
    name,
    method: method === 0 ? 'stored' : 'deflated',
    crc32: record.getUint32(16, true),
    compressedSize,
    size,
    headerOffset,
    recordLength,
    span: LOCAL_HEADER_LENGTH + nameLength + compressedSize,
  };
}

// Entries that share bytes are how a small archive unpacks to petabytes.
function withLimits(entries: RawEntry[], directoryOffset: number, file: string): ZipEntry[] {
  entries.sort((a, b) => a.headerOffset - b.headerOffset);
  return entries.map((entry, i) => {
    const endLimit = entries[i + 1]?.headerOffset ?? directoryOffset;
    if (entry.headerOffset + entry.span > endLimit) {
      const what = i + 1 < entries.length ? `the entry ${quoteName(entries[i + 1]!.name)}` : 'the central directory';
      const reason = `must leave ${entry.span} bytes before ${what} at ${endLimit}, got ${entry.headerOffset}`;
      throw new ZipError({ file, tensor: entry.name, field: 'local header offset' }, reason);
    }
    const { name, method, crc32, compressedSize, size, headerOffset } = entry;
    return { name, method, crc32, compressedSize, size, headerOffset, endLimit };
  });
}

/** The 8-byte values of the zip64 extra field, to be taken in order by the fields that are full. */
function zip64Fields(extra: Uint8Array, place: { file: string; tensor: string }): () => number {
  const fields = viewOf(extra);
  let at = 0;
  let end = 0;
  while (end === 0 && at + 4 <= extra.byteLength) {
    const next = at + 4 + fields.getUint16(at + 2, true);
    if (fields.getUint16(at, true) === ZIP64_EXTRA) end = Math.min(next, extra.byteLength);
    at = end === 0 ? next : at + 4;
  }
  return () => {
    if (at + 8 > end) throw new ZipError({ ...place, field: 'zip64 extra field' }, 'is missing or too short');
    at += 8;
    return exact(fields, at - 8, { ...place, field: 'zip64 extra field' });
  };
}

function widened(value: number, wide: () => number): number {
  return value === FULL_32 ? wide() : value;
}

function agreed(
  plain: number,
  full: number,
  zip64: number | undefined,
  place: { file: string; field: string },
): number {
  if (zip64 === undefined || zip64 === plain || plain === full) return zip64 ?? plain;
  throw new ZipError(place, `must be the same in both end records, got ${plain} and ${zip64}`);
}

function exact(view: DataView, at: number, place: { file: string; tensor?: string; field: string }): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ZipError(place, `must lie within the file, got ${value}`);
  return Number(value);
}

// Without the flag for UTF-8 the name would be in code page 437, but many writers leave the flag out and write UTF-8 all the same.
function decodeName(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ZipError({ file, field: 'file name' }, 'must be UTF-8', { cause });
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
