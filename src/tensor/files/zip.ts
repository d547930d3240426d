import { Inflate, inflateSync } from 'fflate';
import { type ByteSource, type FileLike, openSource } from './byteSource.ts';
import { crc32 } from './crc32.ts';
import { joinBytes } from './joinBytes.ts';
import { listNames, ZipError } from './tensorFileErrors.ts';
import { readZipDirectory, type ZipEntry } from './zipDirectory.ts';

/** An open zip archive. Entries are stored or deflated; zip64 and data descriptors are understood. */
export interface ZipArchive {
  readonly name: string;
  /** In the order of their bytes. */
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** @throws ZipError when there is no entry of that name. */
  entry(name: string): ZipEntry;
  /**
   * The first `length` bytes of an entry's contents (fewer when it is shorter), without reading the rest. A deflated entry may give
   * more than was asked for. The checksum is not tested.
   */
  readPrefix(name: string, length: number): Promise<Uint8Array>;
  /**
   * The whole contents. Memory is taken for the size that the directory declares: where contents say how long they are, compare
   * the two (by `readPrefix`) before asking.
   *
   * @throws ZipError when the local header contradicts the directory, or the contents their declared size or checksum.
   */
  read(name: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Opens a zip archive and reads its directory. @throws ZipError when it contradicts itself; FileError when it cannot be opened. */
export async function openZip(file: FileLike): Promise<ZipArchive> {
  const source = await openSource(file);
  try {
    const entries = new Map((await readZipDirectory(source)).map((entry) => [entry.name, entry]));
    return zipArchive(source, entries);
  } catch (error) {
    await source.close();
    throw error;
  }
}

const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_LENGTH = 30;

function zipArchive(source: ByteSource, entries: ReadonlyMap<string, ZipEntry>): ZipArchive {
  const file = source.name;
  const offsets = new Map<ZipEntry, number>();

  function entry(name: string): ZipEntry {
    const found = entries.get(name);
    if (found === undefined)
      throw new ZipError({ file, tensor: name }, `not in the archive, which has ${listNames(entries.keys())}`);
    return found;
  }

  async function offsetOf(found: ZipEntry): Promise<number> {
    const offset = offsets.get(found) ?? (await dataOffset(source, found));
    offsets.set(found, offset);
    return offset;
  }

  return {
    name: file,
    entries,
    entry,
    async readPrefix(name, length) {
      const found = entry(name);
      const offset = await offsetOf(found);
      if (found.method === 'stored') return source.read(offset, Math.min(length, found.size));
      return inflatePrefix(source, found, offset, Math.min(length, found.size));
    },
    async read(name) {
      const found = entry(name);
      const raw = await source.read(await offsetOf(found), found.compressedSize);
      const bytes = found.method === 'stored' ? raw : inflate(raw, found, file);
      const sum = crc32(bytes);
      if (sum === found.crc32) return bytes;
      const reason = `must be that of the contents, ${hex(sum)}, got ${hex(found.crc32)}`;
      throw new ZipError({ file, tensor: name, field: 'crc-32' }, reason);
    },
    close: () => source.close(),
  };
}

/** The name and the extra field of the local header, which may be longer than that in the directory, come before the data. */
async function dataOffset(source: ByteSource, entry: ZipEntry): Promise<number> {
  const place = { file: source.name, tensor: entry.name, field: 'local header' };
  const name = new TextEncoder().encode(entry.name);
  const bytes = await source.read(entry.headerOffset, LOCAL_HEADER_LENGTH + name.byteLength);
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const method = header.getUint16(8, true) === 0 ? 'stored' : 'deflated';
  if (header.getUint32(0, true) !== LOCAL_HEADER || method !== entry.method) {
    throw new ZipError(place, `must stand at ${entry.headerOffset} and name the same method as the directory`);
  }
  const sameName = header.getUint16(26, true) === name.byteLength;
  if (!sameName || name.some((byte, i) => byte !== bytes[LOCAL_HEADER_LENGTH + i])) {
    throw new ZipError(place, 'must repeat the name in the directory');
  }
  const extraLength = header.getUint16(28, true);
  const offset = entry.headerOffset + bytes.byteLength + extraLength;
  if (offset + entry.compressedSize <= entry.endLimit) return offset;
  const reason = `must leave ${entry.compressedSize} bytes before ${entry.endLimit}, got an extra field of ${extraLength}`;
  throw new ZipError(place, reason);
}

function inflate(raw: Uint8Array, entry: ZipEntry, file: string): Uint8Array {
  const place = { file, tensor: entry.name, field: 'compressed data' };
  return asZipError(place, () => {
    // fflate drops what does not fit the output: one byte more than declared tells a longer stream from an exact one.
    const bytes = inflateSync(raw, { out: new Uint8Array(entry.size + 1) });
    if (bytes.byteLength === entry.size) return bytes;
    const got = bytes.byteLength > entry.size ? 'more' : `${bytes.byteLength}`;
    throw new ZipError(place, `must inflate to the declared ${entry.size} bytes, got ${got}`);
  });
}

async function inflatePrefix(source: ByteSource, entry: ZipEntry, offset: number, length: number): Promise<Uint8Array> {
  const place = { file: source.name, tensor: entry.name, field: 'compressed data' };
  const pieces: Uint8Array[] = [];
  let done = 0;
  const inflater = new Inflate((piece) => {
    pieces.push(piece);
    done += piece.byteLength;
  });
  // Small steps: each may inflate a thousandfold.
  for (let at = 0; done < length && at < entry.compressedSize; at += 1024) {
    const step = Math.min(1024, entry.compressedSize - at);
    const raw = await source.read(offset + at, step);
    asZipError(place, () => inflater.push(raw, at + step === entry.compressedSize));
  }
  if (done < length) throw new ZipError(place, `must inflate to the declared ${entry.size} bytes, got ${done}`);
  return joinBytes(pieces);
}

function asZipError<T>(place: { file: string; tensor: string; field: string }, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if (cause instanceof ZipError) throw cause;
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new ZipError(place, `cannot be inflated: ${words}`, { cause });
  }
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
