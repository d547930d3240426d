/**
 * The standard normal distribution from 32 random bits in integer arithmetic, the same on every device: the inverse
 * of the upper tail p = Q(z) is linear between the entries of a table. Its octaves [2^e, 2^(e+1)) / 2^33, e = 0 … 31,
 * have 64 segments each, so that the tails are as fine as the middle: |z| reaches 6.34 and is off by at most 1.4e-5,
 * the curvature of z(p) over one segment.
 */

const SEGMENTS = 64; // per octave
const OCTAVES = 32;
/** z is a multiple of 2^-21: 24 bits hold it, so the last step from integer to f32 is exact. */
export const NORMAL_UNIT = 2 ** -21;

/** z(p) in units of 2^-21 for p = 2^e (1 + s / 64) / 2^33 at index 64 e + s; the last entry is z(1/2) = 0. */
export function normalTable(): Float32Array {
  const table = new Float32Array(OCTAVES * SEGMENTS + 1);
  let z = 0;
  for (let i = table.length - 2; i >= 0; i--) {
    const octave = Math.floor(i / SEGMENTS);
    z = upperQuantile((2 ** octave * (1 + (i % SEGMENTS) / SEGMENTS)) / 2 ** 33, z);
    table[i] = Math.round(z / NORMAL_UNIT);
  }
  return table;
}

/** The normal number of a random u32, as the kernel computes it. The first bit is the sign. */
export function normalOf(word: number, table: Float32Array): number {
  const tail = (2 * word + 1) >>> 0; // p = tail / 2^33 in (0, 1/2)
  const zeros = Math.clz32(tail);
  const shifted = (tail << zeros) >>> 0;
  const at = (31 - zeros) * SEGMENTS + ((shifted >>> 25) & 63);
  const fraction = (shifted >>> 9) & 0xffff;
  const drop = Math.floor(((table[at]! - table[at + 1]!) * fraction + 0x8000) / 0x10000);
  const z = table[at]! - drop;
  return (word >>> 31 ? -z : z) * NORMAL_UNIT;
}

/**
 * Solves Q(z) = p by Newton's method from a nearby z. Like all below it uses nothing but + - * /, whose results are the
 * same in every JavaScript engine; Math.exp and Math.log are not.
 */
function upperQuantile(p: number, near: number): number {
  let z = near;
  for (let i = 0; i < 8; i++) {
    const density = exponentialOfNegative((z * z) / 2) / 2.5066282746310002; // √(2π)
    z += (upperTail(z, density) - p) / density;
  }
  return z;
}

/** Q(z): by a series without cancellation near 0, by Laplace's continued fraction z + 1/(z + 2/(z + …)) beyond 3. */
function upperTail(z: number, density: number): number {
  if (z < 3) {
    let term = z;
    let total = z;
    for (let n = 3; n < 80; n += 2) {
      term *= (z * z) / n;
      total += term;
    }
    return 0.5 - density * total;
  }
  let fraction = z;
  for (let n = 80; n > 0; n--) fraction = z + n / fraction;
  return density / fraction;
}

/** e^-x for x in [0, 32): a Taylor series of x / 64, raised to the 64th power. */
function exponentialOfNegative(x: number): number {
  let term = 1;
  let total = 1;
  for (let n = 1; n < 16; n++) {
    term *= x / 64 / n;
    total += term;
  }
  for (let i = 0; i < 6; i++) total *= total;
  return 1 / total;
}
