/**
 * Numbers of constants. An AbstractInt is always a bigint within i64; every
 * other number is a JavaScript number: AbstractFloat as it is, f32 and f16
 * rounded to nearest, ties to even, i32 and u32 as integers of their range.
 */

import type { ConstantValue } from '../program.ts';
import type { ScalarKind } from '../wgslType.ts';

/** A const-expression that has no value: a shader-creation error (or, with overrides, a pipeline-creation error). */
export class ConstantError extends Error {
  override readonly name = 'ConstantError';
}

export const F32_MAX = 3.4028234663852886e38;
export const F16_MAX = 65504;
const I64_MAX = 0x7fffffffffffffffn;
const I64_MIN = -0x8000000000000000n;

/** `x` rounded to a value of the float type `kind`; an error if that is not finite. `what` names the operation. */
export function roundFloat(kind: ScalarKind, x: number, what: string): number {
  const rounded = nearest(kind, x);
  if (Number.isFinite(rounded)) return rounded;
  if (Number.isNaN(x)) throw new ConstantError(`${what}: the result is not a number`);
  throw new ConstantError(`${what}: the result ${Number.isFinite(x) ? `${x} ` : ''}does not fit in ${kind}`);
}

/** `x` rounded to the float type `kind`, finite or not. */
export function nearest(kind: ScalarKind, x: number): number {
  return kind === 'f32' ? Math.fround(x) : kind === 'f16' ? roundToF16(x) : x;
}

/** `x` as an AbstractInt; an error if it overflows i64. */
export function checkI64(x: bigint, what: string): bigint {
  if (isI64(x)) return x;
  throw new ConstantError(`${what}: the result ${x} does not fit in an abstract integer of 64 bits`);
}

export function isI64(x: bigint): boolean {
  return x >= I64_MIN && x <= I64_MAX;
}

const double = new Float64Array(1);
const doubleWords = new Uint32Array(double.buffer);
const single = new Float32Array(1);
const singleWord = new Uint32Array(single.buffer);
// Which half of a double holds the exponent.
const HIGH = ((): 0 | 1 => {
  double[0] = 1;
  return doubleWords[1] === 0 ? 0 : 1;
})();

/** Nearest f16, ties to even, straight from f64: rounding through f32 would round twice. */
export function roundToF16(x: number): number {
  const magnitude = Math.abs(x);
  // Halfway between the greatest f16 and the next power of two.
  if (!(magnitude < 65520)) return magnitude >= 65520 ? Math.sign(x) * Number.POSITIVE_INFINITY : x;
  // Below the least normal number the step stays 2^-24.
  const step = Math.max(2 ** (exponentOf(magnitude) - 10), 2 ** -24);
  const rounded = roundHalfToEven(magnitude / step) * step;
  return x < 0 || Object.is(x, -0) ? -rounded : rounded;
}

/** floor(log2(x)) of a positive normal f64; of zero and subnormals, something below -1022. */
export function exponentOf(x: number): number {
  double[0] = x;
  return ((doubleWords[HIGH]! >>> 20) & 0x7ff) - 1023;
}

/** Rounds to the nearest integer, ties to even, keeping the sign of zero. */
export function roundHalfToEven(x: number): number {
  if (Math.abs(x) >= 2 ** 52 || x === 0) return x;
  const nearest = x > 0 ? x + 2 ** 52 - 2 ** 52 : x - 2 ** 52 + 2 ** 52;
  return nearest === 0 && x < 0 ? -0 : nearest;
}

export function f32Bits(x: number): number {
  single[0] = x;
  return singleWord[0]!;
}

export function f32FromBits(bits: number): number {
  singleWord[0] = bits;
  return single[0]!;
}

/** The bits of a number that is an f16. */
export function f16Bits(x: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(x);
  if (magnitude < 2 ** -14) return sign | (magnitude * 2 ** 24);
  const exponent = exponentOf(magnitude);
  return sign | ((exponent + 15) << 10) | ((magnitude / 2 ** exponent - 1) * 1024);
}

/** Infinity and NaN come out as such. */
export function f16FromBits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The components of a vector, columns of a matrix, parts of an array or structure. */
export function parts(value: ConstantValue): readonly ConstantValue[] {
  if (typeof value === 'object') return value;
  throw new Error('parts: a scalar constant stands where a composite one must');
}

/** As a message shows it. */
export function formatConstant(value: ConstantValue): string {
  if (typeof value === 'object') return `(${value.map(formatConstant).join(', ')})`;
  return Object.is(value, -0) ? '-0' : String(value);
}
