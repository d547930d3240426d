/** Where values come from that no other value makes. */

import type { Builder } from '../builder.ts';
import { type Input, Op } from '../ir.ts';
import { I32, valueType } from '../valueType.ts';
import type { Widener } from './widen.ts';

/** The components of a constant: uniform, each of them. */
export function wideConstants(b: Builder, { type, detail }: Op): readonly Op[] {
  const bits = detail as readonly number[];
  return bits.slice(0, type.size).map((each) => b.constant(valueType(type.lane, 1), [each]));
}

/** Lanes lie along x: they differ in the x of their local id, and in nothing else that a kernel is given. */
export function wideInput({ b, lanes, kernel }: Widener, name: Input): Op {
  if (!name.startsWith('local')) return b.input(name);
  // An input of its own in each region: the loops over invocations count it.
  const local = (axis: 'x' | 'y' | 'z') => {
    const op = new Op('input', I32, [], `local_id.${axis}`);
    b.append(op);
    return op;
  };
  if (name === 'local_id.y' || name === 'local_id.z') return local(name === 'local_id.y' ? 'y' : 'z');
  const [sx, sy] = kernel.workgroupSize;
  const row = () => b.mul(b.i32(sx), b.add(local('y'), b.mul(b.i32(sy), local('z'))));
  const base = name === 'local_id.x' ? local('x') : b.add(local('x'), row());
  const wide = b.add(b.splat(base, 4), b.constant(valueType('i32', 4), [0, 1, 2, 3]));
  return lanes.remember(wide, { base, stride: 1, limit: null });
}
