/** Half-precision numbers on the host, where JavaScript has no array type for them (Node < 24). */

const scratch = new ArrayBuffer(4);
const asF32 = new Float32Array(scratch);
const asU32 = new Uint32Array(scratch);

/** Bits of the nearest half, ties to even; values past 65,504 become infinite. */
export function f32ToF16Bits(value: number): number {
  asF32[0] = value;
  const bits = asU32[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x47800000) return sign | 0x7c00; // 2^16 and above
  if (magnitude < 0x33000000) return sign; // under half of the least subnormal
  if (magnitude < 0x38800000) {
    const exponent = magnitude >>> 23;
    return sign | roundShift((magnitude & 0x7fffff) | 0x800000, 126 - exponent);
  }
  return sign | roundShift(magnitude - 0x38000000, 13);
}

export function f16BitsToF32(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

export function f32ToF16(values: ArrayLike<number>): Uint16Array {
  return Uint16Array.from(values, f32ToF16Bits);
}

export function f16ToF32(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, f16BitsToF32);
}

/** value / 2^shift, ties to even. A carry into the exponent bits is the right result. */
function roundShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value - kept * 2 ** shift;
  const half = 2 ** (shift - 1);
  return rest > half || (rest === half && kept % 2 === 1) ? kept + 1 : kept;
}
