/** Component-wise built-in functions of i32 and u32. https://www.w3.org/TR/WGSL/#numeric-builtin-functions */

import type { ScalarKind } from '../wgslType.ts';

export type IntegerFunction = (kind: ScalarKind, x: number, y: number, z: number, w: number) => number;

export const INTEGER_FUNCTIONS: ReadonlyMap<string, IntegerFunction> = new Map<string, IntegerFunction>([
  ['countLeadingZeros', (_kind, x) => Math.clz32(x)],
  ['countOneBits', (_kind, x) => countOnes(x)],
  ['countTrailingZeros', (_kind, x) => (x === 0 ? 32 : trailingZeros(x))],
  ['extractBits', extractBits],
  ['firstLeadingBit', firstLeadingBit],
  ['firstTrailingBit', (kind, x) => (x === 0 ? asKind(kind, -1) : trailingZeros(x))],
  ['insertBits', insertBits],
  ['reverseBits', (kind, x) => asKind(kind, reverseBits(x))],
]);

function asKind(kind: ScalarKind, bits: number): number {
  return kind === 'u32' ? bits >>> 0 : bits | 0;
}

function countOnes(x: number): number {
  let ones = 0;
  for (let bits = x; bits !== 0; bits &= bits - 1) ones++;
  return ones;
}

function trailingZeros(x: number): number {
  return 31 - Math.clz32(x & -x);
}

/** Of a negative i32, the highest bit that is not the sign. */
function firstLeadingBit(kind: ScalarKind, x: number): number {
  const bits = kind === 'i32' && x < 0 ? ~x : x;
  return asKind(kind, 31 - Math.clz32(bits));
}

function reverseBits(x: number): number {
  let reversed = 0;
  for (let i = 0; i < 32; i++) reversed = (reversed << 1) | ((x >>> i) & 1);
  return reversed;
}

/** Offset and count together are at most 32: `checkPartialConstants` sees to it. */
function extractBits(kind: ScalarKind, x: number, offset: number, count: number): number {
  if (count === 0) return 0;
  const top = x << (32 - offset - count);
  return kind === 'u32' ? top >>> (32 - count) : top >> (32 - count);
}

function insertBits(kind: ScalarKind, x: number, bits: number, offset: number, count: number): number {
  if (count === 0) return x;
  const mask = (0xffffffff >>> (32 - count)) << offset;
  return asKind(kind, (x & ~mask) | ((bits << offset) & mask));
}
