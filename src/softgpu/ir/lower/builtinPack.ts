/** Packing and unpacking of small numbers in a word. */

import type { Op } from '../ir.ts';
import { bytesOf } from './builtinBits.ts';
import type { Composed } from './builtinNumeric.ts';
import type { Context } from './context.ts';
import { floatFromHalf, packHalves } from './half.ts';
import { opOf } from './value.ts';

function lanes(c: Context, vector: Op): Op[] {
  return Array.from({ length: vector.type.size }, (_, lane) => c.b.extract(vector, lane));
}

/** The low bits of each part, from the lowest up. */
function joined(c: Context, parts: readonly Op[]): Op {
  const { b } = c;
  const width = 32 / parts.length;
  const mask = b.i32(2 ** width - 1);
  return parts
    .map((part, i) => b.same('shl', b.same('and', part, mask), b.i32(i * width)))
    .reduce((word, part) => b.same('or', word, part));
}

/** floor(0.5 + scale * clamped), as the specification rounds. */
function normalized(c: Context, x: Op, low: number, scale: number): Op {
  const { b } = c;
  const clamped = b.same('min', b.same('max', x, b.f32(low)), b.f32(1));
  const rounded = b.same('floor', b.add(b.mul(clamped, b.f32(scale)), b.f32(0.5)));
  return b.convert('signedFromFloat', 'i32', rounded);
}

function packNorm(low: number, scale: number): Composed {
  return (c, [x]) =>
    joined(
      c,
      lanes(c, opOf(x!)).map((lane) => normalized(c, lane, low, scale)),
    );
}

function packClamped(low: number, high: number): Composed {
  const suffix = low < 0 ? 'S' : 'U';
  return (c, [x]) => {
    const inRange = (lane: Op) => c.b.same(`min${suffix}`, c.b.same(`max${suffix}`, lane, c.b.i32(low)), c.b.i32(high));
    return joined(c, lanes(c, opOf(x!)).map(inRange));
  };
}

function halvesOf(c: Context, word: Op, isSigned: boolean): Op[] {
  const { b } = c;
  const high = b.same(isSigned ? 'shrS' : 'shrU', word, b.i32(16));
  const low = isSigned ? b.same('shrS', b.same('shl', word, b.i32(16)), b.i32(16)) : b.same('and', word, b.i32(0xffff));
  return [low, high];
}

function unpackNorm(
  split: (c: Context, word: Op, isSigned: boolean) => Op[],
  isSigned: boolean,
  scale: number,
): Composed {
  return (c, [word]) => {
    const { b } = c;
    const integers = b.build(split(c, opOf(word!), isSigned));
    const { size } = integers.type;
    const floats = b.convert(isSigned ? 'floatFromS' : 'floatFromU', 'f32', integers);
    const divided = b.same('div', floats, b.splat(b.f32(scale), size));
    return isSigned ? b.same('max', divided, b.splat(b.f32(-1), size)) : divided;
  };
}

export const pack: Readonly<Record<string, Composed>> = {
  pack4x8snorm: packNorm(-1, 127),
  pack4x8unorm: packNorm(0, 255),
  pack2x16snorm: packNorm(-1, 32767),
  pack2x16unorm: packNorm(0, 65535),
  pack2x16float: (c, [x]) => packHalves(c, c.b.extract(opOf(x!), 0), c.b.extract(opOf(x!), 1)),
  pack4xI8: (c, [x]) => joined(c, lanes(c, opOf(x!))),
  pack4xU8: (c, [x]) => joined(c, lanes(c, opOf(x!))),
  pack4xI8Clamp: packClamped(-128, 127),
  pack4xU8Clamp: packClamped(0, 255),
  unpack4x8snorm: unpackNorm(bytesOf, true, 127),
  unpack4x8unorm: unpackNorm(bytesOf, false, 255),
  unpack2x16snorm: unpackNorm(halvesOf, true, 32767),
  unpack2x16unorm: unpackNorm(halvesOf, false, 65535),
  unpack2x16float: (c, [word]) => c.b.build(halvesOf(c, opOf(word!), false).map((half) => floatFromHalf(c, half))),
  unpack4xI8: (c, [word]) => c.b.build(bytesOf(c, opOf(word!), true)),
  unpack4xU8: (c, [word]) => c.b.build(bytesOf(c, opOf(word!), false)),
};
