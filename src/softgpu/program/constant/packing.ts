/** Packing, unpacking and `dot4*Packed`. https://www.w3.org/TR/WGSL/#pack-builtin-functions */

import type { ConstantValue } from '../program.ts';
import type { WholeFunction } from './geometry.ts';
import { ConstantError, F16_MAX, f16Bits, f16FromBits, parts, roundToF16 } from './number.ts';

export const PACKING_FUNCTIONS: ReadonlyMap<string, WholeFunction> = new Map<string, WholeFunction>([
  ['pack2x16float', (_kind, x) => pack(16, x, halfBits)],
  ['pack2x16snorm', (_kind, x) => pack(16, x, (part) => Math.floor(0.5 + 32767 * clamp(part, -1, 1)))],
  ['pack2x16unorm', (_kind, x) => pack(16, x, (part) => Math.floor(0.5 + 65535 * clamp(part, 0, 1)))],
  ['pack4x8snorm', (_kind, x) => pack(8, x, (part) => Math.floor(0.5 + 127 * clamp(part, -1, 1)))],
  ['pack4x8unorm', (_kind, x) => pack(8, x, (part) => Math.floor(0.5 + 255 * clamp(part, 0, 1)))],
  ['pack4xI8', (_kind, x) => pack(8, x, (part) => part)],
  ['pack4xU8', (_kind, x) => pack(8, x, (part) => part)],
  ['pack4xI8Clamp', (_kind, x) => pack(8, x, (part) => clamp(part, -128, 127))],
  ['pack4xU8Clamp', (_kind, x) => pack(8, x, (part) => clamp(part, 0, 255))],
  ['unpack2x16float', (_kind, x) => unpack(16, x, half)],
  ['unpack2x16snorm', (_kind, x) => unpack(16, x, (bits) => Math.fround(Math.max(signed(bits, 16) / 32767, -1)))],
  ['unpack2x16unorm', (_kind, x) => unpack(16, x, (bits) => Math.fround(bits / 65535))],
  ['unpack4x8snorm', (_kind, x) => unpack(8, x, (bits) => Math.fround(Math.max(signed(bits, 8) / 127, -1)))],
  ['unpack4x8unorm', (_kind, x) => unpack(8, x, (bits) => Math.fround(bits / 255))],
  ['unpack4xI8', (_kind, x) => unpack(8, x, (bits) => signed(bits, 8))],
  ['unpack4xU8', (_kind, x) => unpack(8, x, (bits) => bits)],
  ['dot4I8Packed', (_kind, x, y) => dotBytes(x, y, (bits) => signed(bits, 8))],
  ['dot4U8Packed', (_kind, x, y) => dotBytes(x, y, (bits) => bits)],
]);

/** The first component goes to the lowest bits. */
function pack(width: 8 | 16, value: ConstantValue, encode: (part: number) => number): number {
  const mask = 2 ** width - 1;
  return parts(value).reduce<number>((packed, part, i) => {
    return (packed | ((encode(part as number) & mask) << (i * width))) >>> 0;
  }, 0);
}

function unpack(width: 8 | 16, value: ConstantValue, decode: (bits: number) => number): readonly number[] {
  const mask = 2 ** width - 1;
  return Array.from({ length: 32 / width }, (_, i) => decode(((value as number) >>> (i * width)) & mask));
}

function dotBytes(x: ConstantValue, y: ConstantValue, decode: (bits: number) => number): number {
  const other = unpack(8, y, decode);
  return unpack(8, x, decode).reduce((sum, byte, i) => sum + byte * other[i]!, 0);
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}

/** The low `width` bits as a signed integer. */
function signed(bits: number, width: 8 | 16): number {
  return (bits << (32 - width)) >> (32 - width);
}

function halfBits(x: number): number {
  if (Math.abs(x) <= F16_MAX) return f16Bits(roundToF16(x));
  throw new ConstantError(`pack2x16float: ${x} does not fit in f16`);
}

function half(bits: number): number {
  const value = f16FromBits(bits);
  if (Number.isFinite(value)) return value;
  throw new ConstantError(`unpack2x16float: 0x${bits.toString(16)} is no finite f16`);
}
