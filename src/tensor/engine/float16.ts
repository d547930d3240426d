/**
 * IEEE 754 binary16 and bfloat16, as bits in a Uint16Array, from and to f32.
 *
 *   binary16   1 sign, 5 exponent (bias 15), 10 mantissa bits; subnormals are multiples of 2^-24; largest finite 65504
 *   bfloat16   the upper half of an f32
 */

/** Exact: every f16 is an f32. The payload of a NaN is kept. */
export function float16ToFloat32(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length);
  const words = new Uint32Array(values.buffer);
  for (let i = 0; i < bits.length; i++) {
    const half = bits[i]!;
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 0x1f;
    const mantissa = half & 0x3ff;
    if (exponent === 0) values[i] = (sign === 0 ? mantissa : -mantissa) * 2 ** -24;
    else if (exponent === 0x1f) words[i] = sign | 0x7f800000 | (mantissa << 13);
    else words[i] = sign | ((exponent + 112) << 23) | (mantissa << 13);
  }
  return values;
}

/** Rounds to nearest, ties to even; from 65520 on the result is infinite. A NaN stays one and keeps its upper payload bits. */
export function float32ToFloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  const sum = new Float32Array(1);
  const sumWord = new Uint32Array(sum.buffer);
  for (let i = 0; i < values.length; i++) {
    const word = words[i]!;
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    if (magnitude > 0x7f800000) halves[i] = sign | 0x7e00 | ((magnitude >> 13) & 0x1ff);
    else if (magnitude >= 0x477ff000) halves[i] = sign | 0x7c00;
    else if (magnitude >= 0x38800000) {
      // Half of the dropped unit less one, plus the last kept bit: exactly a tie goes up only from an odd mantissa.
      const rebased = magnitude - (112 << 23);
      halves[i] = sign | ((rebased + 0xfff + ((rebased >> 13) & 1)) >> 13);
    } else {
      // Below 2^-14 the result counts units of 2^-24, which is the unit of an f32 in [0.5, 1): the addition rounds.
      sum[0] = Math.abs(values[i]!) + 0.5;
      halves[i] = sign | (sumWord[0]! - 0x3f000000);
    }
  }
  return halves;
}

/** Exact: every bf16 is an f32. */
export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i]! << 16;
  return new Float32Array(words.buffer);
}
