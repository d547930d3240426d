/** Indexes: clamped to the last element unless proven in range, and turned into bytes. */

import { strideOf } from '../../program/layout.ts';
import type { ArrayType } from '../../program/wgslType.ts';
import type { BufferRoot, Op } from '../ir.ts';
import { rangeOf } from '../range.ts';
import { scalarBits } from '../valueType.ts';
import type { Context } from './context.ts';
import type { MemoryPlace } from './place.ts';

/** A negative index is a large one as unsigned, and becomes the last element too. */
export function clampIndex(c: Context, index: Op, last: Op): Op {
  return c.b.same('minU', index, last);
}

/** `index * stride` bytes as a dynamic and a constant part. The product fits, since the index is in range. */
export function scaled(c: Context, index: Op, stride: number): { address: Op | null; offset: number } {
  const constant = scalarBits(index);
  if (constant !== null) return { address: null, offset: constant * stride };
  const added = index.code === 'add' ? scalarBits(index.args[1]!) : null;
  if (added !== null && rangeOf(index.args[0]!, c.b.ranges).high + added <= 0xffffffff) {
    return { address: c.b.mul(index.args[0]!, c.b.i32(stride)), offset: added * stride };
  }
  return { address: c.b.mul(index, c.b.i32(stride)), offset: 0 };
}

/** The number of elements of a runtime-sized array: at least 1, as the binding has room for one. */
export function arrayCount(c: Context, place: MemoryPlace): Op {
  const stride = strideOf(place.type as ArrayType);
  return c.b.atEntry(() => {
    const bytes = c.b.sub(c.b.length(place.root as BufferRoot), c.b.i32(place.offset));
    return c.b.op('divU', bytes.type, [bytes, c.b.i32(stride)]);
  });
}
