import { Deflate } from 'fflate';
import { crc32 } from './crc32.ts';
import { joinBytes } from './joinBytes.ts';
import { ZipError } from './tensorFileErrors.ts';

/** One file to put into an archive; its contents may come in pieces. */
export interface ZipMember {
  readonly name: string;
  readonly contents: readonly Uint8Array[];
}

/** What the headers say of an entry. */
export interface ZipRecord {
  readonly name: Uint8Array;
  readonly deflated: boolean;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly headerOffset: number;
}

/**
 * The pieces of a zip archive in order, each made when it is asked for. Equal members give equal bytes: the dates are all 1980-01-01.
 * Sizes and counts beyond 32 and 16 bits go into zip64 fields, which are left out where nothing needs them.
 *
 * @throws ZipError for repeated names, and for names that other readers would cut or change.
 */
export function* zipPieces(
  members: Iterable<ZipMember>,
  options: { file: string; compress: boolean },
): Generator<Uint8Array> {
  const records: ZipRecord[] = [];
  const names = new Set<string>();
  let offset = 0;
  for (const { name, contents } of members) {
    if (names.has(name)) {
      throw new ZipError({ file: options.file, tensor: name, field: 'file name' }, 'must be given once, got it twice');
    }
    names.add(name);
    const data = options.compress ? deflate(contents) : contents;
    const record: ZipRecord = {
      name: encodeName(name, options.file),
      deflated: options.compress,
      crc32: contents.reduce((sum, piece) => crc32(piece, sum), 0),
      compressedSize: totalSize(data),
      size: totalSize(contents),
      headerOffset: offset,
    };
    records.push(record);
    const header = localHeader(record);
    yield header;
    yield* data;
    offset += header.byteLength + record.compressedSize;
  }
  const directory = joinBytes(records.map(centralHeader));
  yield directory;
  yield endOfDirectory(records.length, directory.byteLength, offset);
}

/** The header in front of an entry's data. */
export function localHeader(record: ZipRecord): Uint8Array {
  // Here a zip64 field must hold both sizes, whichever of them is too large.
  const wide = record.size >= FULL_32 || record.compressedSize >= FULL_32;
  const extra = zip64Extra(wide ? [record.size, record.compressedSize] : []);
  const header = littleEndian(
    [4, 0x04034b50],
    ...commonFields(record),
    [4, wide ? FULL_32 : record.compressedSize],
    [4, wide ? FULL_32 : record.size],
    [2, record.name.byteLength],
    [2, extra.byteLength],
  );
  return joinBytes([header, record.name, extra]);
}

/** The entry's record in the directory. */
export function centralHeader(record: ZipRecord): Uint8Array {
  const wide = [record.size, record.compressedSize, record.headerOffset].filter((value) => value >= FULL_32);
  const extra = zip64Extra(wide);
  const header = littleEndian(
    [4, 0x02014b50],
    [2, VERSION],
    ...commonFields(record),
    [4, Math.min(record.compressedSize, FULL_32)],
    [4, Math.min(record.size, FULL_32)],
    [2, record.name.byteLength],
    [2, extra.byteLength],
    // No comment, disk 0, no attributes.
    [2, 0],
    [2, 0],
    [2, 0],
    [4, 0],
    [4, Math.min(record.headerOffset, FULL_32)],
  );
  return joinBytes([header, record.name, extra]);
}

/** The end record, behind its zip64 twin where a number needs it. */
export function endOfDirectory(count: number, size: number, offset: number): Uint8Array {
  const wide = count >= FULL_16 || size >= FULL_32 || offset >= FULL_32;
  const plain = littleEndian(
    [4, 0x06054b50],
    // This disk and that of the directory.
    [2, 0],
    [2, 0],
    [2, Math.min(count, FULL_16)],
    [2, Math.min(count, FULL_16)],
    [4, Math.min(size, FULL_32)],
    [4, Math.min(offset, FULL_32)],
    [2, 0],
  );
  if (!wide) return plain;
  const record = littleEndian(
    [4, 0x06064b50],
    // The length of what follows.
    [8, 44],
    [2, VERSION],
    [2, VERSION],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, size],
    [8, offset],
  );
  const locator = littleEndian([4, 0x07064b50], [4, 0], [8, offset + size], [4, 1]);
  return joinBytes([record, locator, plain]);
}

const FULL_16 = 0xffff;
const FULL_32 = 0xffffffff;

/** 4.5, the version that brought zip64. */
const VERSION = 45;

type Field = readonly [bytes: 2 | 4 | 8, value: number];

function commonFields(record: ZipRecord): Field[] {
  const ascii = record.name.every((byte) => byte < 0x80);
  return [
    [2, VERSION],
    [2, ascii ? 0 : 0x0800],
    [2, record.deflated ? 8 : 0],
    // Midnight, 1980-01-01, the first date the format knows.
    [2, 0],
    [2, 0x0021],
    [4, record.crc32],
  ];
}

function zip64Extra(values: readonly number[]): Uint8Array {
  if (values.length === 0) return new Uint8Array(0);
  return littleEndian([2, 0x0001], [2, 8 * values.length], ...values.map((value): Field => [8, value]));
}

function littleEndian(...fields: readonly Field[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [bytes]) => sum + bytes, 0)));
  let at = 0;
  for (const [bytes, value] of fields) {
    if (bytes === 2) view.setUint16(at, value, true);
    else if (bytes === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += bytes;
  }
  return new Uint8Array(view.buffer);
}

function deflate(contents: readonly Uint8Array[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const deflater = new Deflate((piece) => pieces.push(piece));
  for (const piece of contents) deflater.push(piece);
  deflater.push(new Uint8Array(0), true);
  return pieces;
}

function encodeName(name: string, file: string): Uint8Array {
  const bytes = new TextEncoder().encode(name);
  const place = { file, tensor: name, field: 'file name' };
  // Readers cut a name at its first NUL, and half a surrogate pair has no UTF-8.
  if (/\0|\p{Surrogate}/u.test(name)) throw new ZipError(place, 'must be Unicode without NUL');
  if (bytes.byteLength > FULL_16)
    throw new ZipError(place, `must be at most ${FULL_16} bytes, got ${bytes.byteLength}`);
  return bytes;
}

function totalSize(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
}
