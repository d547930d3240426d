import { cached } from '../../tensor/engine/deviceCache.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { ALL, RECORD } from './gemmBlock.ts';

/**
 * One product of a group: places relative to the operands' offsets, the sizes that are its own, its strides of b and y.
 * A group whose rows are tiled reads rows of a that lie side by side (step 1); its bias, if any, has step 1.
 */
export interface Group {
  readonly a: number;
  readonly b: number;
  readonly y: number;
  readonly bias: number;
  /** Rows, given where the table tiles rows. */
  readonly m?: number;
  /** Columns, given where the table tiles columns. */
  readonly n?: number;
  /** Left out where it is the problem's: b cannot be packed then. */
  readonly k?: number;
  readonly bRow: number;
  readonly bCol: number;
  readonly yRow: number;
  readonly yCol: number;
}

/** Products of different sizes that run as one launch. */
export interface Groups {
  /** Names everything the list depends on: tables are kept per device under it. */
  readonly key: string;
  /** The axis the table cuts into tiles: rows or columns of y. The other one is the problem's. */
  readonly tiled: 'm' | 'n';
  readonly list: readonly Group[];
}

/** The groups' table for one tile size, on a device. */
export interface GroupTable {
  /** Records of 12 words: see `blockOf` in gemmBlock.ts. */
  readonly tensor: Tensor;
  readonly records: number;
  /** Elements of the panels that b packs into. */
  readonly packedSize: number;
}

interface Records {
  readonly words: Uint32Array;
  readonly packedSize: number;
}

const made = new WeakMap<Groups, Map<number, Records>>();

/** The table of groups cut into tiles of `tile` rows or columns. */
export function groupTable(like: Tensor, groups: Groups, tile: number): GroupTable {
  const byTile = made.get(groups) ?? new Map<number, Records>();
  made.set(groups, byTile);
  const { words, packedSize } = byTile.get(tile) ?? recordsOf(groups, tile);
  byTile.set(tile, { words, packedSize });
  const key = `matmul.groups/${groups.key}/${groups.tiled}${tile}`;
  const table = cached(like, key, () => new Float32Array(words.buffer));
  // The same words as integers.
  const tensor = table.make(table.storage.retain(), table.shape, 'u32');
  return { tensor, records: words.length / RECORD, packedSize };
}

function recordsOf({ tiled, list }: Groups, tile: number): Records {
  const words: number[] = [];
  let packed = 0;
  for (const group of list) {
    const extent = group[tiled] ?? 0;
    for (let start = 0; start < extent; start += tile) {
      const [row, col] = tiled === 'm' ? [start, 0] : [0, start];
      words.push(group.a + row, group.b + col * group.bCol);
      words.push(group.y + row * group.yRow + col * group.yCol, group.bias + col);
      words.push(tiled === 'm' ? extent - start : ALL, tiled === 'n' ? extent - start : ALL, group.k ?? ALL);
      words.push(packed, group.bRow, group.bCol, group.yRow, group.yCol);
      packed += 8 * (group.k ?? 0);
    }
  }
  return { words: Uint32Array.from(words), packedSize: packed };
}
