/** Between f16 bits in an integer and f32 values. */

import type { Op } from '../ir.ts';
import type { Context } from './context.ts';

/** The low 16 bits of a scalar; those above must be zero. */
export function floatFromHalf(c: Context, half: Op): Op {
  const { b } = c;
  const magnitude = b.same('shl', b.same('and', half, b.i32(0x7fff)), b.i32(13));
  // The exponents differ by 112, and multiplying makes subnormals normal.
  const finite = b.mul(b.bitcast('f32', magnitude), b.f32(2 ** 112));
  const isSpecial = b.compare('leU', b.i32(0x7c00 << 13), magnitude);
  const bits = b.select(isSpecial, b.same('or', magnitude, b.i32(0x7f800000)), b.bitcast('i32', finite));
  return b.bitcast('f32', b.same('or', bits, b.same('shl', b.same('and', half, b.i32(0x8000)), b.i32(16))));
}

/** 16 bits, for a scalar of any value: rounded to nearest even. */
export function halfFromFloat(c: Context, x: Op): Op {
  const { b } = c;
  const bits = b.bitcast('i32', b.same('roundF16', x));
  const magnitude = b.same('and', bits, b.i32(0x7fffffff));
  const normal = b.sub(b.same('shrU', magnitude, b.i32(13)), b.i32(112 << 10));
  const subnormal = b.convert('unsignedFromFloat', 'i32', b.mul(b.bitcast('f32', magnitude), b.f32(2 ** 24)));
  const finite = b.select(b.compare('ltU', magnitude, b.i32(0x38800000)), subnormal, normal);
  const isInfinite = b.compare('eq', magnitude, b.i32(0x7f800000));
  const special = b.select(isInfinite, b.i32(0x7c00), b.i32(0x7e00));
  const half = b.select(b.compare('leU', b.i32(0x7f800000), magnitude), special, finite);
  return b.same('or', half, b.same('and', b.same('shrU', bits, b.i32(16)), b.i32(0x8000)));
}

/** Two f16 values in one word, the first in the low bits. */
export function packHalves(c: Context, low: Op, high: Op): Op {
  return c.b.same('or', halfFromFloat(c, low), c.b.same('shl', halfFromFloat(c, high), c.b.i32(16)));
}
