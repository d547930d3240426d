import { describe, expect, test } from 'vitest';
import { MATH, type MathName } from '../../../src/softgpu/math/index.ts';
import { arrayFunction } from './mathModule.ts';
import { firstDifference, random } from './ulp.ts';

const MIN = -(2 ** 31);
const EDGES = [0, 1, -1, 2, -2, 3, 31, 32, 33, 255, 256, 65535, MIN, MIN + 1, -(MIN + 1), 0x55555555, 0x7f, -128];

function integers(count: number, seed: number): number[] {
  const next = random(seed);
  // Small and large magnitudes alike.
  return Array.from({ length: count }, () => (next() * 2 ** 32) >> (next() * 32));
}

/** Every pair of edges, then random ones. */
const A = Int32Array.from([...EDGES.flatMap((a) => EDGES.map(() => a)), ...integers(4000, 1)]);
const B = Int32Array.from([...EDGES.flatMap(() => EDGES), ...integers(4000, 2)]);

function divideSigned(a: number, b: number): number {
  if (b === 0 || (a === MIN && b === -1)) return a;
  return Math.trunc(a / b);
}

function divideUnsigned(a: number, b: number): number {
  return b === 0 ? a >>> 0 : Math.floor((a >>> 0) / (b >>> 0));
}

const BINARY: [MathName, (a: number, b: number) => number][] = [
  ['divideI32', divideSigned],
  ['divideU32', divideUnsigned],
  ['remainderI32', (a, b) => (b === 0 || b === -1 ? 0 : a % b)],
  ['remainderU32', (a, b) => (b === 0 ? 0 : (a >>> 0) % (b >>> 0))],
  ['shiftLeft', (a, b) => a << b],
  ['shiftRightU32', (a, b) => a >>> b],
  ['shiftRightI32', (a, b) => a >> b],
  ['dot4I8Packed', (a, b) => dot(a, b, 24, (x) => x >> 24)],
  ['dot4U8Packed', (a, b) => dot(a, b, 24, (x) => x >>> 24)],
];

function dot(a: number, b: number, top: number, byte: (x: number) => number): number {
  let sum = 0;
  for (let shift = 0; shift <= top; shift += 8) sum += byte(a << shift) * byte(b << shift);
  return sum;
}

function highestBit(x: number): number {
  return x === 0 ? -1 : 31 - Math.clz32(x);
}

function reversed(x: number): number {
  let result = 0;
  for (let bit = 0; bit < 32; bit++) result |= ((x >>> bit) & 1) << (31 - bit);
  return result;
}

const UNARY: [MathName, (x: number) => number][] = [
  ['countOneBits', (x) => [...(x >>> 0).toString(2)].filter((digit) => digit === '1').length],
  ['countLeadingZeros', (x) => Math.clz32(x)],
  ['countTrailingZeros', (x) => (x === 0 ? 32 : highestBit(x & -x))],
  ['firstLeadingBitU32', highestBit],
  ['firstLeadingBitI32', (x) => highestBit(x < 0 ? ~x : x)],
  ['firstTrailingBit', (x) => highestBit(x & -x)],
  ['reverseBits', reversed],
  ['signI32', Math.sign],
];

/** Bits `offset` to `offset + count`, those past the 32nd left out. */
function fieldMask(offset: number, count: number): number {
  let mask = 0;
  for (let bit = 0; bit < 32; bit++) if (bit >= offset >>> 0 && bit - (offset >>> 0) < count >>> 0) mask |= 1 << bit;
  return mask;
}

function fieldOf(x: number, offset: number, count: number): number {
  return offset >>> 0 > 31 ? 0 : (x & fieldMask(offset, count)) >>> offset;
}

function signedField(x: number, offset: number, count: number): number {
  const width = Math.min(count >>> 0, 32 - Math.min(offset >>> 0, 32));
  return width === 0 ? 0 : (fieldOf(x, offset, count) << (32 - width)) >> (32 - width);
}

const WIDTHS = ['vector', 'scalar'] as const;

describe.each(WIDTHS)('%s', (width) => {
  test.each(BINARY)('%s follows WGSL for every pair', (name, reference) => {
    const got = new Int32Array(arrayFunction(MATH[name], { relaxed: false, width }).apply(A, B));
    expect(
      firstDifference(
        got,
        A.map((a, i) => reference(a, B[i]!)),
      ),
    ).toBeUndefined();
  });

  test.each(UNARY)('%s follows WGSL for every value', (name, reference) => {
    const got = new Int32Array(arrayFunction(MATH[name], { relaxed: false, width }).apply(A));
    expect(firstDifference(got, A.map(reference))).toBeUndefined();
  });

  const offsets = Int32Array.from(A, (_, i) => [0, 1, 8, 31, 32, 33, -1, 16][i % 8]!);
  const counts = Int32Array.from(A, (_, i) => [0, 1, 4, 16, 31, 32, 33, -1][(i >> 3) % 8]!);

  test.each([
    ['extractBitsU32', fieldOf],
    ['extractBitsI32', signedField],
  ] as const)('%s stays within 32 bits', (name, reference) => {
    const got = new Int32Array(arrayFunction(MATH[name], { relaxed: false, width }).apply(A, offsets, counts));
    expect(
      firstDifference(
        got,
        A.map((a, i) => reference(a, offsets[i]!, counts[i]!)),
      ),
    ).toBeUndefined();
  });

  test('insertBits keeps what lies outside the field', () => {
    const got = new Int32Array(arrayFunction(MATH.insertBits, { relaxed: false, width }).apply(A, B, offsets, counts));
    const expected = A.map((a, i) => {
      const mask = fieldMask(offsets[i]!, counts[i]!);
      return (a & ~mask) | (mask === 0 ? 0 : (B[i]! << offsets[i]!) & mask);
    });
    expect(firstDifference(got, expected)).toBeUndefined();
  });
});
