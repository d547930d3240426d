import { asFileError, FileError } from './fileError.ts';
import { absolutePath, nodeModules } from './nodeFile.ts';

/** What can be read from: a path or file URL (Node), bytes in memory, or a Blob (a browser's File is one). */
export type FileLike = string | URL | Uint8Array | ArrayBuffer | Blob;

/** Random access to bytes of a known count. */
export interface ByteSource {
  /** For error messages: the path as given, a File's name, or `<bytes>` and `<blob>`. */
  readonly name: string;
  /** Bytes that are really there, whatever a header declares. */
  readonly size: number;
  /**
   * Exactly `length` bytes from `offset`. The result may be a view of the caller's own bytes and need not be aligned.
   *
   * @throws FileError when the range leaves the source, or when the file turned out shorter while it was read.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Lets go of the file; closing twice is harmless. */
  close(): Promise<void>;
}

/** Opens a source for random access. @throws FileError when it does not exist or is no regular file. */
export async function openSource(source: FileLike): Promise<ByteSource> {
  if (source instanceof Uint8Array) return bytesSource(source);
  if (source instanceof ArrayBuffer) return bytesSource(new Uint8Array(source));
  if (typeof Blob !== 'undefined' && source instanceof Blob) return blobSource(source);
  if (typeof source === 'string' || source instanceof URL) return fileSource(source);
  throw new FileError('open', String(source), 'expected a path, a file URL, a Uint8Array, an ArrayBuffer or a Blob');
}

function bytesSource(bytes: Uint8Array): ByteSource {
  const source: ByteSource = {
    name: '<bytes>',
    size: bytes.byteLength,
    async read(offset, length) {
      expectRange(source, offset, length);
      return bytes.subarray(offset, offset + length);
    },
    async close() {},
  };
  return source;
}

function blobSource(blob: Blob): ByteSource {
  const source: ByteSource = {
    name: 'name' in blob && typeof blob.name === 'string' && blob.name !== '' ? blob.name : '<blob>',
    size: blob.size,
    async read(offset, length) {
      expectRange(source, offset, length);
      const part = await asFileError('read', source.name, () => blob.slice(offset, offset + length).arrayBuffer());
      if (part.byteLength !== length) throw shorter(source, offset + part.byteLength);
      return new Uint8Array(part);
    },
    async close() {},
  };
  return source;
}

async function fileSource(file: string | URL): Promise<ByteSource> {
  const name = String(file);
  const path = absolutePath('open', file);
  const { fs } = nodeModules('open', name);
  // Looked at before it is opened: opening a pipe would wait for a writer.
  const stat = await asFileError('open', name, () => fs.stat(path));
  if (!stat.isFile()) throw new FileError('open', name, 'not a regular file');
  const handle = await asFileError('open', name, () => fs.open(path, 'r'));
  let open = true;
  const source: ByteSource = {
    name,
    size: stat.size,
    async read(offset, length) {
      if (!open) throw new FileError('read', name, 'the file is closed');
      expectRange(source, offset, length);
      return asFileError('read', name, async () => {
        const bytes = new Uint8Array(length);
        let done = 0;
        while (done < length) {
          const piece = Math.min(length - done, LARGEST_READ);
          const { bytesRead } = await handle.read(bytes, done, piece, offset + done);
          if (bytesRead === 0) throw shorter(source, offset + done);
          done += bytesRead;
        }
        return bytes;
      });
    },
    async close() {
      if (!open) return;
      open = false;
      await handle.close();
    },
  };
  return source;
}

// One system read takes at most 2^31 - 1 bytes.
const LARGEST_READ = 2 ** 30;

// Before any allocation: lengths come from headers that may lie.
function expectRange(source: ByteSource, offset: number, length: number): void {
  const valid = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (valid && offset + length <= source.size) return;
  const range = `${length} bytes at ${offset}`;
  throw new FileError('read', source.name, `the range must lie within its ${source.size} bytes, got ${range}`);
}

function shorter(source: ByteSource, end: number): FileError {
  return new FileError('read', source.name, `had ${source.size} bytes when it was opened and ended at ${end}`);
}
