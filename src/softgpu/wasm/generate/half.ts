/** f16 in memory: values are f32, so loads and stores convert. */

import type { Op } from '../../ir/ir.ts';
import { MATH } from '../../math/index.ts';
import { pushAddress } from './address.ts';
import type { Generator } from './generator.ts';

export function loadHalf(g: Generator, op: Op): void {
  const { f } = g;
  const { size } = op.type;
  const offset = pushAddress(g, op);
  if (size === 1) {
    f.memory('i32.load16_u', offset);
    g.math.callScalar(f, MATH.f16BitsToF32);
    return;
  }
  f.memory(size === 2 ? 'v128.load32_zero' : 'v128.load64_zero', offset, 1);
  g.math.call(f, MATH.f16x4ToF32x4);
}

export function storeHalf(g: Generator, op: Op): void {
  const { f } = g;
  const value = op.args[1]!;
  const { size } = value.type;
  if (size === 1) {
    const offset = pushAddress(g, op);
    g.push(value);
    g.math.callScalar(f, MATH.f32ToF16Bits);
    f.memory('i32.store16', offset);
    return;
  }
  const halves = g.temporary('v128');
  g.push(value);
  g.math.call(f, MATH.f32x4ToF16x4);
  f.set(halves);
  const address = g.temporary('i32');
  const offset = pushAddress(g, op);
  f.tee(address);
  f.get(halves);
  if (size === 4) {
    f.memoryLane('v128.store64_lane', offset, 0, 1);
    return;
  }
  f.memoryLane('v128.store32_lane', offset, 0, 1);
  if (size === 2) return;
  f.get(address);
  f.get(halves);
  f.memoryLane('v128.store16_lane', offset + 4, 2);
}
