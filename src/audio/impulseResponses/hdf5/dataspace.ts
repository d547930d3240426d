import type { Block } from './block.ts';

/** The extents of an array; none for a single value. HDF5 File Format Specification 3.0, IV.A.2.b. */
export function readDataspace(block: Block): number[] {
  const version = block.version(1, 2);
  const rank = block.u8();
  if (rank > 32) throw block.fail(`has ${rank} dimensions, more than 32`);
  block.skip(1);
  const kind = version === 1 ? 1 : block.u8();
  if (version === 1) block.skip(5);
  if (version === 2 && kind === 2) return [0];
  return Array.from({ length: rank }, () => block.length());
}

/** How many elements; Infinity where no number tells. */
export function countOf(shape: readonly number[]): number {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return Number.isSafeInteger(count) ? count : Number.POSITIVE_INFINITY;
}
