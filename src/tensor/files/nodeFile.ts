import { FileError } from './fileError.ts';

/** The parts of Node that touch the file system. */
export interface NodeModules {
  fs: typeof import('node:fs/promises');
  path: typeof import('node:path');
  url: typeof import('node:url');
}

/**
 * Node's file modules, looked up at run time: an import, even a dynamic one, would make browser bundlers look for `node:fs`.
 *
 * @throws FileError where there is no Node (a browser) or one older than 20.16.
 */
export function nodeModules(operation: string, file: string): NodeModules {
  if (typeof process === 'undefined' || typeof process.getBuiltinModule !== 'function') {
    throw new FileError(operation, file, 'paths need Node 20.16 or newer; in a browser use a Blob or a Uint8Array');
  }
  return {
    fs: process.getBuiltinModule('node:fs/promises'),
    path: process.getBuiltinModule('node:path'),
    url: process.getBuiltinModule('node:url'),
  };
}

/** The absolute path of a path string, a file URL or a `file://` string. */
export function absolutePath(operation: string, file: string | URL): string {
  const { path, url } = nodeModules(operation, String(file));
  const text = String(file);
  if (text.startsWith('file://')) return url.fileURLToPath(text);
  if (file instanceof URL || /^(https?|data|blob):/.test(text)) {
    throw new FileError(operation, text, 'only file URLs can be opened; fetch it and pass the Blob or the bytes');
  }
  if (text === '') throw new FileError(operation, '""', 'the path is empty');
  return path.resolve(text);
}
