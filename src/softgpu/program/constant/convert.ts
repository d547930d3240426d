/** Conversions of constants, automatic and explicit. https://www.w3.org/TR/WGSL/#floating-point-conversion */

import type { ConstantValue } from '../program.ts';
import { typeName } from '../typeRules.ts';
import type { ScalarKind, Type } from '../wgslType.ts';
import { ConstantError, F16_MAX, F32_MAX, formatConstant, parts, roundToF16 } from './number.ts';

/**
 * `value` of type `from` as a `to`: the automatic conversions of section
 * "Conversion Rank", and those that constructors make (`f32(i)`, `vec3<u32>(v)`,
 * `mat2x2<f16>(m)`).
 */
export function convertConstant(value: ConstantValue, from: Type, to: Type): ConstantValue {
  if (from === to) return value;
  switch (to.kind) {
    case 'scalar':
      if (from.kind === 'scalar') return convertScalar(value, from.scalar, to.scalar);
      break;
    case 'vector':
      if (from.kind === 'vector') return convertAll(value, from.element, to.element);
      break;
    case 'matrix':
      if (from.kind === 'matrix') {
        return parts(value).map((column) => convertAll(column, from.element, to.element));
      }
      break;
    case 'array':
      if (from.kind === 'array') return convertAll(value, from.element, to.element);
      break;
    case 'struct':
      // Only results of frexp and modf: their members pair up.
      if (from.kind === 'struct' && from.members.length === to.members.length) {
        return parts(value).map((part, i) => convertConstant(part, from.members[i]!.type, to.members[i]!.type));
      }
      break;
    default:
  }
  throw new Error(`convertConstant: no conversion from ${typeName(from)} to ${typeName(to)}`);
}

function convertAll(value: ConstantValue, from: Type, to: Type): ConstantValue {
  return from === to ? value : parts(value).map((part) => convertConstant(part, from, to));
}

function convertScalar(value: ConstantValue, from: ScalarKind, to: ScalarKind): ConstantValue {
  if (from === to) return value;
  switch (to) {
    case 'bool':
      return Boolean(value);
    case 'abstract-int':
      return BigInt(value as boolean | number | bigint);
    case 'i32':
      if (from === 'abstract-int') return ranged(value as bigint, -0x80000000n, 0x7fffffffn, to);
      return from === 'u32' || from === 'bool'
        ? Number(value) | 0
        : clampToInteger(Number(value), -(2 ** 31), largest(2 ** 31, from));
    case 'u32':
      if (from === 'abstract-int') return ranged(value as bigint, 0n, 0xffffffffn, to);
      return from === 'i32' || from === 'bool'
        ? Number(value) >>> 0
        : clampToInteger(Number(value), 0, largest(2 ** 32, from));
    case 'f32':
      return Math.fround(finite(Number(value), F32_MAX, to));
    case 'f16':
      return roundToF16(finite(Number(value), F16_MAX, to));
    case 'abstract-float':
      return Number(value);
  }
}

function ranged(value: bigint, low: bigint, high: bigint, to: ScalarKind): number {
  if (value >= low && value <= high) return Number(value);
  throw new ConstantError(`${value} does not fit in ${to}`);
}

function finite(value: number, max: number, to: ScalarKind): number {
  if (Math.abs(value) <= max) return value;
  throw new ConstantError(`${formatConstant(value)} does not fit in ${to}`);
}

/** The greatest integer below `end` that the float type has. */
function largest(end: number, from: ScalarKind): number {
  return from === 'f32' ? end - end / 2 ** 24 : end - 1;
}

function clampToInteger(value: number, low: number, high: number): number {
  // + 0 makes a zero of -0.
  return Math.trunc(Math.min(Math.max(value, low), high)) + 0;
}
