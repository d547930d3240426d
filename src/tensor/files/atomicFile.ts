import { asFileError, FileError } from './fileError.ts';
import { absolutePath, nodeModules } from './nodeFile.ts';

/** A file that appears under its name only when it is whole: until `commit` an older one stays as it is. */
export interface AtomicFile {
  /** The path as given. */
  readonly name: string;
  /** Writes all bytes at `position`, or behind what the last call wrote when it is left out. */
  write(bytes: Uint8Array, position?: number): Promise<void>;
  /** Flushes to the disk and renames over the target. When that fails the temporary file is removed. */
  commit(): Promise<void>;
  /** Removes what was written; harmless after `commit` and when repeated. */
  abort(): Promise<void>;
}

/**
 * Opens a temporary file beside `file` (a rename is atomic only within one file system). A symbolic link is followed, and
 * the permissions of a file that is replaced are kept.
 *
 * @throws FileError when the directory does not exist, or when `file` is something other than a regular file.
 */
export async function openAtomicFile(file: string | URL): Promise<AtomicFile> {
  const name = String(file);
  const path = absolutePath('write', file);
  const modules = nodeModules('write', name);
  const { fs } = modules;
  const { target, mode } = await asFileError('write', name, () => resolveTarget(fs, path, name));
  const temporary = temporaryName(modules.path, target);
  const handle = await asFileError('write', name, () => fs.open(temporary, 'wx', mode));
  let open = true;
  let next = 0;

  // The handle is closed and the name removed however far the write came; the first error is the one to report.
  async function discard(): Promise<void> {
    open = false;
    await handle.close().catch(() => {});
    await fs.rm(temporary, { force: true }).catch(() => {});
  }

  return {
    name,

    async write(bytes, position = next) {
      if (!open) throw new FileError('write', name, 'the file was already committed or aborted');
      next = position + bytes.byteLength;
      await asFileError('write', name, async () => {
        let done = 0;
        while (done < bytes.byteLength) {
          const piece = Math.min(bytes.byteLength - done, LARGEST_WRITE);
          done += (await handle.write(bytes, done, piece, position + done)).bytesWritten;
        }
      });
    },

    async commit() {
      if (!open) throw new FileError('write', name, 'the file was already committed or aborted');
      open = false;
      await asFileError('write', name, async () => {
        try {
          // The mode given at creation was narrowed by the process's umask.
          if (mode !== undefined) await handle.chmod(mode);
          await handle.sync();
          await handle.close();
          await fs.rename(temporary, target);
        } catch (error) {
          await discard();
          throw error;
        }
      });
      await syncDirectory(fs, modules.path.dirname(target));
    },

    async abort() {
      if (open) await discard();
    },
  };
}

/** Writes a whole file at once or from pieces; when anything fails, the pieces' iterator included, the old file stays. */
export async function writeFileAtomic(
  file: string | URL,
  contents: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const output = await openAtomicFile(file);
  try {
    if (contents instanceof Uint8Array) await output.write(contents);
    else for await (const piece of contents) await output.write(piece);
    await output.commit();
  } finally {
    await output.abort();
  }
}

// One system write takes at most 2^31 - 1 bytes.
const LARGEST_WRITE = 2 ** 30;

type FileSystem = ReturnType<typeof nodeModules>['fs'];

interface Target {
  target: string;
  mode: number | undefined;
}

async function resolveTarget(fs: FileSystem, path: string, name: string): Promise<Target> {
  let target: string;
  try {
    target = await fs.realpath(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { target: path, mode: undefined };
    throw error;
  }
  const stat = await fs.stat(target);
  // A rename would put a plain file in the place of a device such as /dev/null.
  if (!stat.isFile()) throw new FileError('write', name, 'exists and is not a regular file');
  return { target, mode: stat.mode & 0o777 };
}

// Names are limited to 255 bytes on the usual file systems, so only a part of the target's goes in.
function temporaryName(path: ReturnType<typeof nodeModules>['path'], target: string): string {
  const unique = Math.floor(Math.random() * 2 ** 48).toString(36);
  return path.join(path.dirname(target), `.${path.basename(target).slice(0, 40)}.${process.pid}-${unique}.tmp`);
}

// Makes the new name itself durable. Some systems cannot open a directory; the file is whole there as well.
async function syncDirectory(fs: FileSystem, directory: string): Promise<void> {
  const handle = await fs.open(directory, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close().catch(() => {});
}
