import { writeFileAtomic } from './atomicFile.ts';
import type { FileLike } from './byteSource.ts';
import type { HostArray } from './hostArray.ts';
import { joinBytes } from './joinBytes.ts';
import { decodeNpyData, expectLength, npyPieces } from './npy.ts';
import { NPY_PREAMBLE, type NpyHeader, npyHeaderEnd, parseNpyHeader } from './npyHeader.ts';
import { ZipError } from './tensorFileErrors.ts';
import { openZip, type ZipArchive } from './zip.ts';
import { type ZipMember, zipPieces } from './zipWriter.ts';

/** An open npz file: a zip archive of npy files. */
export interface NpzFile {
  readonly name: string;
  /** Names of the arrays, without `.npy`, in the order of their bytes. */
  readonly names: readonly string[];
  /** Type, shape and layout of an array, without reading it. Throws as `read`. */
  info(name: string): Promise<NpyHeader>;
  /**
   * Reads one array. From bytes in memory the result may be a view of them. Memory is taken only once the array's own header and
   * the archive agree on its size.
   *
   * @throws ZipError when there is no array of that name, or when the archive contradicts itself; NpyError as `readNpy`.
   */
  read(name: string): Promise<HostArray>;
  close(): Promise<void>;
}

export interface NpzOptions {
  /** Deflate the arrays, as `numpy.savez_compressed` does; weights hardly shrink. */
  readonly compress?: boolean;
}

/**
 * Opens an npz file and reads its directory only. Entries may be stored or deflated.
 *
 * @throws ZipError when it is no sound zip archive, or holds something other than npy files; FileError when it cannot be opened.
 */
export async function openNpz(source: FileLike): Promise<NpzFile> {
  const zip = await openZip(source);
  try {
    const entries = [...zip.entries.keys()];
    const foreign = entries.find((entry) => !entry.endsWith(SUFFIX));
    if (foreign !== undefined) {
      throw new ZipError(
        { file: zip.name, tensor: foreign, field: 'file name' },
        'must end in .npy: this is no npz file',
      );
    }
    return npzFile(
      zip,
      entries.map((entry) => entry.slice(0, -SUFFIX.length)),
    );
  } catch (error) {
    await zip.close();
    throw error;
  }
}

/** All arrays of an npz file, in the order of their bytes. Throws as `openNpz` and `NpzFile.read`. */
export async function readNpz(source: FileLike): Promise<Map<string, HostArray>> {
  const file = await openNpz(source);
  try {
    const arrays = new Map<string, HostArray>();
    for (const name of file.names) arrays.set(name, await file.read(name));
    return arrays;
  } finally {
    await file.close();
  }
}

/**
 * The bytes of an npz file that `numpy.load` reads. Equal arrays give equal bytes.
 *
 * @throws NpyError for bf16, which NumPy lacks, and for data that does not match its shape or type; ZipError for repeated names and
 *   names with a NUL.
 */
export function encodeNpz(entries: Iterable<readonly [string, HostArray]>, options: NpzOptions = {}): Uint8Array {
  return joinBytes([...npzPieces(entries, options, '<bytes>')]);
}

/** Writes an npz file array by array. Until it is whole, an older file of that name stays as it was. Throws as `encodeNpz`, and FileError. */
export async function writeNpz(
  path: string | URL,
  entries: Iterable<readonly [string, HostArray]>,
  options: NpzOptions = {},
): Promise<void> {
  await writeFileAtomic(path, npzPieces(entries, options, String(path)));
}

const SUFFIX = '.npy';

/** Covers the headers of arrays with up to some ten axes, so that one look is enough. */
const USUAL_HEADER = 256;

function npzFile(zip: ZipArchive, names: readonly string[]): NpzFile {
  async function info(name: string): Promise<NpyHeader> {
    const place = { file: zip.name, tensor: name };
    const entry = zip.entry(name + SUFFIX);
    let prefix = await zip.readPrefix(entry.name, USUAL_HEADER);
    const end = npyHeaderEnd(prefix.subarray(0, NPY_PREAMBLE), place);
    if (end > prefix.byteLength) prefix = await zip.readPrefix(entry.name, end);
    const header = parseNpyHeader(prefix, place);
    expectLength(header, entry.size, place);
    return header;
  }

  return {
    name: zip.name,
    names,
    info,
    async read(name) {
      const header = await info(name);
      const bytes = await zip.read(name + SUFFIX);
      return decodeNpyData(header, bytes.subarray(header.dataOffset));
    },
    close: () => zip.close(),
  };
}

function npzPieces(
  entries: Iterable<readonly [string, HostArray]>,
  options: NpzOptions,
  file: string,
): Generator<Uint8Array> {
  return zipPieces(npzMembers(entries, file), { file, compress: options.compress ?? false });
}

function* npzMembers(entries: Iterable<readonly [string, HostArray]>, file: string): Generator<ZipMember> {
  for (const [tensor, array] of entries) yield { name: tensor + SUFFIX, contents: npyPieces(array, { file, tensor }) };
}
