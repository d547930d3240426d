import { type ByteSource, type FileLike, openSource } from '../../../tensor/files/byteSource.ts';
import { ResponseFileError } from '../responseFileError.ts';
import { type AttributeValue, readAttributes } from './attributes.ts';
import { Block, Blocks } from './block.ts';
import { Dataset } from './dataset.ts';
import { readLinks } from './links.ts';
import { readObjectHeader } from './objectHeader.ts';

/**
 * The arrays of numbers and the attributes in the root group of an HDF5 file: what netCDF-4 files, and so SOFA files, are made of.
 * The HDF Group, "HDF5 File Format Specification Version 3.0". A reader of our own, as the C library in WebAssembly loops without
 * end on some damaged files, and a page cannot stop it.
 */
export class Hdf5File {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, AttributeValue>;
  readonly #blocks: Blocks;
  readonly #links: ReadonlyMap<string, number>;
  readonly #datasets = new Map<string, Dataset | null>();

  private constructor(blocks: Blocks, attributes: Map<string, AttributeValue>, links: Map<string, number>) {
    this.name = blocks.source.name;
    this.#blocks = blocks;
    this.attributes = attributes;
    this.#links = links;
  }

  /** @throws ResponseFileError for a file that is no HDF5 or damaged; FileError when it cannot be opened. */
  static async open(file: FileLike): Promise<Hdf5File> {
    const source = await openSource(file);
    try {
      const { blocks, root } = await readSuperblock(source);
      const messages = await readObjectHeader(blocks, root);
      return new Hdf5File(blocks, await readAttributes(blocks, messages), await readLinks(blocks, messages));
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  /** null where there is none of this name. @throws ResponseFileError for arrays that cannot be read. */
  async dataset(name: string): Promise<Dataset | null> {
    const known = this.#datasets.get(name);
    if (known !== undefined) return known;
    const address = this.#links.get(name);
    const dataset =
      address === undefined
        ? null
        : await Dataset.open(this.#blocks, name, await readObjectHeader(this.#blocks, address));
    this.#datasets.set(name, dataset);
    return dataset;
  }

  close(): Promise<void> {
    return this.#blocks.source.close();
  }
}

const SIGNATURE = '\x89HDF\r\n\x1a\n';
const LAST_PLACE = 2 ** 20; // users' own data in front of a file end at 512, 1024, 2048 and so on

/** HDF5 File Format Specification 3.0, II.A. */
async function readSuperblock(source: ByteSource): Promise<{ blocks: Blocks; root: number | null }> {
  const bytes = await source.read(0, Math.min(source.size, LAST_PLACE + 96));
  for (let at = 0; at + 8 <= bytes.length && at <= LAST_PLACE; at = at === 0 ? 512 : at * 2) {
    const found = String.fromCharCode(...bytes.subarray(at, at + 8));
    if (found === SIGNATURE) return superblockAt(source, bytes.subarray(at + 8, at + 96));
  }
  throw new ResponseFileError(source.name, 'signature', 'must be that of an HDF5 file, which SOFA files are');
}

function superblockAt(source: ByteSource, bytes: Uint8Array): { blocks: Blocks; root: number | null } {
  const unsized = new Block(bytes, { address: 8, length: 8 }, source.name, 'superblock');
  const version = unsized.version(0, 1, 2, 3);
  const sizes = { address: bytes[version < 2 ? 5 : 1] ?? 0, length: bytes[version < 2 ? 6 : 2] ?? 0 };
  for (const [name, size] of Object.entries(sizes)) {
    if (![2, 4, 8].includes(size)) throw unsized.fail(`has a size of ${name}s of ${size} bytes, not 2, 4 or 8`);
  }
  const block = new Block(bytes, sizes, source.name, 'superblock').skip(version < 2 ? 16 : 4);
  if (version === 1) block.skip(4);
  const base = block.address() ?? Number.POSITIVE_INFINITY;
  if (version < 2)
    block.skip(4 * sizes.address); // free space, end, driver; the name of the root
  else block.skip(2 * sizes.address); // extension, end
  return { blocks: new Blocks(source, sizes, base), root: block.address() };
}
