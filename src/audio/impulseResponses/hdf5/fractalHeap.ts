import type { Block, Blocks } from './block.ts';
import { bytesFor } from './treeV2.ts';

/**
 * The heap that holds the links or attributes of an object that has many. HDF5 File Format Specification 3.0, III.G: a table of
 * blocks, the first two rows of one size and each further row of twice the one before.
 */
export class FractalHeap {
  readonly #blocks: Blocks;
  readonly #header: HeapHeader;

  private constructor(blocks: Blocks, header: HeapHeader) {
    this.#blocks = blocks;
    this.#header = header;
  }

  static async open(blocks: Blocks, address: number | null): Promise<FractalHeap> {
    const { address: a, length: l } = blocks.sizes;
    return new FractalHeap(blocks, readHeader(await blocks.at(address, 22 + 12 * l + 3 * a, 'heap')));
  }

  /** The object of an ID. */
  async object(id: Block): Promise<Block> {
    const start = id.u8();
    const kind = (start >> 4) & 3;
    if (kind === 2) return id.part((start & 15) + 1, 'heap object');
    const { offsetBytes, lengthBytes } = this.#header;
    if (kind !== 0) throw id.fail('lies outside its heap, which cannot be read: use h5repack');
    const offset = id.uint(offsetBytes);
    const length = id.uint(lengthBytes);
    const { address, start: blockStart } = await this.#directBlock(offset);
    return this.#blocks.at(address + offset - blockStart, length, 'heap object');
  }

  /** The block that holds an offset in the heap. */
  async #directBlock(offset: number): Promise<{ address: number; start: number }> {
    const { root, rootRows, width, firstSize, directRows, offsetBytes } = this.#header;
    let [address, rows, start] = [root, rootRows, 0];
    while (rows > 0) {
      const { row, column, size, rowStart } = locate(offset - start, width, firstSize);
      const pointer = this.#blocks.sizes.address;
      const index = row * width + column; // all entries are addresses, first of direct blocks, then of indirect ones
      if (!(row < rows)) throw this.#fail(`has no block for offset ${offset}`);
      const at = (address ?? Number.POSITIVE_INFINITY) + 5 + pointer + offsetBytes + index * pointer;
      address = (await this.#blocks.at(at, pointer, 'heap block')).address();
      start += rowStart + column * size;
      rows = row < directRows ? 0 : Math.log2(size / (firstSize * width)) + 1;
    }
    if (address === null) throw this.#fail(`has no block for offset ${offset}`);
    return { address, start };
  }

  #fail(reason: string) {
    return this.#header.block.fail(reason);
  }
}

interface HeapHeader {
  readonly block: Block;
  readonly width: number;
  readonly firstSize: number;
  readonly directRows: number;
  readonly root: number | null;
  /** 0: the root is a direct block. */
  readonly rootRows: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

function readHeader(block: Block): HeapHeader {
  block.signature('FRHP').version(0);
  block.skip(2);
  if (block.u16() > 0) throw block.fail('has filters, which cannot be read: use h5repack');
  block.skip(1);
  const largestObject = block.u32();
  const { address: a, length: l } = block.sizes;
  block.skip(l + a + l + a + 8 * l);
  const width = block.u16();
  const firstSize = block.length();
  const largestDirect = block.length();
  const offsetBytes = Math.ceil(block.u16() / 8);
  const root = block.skip(2).address();
  const rootRows = block.u16();
  const directRows = Math.log2(largestDirect / firstSize) + 2;
  if (!(width > 0 && firstSize > 0 && Number.isInteger(directRows) && offsetBytes <= 8)) {
    throw block.fail(`has ${width} blocks in a row, of ${firstSize} to ${largestDirect} bytes`);
  }
  const lengthBytes = Math.min(Math.ceil(Math.log2(largestDirect) / 8), bytesFor(largestObject));
  return { block, width, firstSize, directRows, root, rootRows, offsetBytes, lengthBytes };
}

/** Row, column and size of the block at an offset in the table, and where its row begins. */
function locate(offset: number, width: number, firstSize: number) {
  const firstRow = width * firstSize;
  const row = offset < firstRow ? 0 : Math.floor(Math.log2(offset / firstRow)) + 1;
  const size = row === 0 ? firstSize : firstSize * 2 ** (row - 1);
  const rowStart = row === 0 ? 0 : firstRow * 2 ** (row - 1);
  return { row, size, rowStart, column: Math.floor((offset - rowStart) / size) };
}
