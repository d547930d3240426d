import type { Block, Blocks } from './block.ts';

/** Trees of version 2 that are read: names of links, names of attributes, chunks, chunks with filters. */
type TreeType = 5 | 8 | 10 | 11;

export interface TreeRecord {
  readonly block: Block;
  readonly type: number;
  /** Bytes. */
  readonly size: number;
}

const MOST_DEPTH = 16;

/** All records of a tree, in its order. HDF5 File Format Specification 3.0, III.A.2. */
export async function readTreeV2(
  blocks: Blocks,
  address: number | null,
  types: readonly TreeType[],
): Promise<TreeRecord[]> {
  const { address: addressBytes, length } = blocks.sizes;
  const header = (await blocks.at(address, 22 + addressBytes + length, 'tree')).signature('BTHD');
  header.version(0);
  const type = header.u8();
  if (!types.some((each) => each === type)) throw header.fail(`is of type ${type}, not ${types.join(' or ')}`);
  const nodeSize = header.u32();
  const size = header.u16();
  const depth = header.u16();
  const root = header.skip(2).address();
  const count = header.u16();
  if (depth > MOST_DEPTH || size < 1) throw header.fail(`has depth ${depth} and records of ${size} bytes`);
  const levels = pointerSizes(nodeSize, size, depth, addressBytes);
  const records: TreeRecord[] = [];
  if (root !== null && count > 0) await visit(root, depth, count);
  return records;

  async function visit(at: number, level: number, inNode: number): Promise<void> {
    const node = (await blocks.at(at, nodeSize, 'tree node')).signature(level === 0 ? 'BTLF' : 'BTIN');
    node.version(0);
    node.skip(1);
    for (let n = 0; n < inNode; n++) records.push({ block: node.part(size), type, size });
    if (level === 0) return;
    const { countBytes, totalBytes } = levels[level]!;
    for (let n = 0; n <= inNode; n++) {
      const child = node.address();
      const inChild = node.uint(countBytes);
      node.skip(totalBytes);
      if (child === null) throw node.fail('has a child without an address');
      await visit(child, level - 1, inChild);
    }
  }
}

/** How many bytes the counts beside a child's address take at each level: as few as hold what could be below. */
function pointerSizes(nodeSize: number, recordSize: number, depth: number, addressBytes: number) {
  const inLeaf = Math.floor((nodeSize - 10) / recordSize);
  const countBytes = bytesFor(inLeaf);
  let [below, belowBytes] = [inLeaf, 0];
  const levels = [{ countBytes, totalBytes: 0 }];
  for (let level = 1; level <= depth; level++) {
    levels.push({ countBytes, totalBytes: belowBytes });
    const pointer = addressBytes + countBytes + belowBytes;
    const most = Math.floor((nodeSize - 10 - pointer) / (recordSize + pointer));
    below = (most + 1) * below + most;
    belowBytes = bytesFor(below);
  }
  return levels;
}

export function bytesFor(number: number): number {
  return Math.floor(Math.log2(Math.max(1, number)) / 8) + 1;
}
