/** What instructions on memory say of the place they reach. */

import type { Root } from './ir.ts';

/** How lanes lie in memory, each next to the other. Bools are stored as u32 in slots. */
export type Format = 'i32' | 'f32' | 'f16' | 'bool';

/**
 * A memory access: `args[0]` is a byte offset from the start of the root, and
 * `offset` a constant to add. The sum is always inside the root. `store`: the
 * value is `args[1]`. `atomic`: operands follow (compareExchange: comparator,
 * value); the result is the old value.
 */
export interface Access {
  readonly root: Root;
  readonly offset: number;
  readonly format: Format;
  readonly atomic: AtomicOp | null;
  /** The access is always in the same place for all invocations and after a barrier (`workgroupUniformLoad`). */
  readonly uniformLoad: boolean;
  /** `args[0]` counts from the start of memory: an `address` and an offset. Made by `makePointers`. */
  readonly absolute?: true;
}

/** What a checked kernel tells of a place in the source, and how to find what other invocations did to the same bytes. */
export interface Watch {
  /** Its number in the list of `Places`. */
  readonly place: number;
  /** Null of a `report`. */
  readonly touched: Touched | null;
}

export interface Touched {
  readonly writes: boolean;
  readonly space: 'storage' | 'workgroup';
  /** Distinguishes variables. */
  readonly variable: number;
  /** Accesses are told apart by granules of 2 ** shift bytes. */
  readonly shift: 1 | 2;
  /** Bytes from `args[0]`. */
  readonly offset: number;
  readonly granules: number;
  /** Of a workgroup variable: the number of the entry for its first granule. */
  readonly firstEntry: number;
}

export type AtomicOp =
  | 'load'
  | 'store'
  | 'add'
  | 'sub'
  | 'minS'
  | 'minU'
  | 'maxS'
  | 'maxU'
  | 'and'
  | 'or'
  | 'xor'
  | 'exchange'
  | 'compareExchange';
