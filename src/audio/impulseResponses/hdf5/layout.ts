import type { Block } from './block.ts';

/** How a dataset's elements lie in the file. */
export type Layout =
  | { readonly kind: 'compact'; readonly bytes: Uint8Array }
  | { readonly kind: 'contiguous'; readonly address: number | null; readonly bytes: number }
  | ChunkedLayout;

export interface ChunkedLayout {
  readonly kind: 'chunked';
  /** In elements. */
  readonly chunk: readonly number[];
  readonly index: 'tree' | 'single' | 'implicit' | 'fixedArray' | 'treeV2';
  readonly address: number | null;
  /** Of a single chunk that has filters. */
  readonly single?: { readonly bytes: number; readonly mask: number };
  /** Whether chunks that reach over the edge are stored without filters. */
  readonly plainEdges: boolean;
}

/** HDF5 File Format Specification 3.0, IV.A.2.i. */
export function readLayout(block: Block): Layout {
  const version = block.version(1, 2, 3, 4, 5); // 5 is 4 with larger chunks
  if (version < 3) return oldLayout(block);
  const kind = block.u8();
  if (kind === 0) return { kind: 'compact', bytes: block.take(block.u16()) };
  if (kind === 1) return { kind: 'contiguous', address: block.address(), bytes: block.length() };
  if (kind !== 2) throw block.fail('is a view of other files, which cannot be read: use h5repack');
  return version === 3 ? chunksOfTree(block) : indexedChunks(block);
}

function oldLayout(block: Block): Layout {
  const rank = block.u8();
  const kind = block.u8();
  block.skip(5);
  const address = kind === 0 ? null : block.address();
  const extents = Array.from({ length: rank }, () => block.u32());
  if (kind === 0) return { kind: 'compact', bytes: block.take(block.u32()) };
  if (kind === 1) return { kind: 'contiguous', address, bytes: Number.NaN };
  return { kind: 'chunked', chunk: extents.slice(0, -1), index: 'tree', address, plainEdges: false };
}

function chunksOfTree(block: Block): ChunkedLayout {
  const rank = block.u8() - 1;
  const address = block.address();
  const chunk = Array.from({ length: Math.max(0, rank) }, () => block.u32());
  return { kind: 'chunked', chunk, index: 'tree', address, plainEdges: false };
}

function indexedChunks(block: Block): ChunkedLayout {
  const flags = block.u8();
  const rank = block.u8() - 1;
  const bytes = block.u8();
  const chunk = Array.from({ length: Math.max(0, rank) }, () => block.uint(bytes));
  const type = block.skip(bytes).u8();
  const plainEdges = (flags & 1) !== 0;
  if (type === 1) {
    const single = flags & 2 ? { bytes: block.length(), mask: block.u32() } : undefined;
    return { kind: 'chunked', chunk, index: 'single', address: block.address(), plainEdges, ...(single && { single }) };
  }
  const index = ({ 2: 'implicit', 3: 'fixedArray', 5: 'treeV2' } as const)[type];
  if (!index) throw block.fail('has its chunks in an extensible array, which cannot be read: use h5repack');
  block.skip({ implicit: 0, fixedArray: 1, treeV2: 6 }[index]);
  return { kind: 'chunked', chunk, index, address: block.address(), plainEdges };
}
