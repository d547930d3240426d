import { asFileError } from '../../tensor/files/fileError.ts';
import { absolutePath, nodeModules } from '../../tensor/files/nodeFile.ts';
import { LibraryError } from './libraryError.ts';

const AUDIO = /\.(wav|wave|flac|ogg|oga|opus|mp3)$/i;

/** A folder on the disk whose files are named by their path from it, with `/` between the parts on every system. */
export class FileTree {
  /** Absolute. */
  readonly root: string;
  /** As in the configuration. */
  readonly name: string;

  constructor(root: string, name: string) {
    this.root = root;
    this.name = name;
  }

  /** Absolute path of a file. */
  path(file: string): string {
    return nodeModules('openLibrary', file).path.join(this.root, ...file.split('/'));
  }

  /** Every audio file below `folder`, sorted by UTF-16 code units; hidden files are left out, links are followed. Empty where there is no such folder. */
  async audioFiles(folder = ''): Promise<string[]> {
    const found: string[] = [];
    await this.#walk(folder, new Set(), found);
    return found.filter((file) => AUDIO.test(file)).sort(byCodeUnit);
  }

  /** The names of the folders in `folder`, sorted. Empty where there is no such folder. */
  async folders(folder = ''): Promise<string[]> {
    const entries = await this.#entries(folder);
    return entries
      .filter(({ kind }) => kind === 'folder')
      .map(({ name }) => name)
      .sort(byCodeUnit);
  }

  /** The text of a file; undefined where there is none. @throws FileError when it cannot be read. */
  async readText(file: string): Promise<string | undefined> {
    const { fs } = nodeModules('openLibrary', file);
    const path = this.path(file);
    try {
      return await fs.readFile(path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      return asFileError('openLibrary', path, () => Promise.reject(error));
    }
  }

  async #walk(folder: string, above: ReadonlySet<string>, found: string[]): Promise<void> {
    const { fs } = nodeModules('openLibrary', folder);
    const entries = await this.#entries(folder);
    if (entries.length === 0) return;
    // A link to a folder that it lies in would never end.
    const real = await fs.realpath(this.path(folder));
    if (above.has(real)) return;
    for (const { name, kind } of entries) {
      const file = folder === '' ? name : `${folder}/${name}`;
      if (kind === 'folder') await this.#walk(file, new Set([...above, real]), found);
      else found.push(file);
    }
  }

  async #entries(folder: string): Promise<{ name: string; kind: 'file' | 'folder' }[]> {
    const { fs } = nodeModules('openLibrary', folder);
    const path = this.path(folder);
    const entries = await fs.readdir(path, { withFileTypes: true }).catch((error: unknown) => {
      if (isMissing(error)) return [];
      return asFileError('openLibrary', path, () => Promise.reject(error));
    });
    const known: { name: string; kind: 'file' | 'folder' }[] = [];
    for (const entry of entries) {
      if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue;
      const file = entry.isSymbolicLink()
        ? await fs.stat(this.path(folder === '' ? entry.name : `${folder}/${entry.name}`)).catch(() => undefined)
        : entry;
      if (file?.isDirectory()) known.push({ name: entry.name, kind: 'folder' });
      else if (file?.isFile()) known.push({ name: entry.name, kind: 'file' });
    }
    return known;
  }
}

/** @throws LibraryError where there is no such folder; FileError where there is no file system. */
export async function openTree(kind: string, path: string): Promise<FileTree> {
  const root = absolutePath('openLibrary', path);
  const { fs } = nodeModules('openLibrary', path);
  const stat = await fs.stat(root).catch(() => undefined);
  if (!stat?.isDirectory()) throw new LibraryError(`${kind} ${path}`, [`there is no folder ${root}`]);
  return new FileTree(root, path);
}

/** The name of a file without folders and ending. */
export function stemOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
}

export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
