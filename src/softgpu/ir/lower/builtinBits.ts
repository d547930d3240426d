/** Built-ins on the bits of integers, and `bitcast`. */

import type { Type } from '../../program/wgslType.ts';
import type { Op } from '../ir.ts';
import type { Composed } from './builtinNumeric.ts';
import type { Context } from './context.ts';
import { floatFromHalf, packHalves } from './half.ts';
import { opOf, opType, scalarKind, type Value } from './value.ts';

type OnOps = (c: Context, args: readonly Op[], isSigned: boolean) => Op;

function onOps(compose: OnOps): Composed {
  return (c, args, kind) => compose(c, args.map(opOf), kind === 'i32');
}

function ints(c: Context, like: Op, number: number): Op {
  return c.b.splat(c.b.i32(number), like.type.size);
}

/** Offset and count within 32 bits. */
function bitRange(c: Context, like: Op, offset: Op, count: Op): { offset: Op; count: Op } {
  const { b } = c;
  const width = b.i32(32);
  const start = b.same('minU', offset, width);
  const length = b.same('minU', count, b.sub(width, start));
  return { offset: b.splat(start, like.type.size), count: b.splat(length, like.type.size) };
}

function extractBits(c: Context, x: Op, at: Op, length: Op, isSigned: boolean): Op {
  const { b } = c;
  const { offset, count } = bitRange(c, x, at, length);
  const right = b.sub(ints(c, x, 32), count);
  const aligned = b.same('shl', x, b.sub(right, offset));
  // A shift by 32 would be one by 0.
  const isEmpty = b.compare('eq', count, ints(c, x, 0));
  return b.select(isEmpty, ints(c, x, 0), b.same(isSigned ? 'shrS' : 'shrU', aligned, right));
}

function insertBits(c: Context, x: Op, inserted: Op, at: Op, length: Op): Op {
  const { b } = c;
  const { offset, count } = bitRange(c, x, at, length);
  const low = b.same('shrU', ints(c, x, -1), b.sub(ints(c, x, 32), count));
  const isEmpty = b.compare('eq', count, ints(c, x, 0));
  const mask = b.select(isEmpty, ints(c, x, 0), b.same('shl', low, offset));
  const kept = b.same('and', x, b.not(mask));
  return b.same('or', kept, b.same('and', b.same('shl', inserted, offset), mask));
}

function firstLeadingBit(c: Context, x: Op, isSigned: boolean): Op {
  const { b } = c;
  const searched = isSigned ? b.same('xor', x, b.same('shrS', x, ints(c, x, 31))) : x;
  return b.sub(ints(c, x, 31), b.same('clz', searched));
}

function firstTrailingBit(c: Context, x: Op): Op {
  const { b } = c;
  return b.select(b.compare('eq', x, ints(c, x, 0)), ints(c, x, -1), b.same('ctz', x));
}

function reverseBits(c: Context, x: Op): Op {
  const { b } = c;
  let bits = x;
  for (const [shift, mask] of [
    [1, 0x55555555],
    [2, 0x33333333],
    [4, 0x0f0f0f0f],
    [8, 0x00ff00ff],
  ] as const) {
    const down = b.same('and', b.same('shrU', bits, ints(c, x, shift)), ints(c, x, mask));
    bits = b.same('or', b.same('shl', b.same('and', bits, ints(c, x, mask)), ints(c, x, shift)), down);
  }
  return b.same('or', b.same('shl', bits, ints(c, x, 16)), b.same('shrU', bits, ints(c, x, 16)));
}

/** Between 32-bit lanes the bits stay; two lanes of f16 make one of 32 bits. */
function bitcast(c: Context, value: Op, from: 'f16' | 'wide', type: Type): Value {
  const { b } = c;
  const to = opType(type);
  const isHalf = scalarKind(type) === 'f16';
  if (isHalf === (from === 'f16')) return b.bitcast(to.lane, value);
  if (!isHalf) {
    const words = Array.from({ length: to.size }, (_, word) =>
      packHalves(c, b.extract(value, 2 * word), b.extract(value, 2 * word + 1)),
    );
    return b.bitcast(to.lane, b.build(words));
  }
  const bits = b.bitcast('i32', value);
  const halves = Array.from({ length: to.size }, (_, lane) => {
    const word = b.extract(bits, lane >> 1);
    return floatFromHalf(c, lane % 2 === 0 ? b.same('and', word, b.i32(0xffff)) : b.same('shrU', word, b.i32(16)));
  });
  return b.build(halves);
}

/** The four bytes of a word. */
export function bytesOf(c: Context, word: Op, isSigned: boolean): Op[] {
  const { b } = c;
  return [0, 8, 16, 24].map((shift) =>
    isSigned
      ? b.same('shrS', b.same('shl', word, b.i32(24 - shift)), b.i32(24))
      : b.same('and', b.same('shrU', word, b.i32(shift)), b.i32(0xff)),
  );
}

function packedDot(isSigned: boolean): Composed {
  return onOps((c, [x, y]) => {
    const right = bytesOf(c, y!, isSigned);
    const products = bytesOf(c, x!, isSigned).map((byte, i) => c.b.mul(byte, right[i]!));
    return products.reduce((sum, product) => c.b.add(sum, product));
  });
}

export const bits: Readonly<Record<string, Composed>> = {
  countLeadingZeros: onOps((c, [x]) => c.b.same('clz', x!)),
  countOneBits: onOps((c, [x]) => c.b.same('popcnt', x!)),
  countTrailingZeros: onOps((c, [x]) => c.b.same('ctz', x!)),
  extractBits: onOps((c, [x, offset, count], isSigned) => extractBits(c, x!, offset!, count!, isSigned)),
  insertBits: onOps((c, [x, inserted, offset, count]) => insertBits(c, x!, inserted!, offset!, count!)),
  firstLeadingBit: onOps((c, [x], isSigned) => firstLeadingBit(c, x!, isSigned)),
  firstTrailingBit: onOps((c, [x]) => firstTrailingBit(c, x!)),
  reverseBits: onOps((c, [x]) => reverseBits(c, x!)),
  dot4I8Packed: packedDot(true),
  dot4U8Packed: packedDot(false),
  bitcast: (c, [value], kind, type) => bitcast(c, opOf(value!), kind === 'f16' ? 'f16' : 'wide', type),
};
