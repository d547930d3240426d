/** Value types, one object each, and the bits of constants. */

import type { Lane, Op, ValueType } from './ir.ts';

export type Size = 1 | 2 | 3 | 4;

const TYPES: Readonly<Record<Lane, readonly ValueType[]>> = {
  i32: [1, 2, 3, 4].map((size) => ({ lane: 'i32', size: size as Size })),
  f32: [1, 2, 3, 4].map((size) => ({ lane: 'f32', size: size as Size })),
  bool: [1, 2, 3, 4].map((size) => ({ lane: 'bool', size: size as Size })),
};

export function valueType(lane: Lane, size: number): ValueType {
  return TYPES[lane][size - 1]!;
}

export const I32 = valueType('i32', 1);
export const F32 = valueType('f32', 1);
export const BOOL = valueType('bool', 1);

const scratch = new DataView(new ArrayBuffer(4));

export function bitsOfFloat(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getUint32(0);
}

export function floatOfBits(bits: number): number {
  scratch.setUint32(0, bits);
  return scratch.getFloat32(0);
}

/** The bits of each lane of a constant; null for other instructions. */
export function constantBits(op: Op): readonly number[] | null {
  return op.code === 'const' ? (op.detail as readonly number[]) : null;
}

/** The bits of a scalar constant; null for other instructions. */
export function scalarBits(op: Op): number | null {
  return op.code === 'const' && op.type.size === 1 ? (op.detail as readonly number[])[0]! : null;
}
