/** The value of an instruction whose operands are constants, lane by lane. */

import type { Lane, Opcode } from './ir.ts';
import { bitsOfFloat, floatOfBits } from './valueType.ts';

/** The bits of one result lane; null where the instruction is not evaluated here. `lane` is the type of the operands. */
export function evaluate(code: Opcode, lane: Lane, a: number, b: number, c: number): number | null {
  const result = CONVERSIONS[code]?.(a, lane);
  if (result !== undefined) return result;
  if (lane === 'f32') return evaluateFloat(code, floatOfBits(a), floatOfBits(b), floatOfBits(c));
  const integer = INTEGERS[code]?.(a, b);
  if (integer === undefined) return null;
  return lane === 'bool' ? integer & 1 : integer >>> 0;
}

function evaluateFloat(code: Opcode, a: number, b: number, c: number): number | null {
  const comparison = COMPARISONS[code];
  if (comparison !== undefined) return comparison(a, b) ? 1 : 0;
  const result = FLOATS[code]?.(a, b, c);
  return result === undefined ? null : bitsOfFloat(result);
}

const INTEGERS: Readonly<Partial<Record<Opcode, (a: number, b: number) => number>>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: Math.imul,
  neg: (a) => -a,
  abs: (a) => Math.abs(a | 0),
  divS: (a, b) => ((b | 0) === 0 || ((a | 0) === -0x80000000 && (b | 0) === -1) ? a : ((a | 0) / (b | 0)) | 0),
  divU: (a, b) => (b === 0 ? a : Math.floor(a / b)),
  remS: (a, b) => ((b | 0) === 0 ? 0 : (a | 0) % (b | 0)),
  remU: (a, b) => (b === 0 ? 0 : a % b),
  minS: (a, b) => Math.min(a | 0, b | 0),
  minU: (a, b) => Math.min(a, b),
  maxS: (a, b) => Math.max(a | 0, b | 0),
  maxU: (a, b) => Math.max(a, b),
  shl: (a, b) => a << b,
  shrS: (a, b) => (a | 0) >> b,
  shrU: (a, b) => a >>> b,
  clz: (a) => Math.clz32(a),
  ctz: (a) => (a === 0 ? 32 : 31 - Math.clz32(a & -a)),
  popcnt: (a) => {
    let count = 0;
    for (let rest = a; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count++;
    return count;
  },
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  not: (a) => ~a,
  eq: (a, b) => Number(a === b),
  ne: (a, b) => Number(a !== b),
  ltS: (a, b) => Number((a | 0) < (b | 0)),
  ltU: (a, b) => Number(a < b),
  leS: (a, b) => Number((a | 0) <= (b | 0)),
  leU: (a, b) => Number(a <= b),
};

const COMPARISONS: Readonly<Partial<Record<Opcode, (a: number, b: number) => boolean>>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
};

const FLOATS: Readonly<Partial<Record<Opcode, (a: number, b: number, c: number) => number>>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  rem: (a, b) => a % b,
  fma: (a, b, c) => a * b + c,
  neg: (a) => -a,
  abs: Math.abs,
  // Exactly two operands: Math.min takes any number.
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  round: roundHalfToEven,
  sqrt: Math.sqrt,
  roundF16: roundToHalf,
};

// Undefined leaves the instruction to the tables of its operands' lane type.
const CONVERSIONS: Readonly<Partial<Record<Opcode, (a: number, lane: Lane) => number>>> = {
  bitcast: (a) => a,
  intFromBool: (a) => a,
  floatFromS: (a) => bitsOfFloat(a | 0),
  floatFromU: (a) => bitsOfFloat(a),
  signedFromFloat: (a) => saturate(floatOfBits(a), -0x80000000, 2 ** 31 - 2 ** 7) >>> 0,
  unsignedFromFloat: (a) => saturate(floatOfBits(a), 0, 2 ** 32 - 2 ** 8),
};

function saturate(value: number, low: number, high: number): number {
  return Number.isNaN(value) ? 0 : Math.min(Math.max(Math.trunc(value), low), high);
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** To the nearest f16, ties to even, as a number. */
export function roundToHalf(value: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(value))), -14);
  const unit = 2 ** (exponent - 10);
  const rounded = roundHalfToEven(value / unit) * unit;
  return Math.abs(rounded) > 65504 ? Math.sign(value) * Number.POSITIVE_INFINITY : rounded;
}
