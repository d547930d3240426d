/** `bitcast` of constants. https://www.w3.org/TR/WGSL/#bitcast-builtin */

import type { ConstantValue } from '../program.ts';
import { scalarOf } from '../typeRules.ts';
import type { ScalarKind, Type } from '../wgslType.ts';
import { ConstantError, f16Bits, f16FromBits, f32Bits, f32FromBits, parts } from './number.ts';

export function evaluateBitcast(value: ConstantValue, from: Type, to: Type): ConstantValue {
  const source = scalarOf(from)!.scalar;
  const target = scalarOf(to)!.scalar;
  if (source === target) return value;
  const given = typeof value === 'object' ? parts(value) : [value];
  const words = source === 'f16' ? joinHalves(given) : given.map((part) => wordOf(source, part as number | bigint));
  const made = target === 'f16' ? words.flatMap(splitHalves) : words.map((word) => fromWord(target, word));
  return to.kind === 'vector' ? made : made[0]!;
}

function wordOf(kind: ScalarKind, value: number | bigint): number {
  if (typeof value === 'bigint' && (value < -0x80000000n || value > 0xffffffffn))
    throw new ConstantError(`bitcast: ${value} fits neither in u32 nor in i32`);
  return kind === 'f32' ? f32Bits(Number(value)) : Number(value) >>> 0;
}

function fromWord(kind: ScalarKind, word: number): number {
  if (kind === 'i32') return word | 0;
  return kind === 'u32' ? word : finite(f32FromBits(word), word, kind);
}

/** Pairs of f16 as words, the first in the low bits. */
function joinHalves(halves: readonly ConstantValue[]): number[] {
  const bits = halves.map((half) => f16Bits(half as number));
  return Array.from({ length: bits.length / 2 }, (_, i) => (bits[2 * i]! | (bits[2 * i + 1]! << 16)) >>> 0);
}

function splitHalves(word: number): number[] {
  return [word & 0xffff, word >>> 16].map((bits) => finite(f16FromBits(bits), bits, 'f16'));
}

function finite(value: number, bits: number, kind: ScalarKind): number {
  if (Number.isFinite(value)) return value;
  throw new ConstantError(`bitcast: 0x${bits.toString(16)} is no finite ${kind}`);
}
