import type { Block, Blocks } from './block.ts';
import type { ChunkedLayout } from './layout.ts';
import { readTreeV2 } from './treeV2.ts';

/** Where a chunk lies in the file. */
export interface StoredChunk {
  readonly address: number;
  readonly bytes: number;
  /** A bit for each filter that was left out. */
  readonly mask: number;
}

/** A dataset's chunks: where its array is cut, and what a chunk holds. */
export interface ChunkGrid {
  /** Chunks along each axis. */
  readonly counts: readonly number[];
  /** Of a chunk without filters. */
  readonly chunkBytes: number;
  readonly filtered: boolean;
}

const MOST_DEPTH = 16;

/** The chunks by their number, the last axis counting fastest. Missing ones were never written. */
export async function readChunkIndex(
  blocks: Blocks,
  layout: ChunkedLayout,
  grid: ChunkGrid,
): Promise<Map<number, StoredChunk>> {
  if (layout.address === null) return new Map();
  if (layout.index === 'tree') return treeChunks(blocks, layout, grid);
  if (layout.index === 'treeV2') return treeV2Chunks(blocks, layout, grid);
  if (layout.index === 'fixedArray') return arrayChunks(blocks, layout, grid);
  const { address, single } = layout;
  if (layout.index === 'single') {
    return new Map([[0, { address, bytes: single?.bytes ?? grid.chunkBytes, mask: single?.mask ?? 0 }]]);
  }
  const count = grid.counts.reduce((product, each) => product * each, 1);
  const chunk = (n: number) => ({ address: address + n * grid.chunkBytes, bytes: grid.chunkBytes, mask: 0 });
  return new Map(Array.from({ length: count }, (_, n) => [n, chunk(n)]));
}

function numberOf(place: readonly number[], { counts }: ChunkGrid, block: Block): number {
  if (place.some((at, axis) => !Number.isInteger(at) || !(at >= 0 && at < counts[axis]!))) {
    throw block.fail(`has a chunk at [${place.join(', ')}] outside the dataset`);
  }
  return place.reduce((number, at, axis) => number * counts[axis]! + at, 0);
}

/** HDF5 File Format Specification 3.0, III.A.1, nodes of type 1. */
async function treeChunks(blocks: Blocks, { address, chunk }: ChunkedLayout, grid: ChunkGrid) {
  const a = blocks.sizes.address;
  const rank = chunk.length;
  const keyBytes = 8 + 8 * (rank + 1);
  const chunks = new Map<number, StoredChunk>();
  await visit(address, MOST_DEPTH);
  return chunks;

  async function visit(at: number | null, depth: number): Promise<void> {
    const head = (await blocks.at(at, 8, 'chunk tree')).signature('TREE');
    if (head.u8() !== 1 || depth === 0) throw head.fail('is no tree of chunks');
    const level = head.u8();
    const count = head.u16();
    const node = await blocks.at(at! + 8 + 2 * a, count * (keyBytes + a), 'chunk tree');
    for (let n = 0; n < count; n++) {
      const bytes = node.u32();
      const mask = node.u32();
      const place = chunk.map((extent) => node.uint(8) / extent);
      const child = node.skip(8).address();
      if (child === null) throw node.fail('has a child without an address');
      if (level > 0) await visit(child, depth - 1);
      else chunks.set(numberOf(place, grid, node), { address: child, bytes, mask });
    }
  }
}

async function treeV2Chunks(blocks: Blocks, { address, chunk }: ChunkedLayout, grid: ChunkGrid) {
  const chunks = new Map<number, StoredChunk>();
  for (const { block, type, size } of await readTreeV2(blocks, address, [10, 11])) {
    const at = block.address();
    const sizeBytes = size - blocks.sizes.address - 4 - 8 * chunk.length;
    const bytes = type === 11 ? block.uint(Math.max(0, sizeBytes)) : grid.chunkBytes;
    const mask = type === 11 ? block.u32() : 0;
    const place = chunk.map(() => block.uint(8));
    if (at !== null) chunks.set(numberOf(place, grid, block), { address: at, bytes, mask });
  }
  return chunks;
}

/** HDF5 File Format Specification 3.0, VII.C. */
async function arrayChunks(blocks: Blocks, { address }: ChunkedLayout, { chunkBytes }: ChunkGrid) {
  const { address: a, length: l } = blocks.sizes;
  const header = (await blocks.at(address, 8 + l + a, 'chunk array')).signature('FAHD');
  header.version(0);
  const filtered = header.u8() === 1;
  const entryBytes = header.u8();
  const perPage = 2 ** header.u8();
  const count = header.length();
  const dataAddress = header.address();
  if (count * entryBytes > blocks.source.size) throw header.fail(`has ${count} chunks, more than the file can hold`);
  const pages = count > perPage ? Math.ceil(count / perPage) : 0;
  const prefix = 6 + a + (pages > 0 ? Math.ceil(pages / 8) + 4 : 0);
  const whole = prefix + count * entryBytes + 4 * Math.max(1, pages);
  const data = (await blocks.at(dataAddress, whole, 'chunk array')).signature('FADB');
  const present = data.skip(2 + a).take(pages > 0 ? Math.ceil(pages / 8) : 0);
  if (pages > 0) data.skip(4);
  const chunks = new Map<number, StoredChunk>();
  for (let n = 0; n < count; n++) {
    if (pages > 0 && n > 0 && n % perPage === 0) data.skip(4); // each page's checksum
    const page = Math.floor(n / perPage);
    const entry = data.part(entryBytes);
    if (pages > 0 && !((present[page >> 3]! >> (7 - (page & 7))) & 1)) continue;
    const at = entry.address();
    const bytes = filtered ? entry.uint(Math.max(0, entryBytes - a - 4)) : chunkBytes;
    const mask = filtered ? entry.u32() : 0;
    if (at !== null) chunks.set(n, { address: at, bytes, mask });
  }
  return chunks;
}
