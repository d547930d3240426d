/** Component-wise built-in functions of floats: computed in f64, rounded once. https://www.w3.org/TR/WGSL/#numeric-builtin-functions */

import type { ScalarKind } from '../wgslType.ts';
import { ConstantError, F16_MAX, formatConstant, roundFloat, roundHalfToEven, roundToF16 } from './number.ts';

export type ComponentFunction = (kind: ScalarKind, x: number, y: number, z: number) => number;

const UNBOUNDED: Readonly<Record<string, (x: number, y: number, z: number) => number>> = {
  asinh: Math.asinh,
  atan: Math.atan,
  atan2: Math.atan2,
  ceil: Math.ceil,
  cos: Math.cos,
  cosh: Math.cosh,
  degrees: (x) => (x * 180) / Math.PI,
  exp: Math.exp,
  exp2: (x) => 2 ** x,
  floor: Math.floor,
  fract: (x) => x - Math.floor(x),
  radians: (x) => x * (Math.PI / 180),
  round: roundHalfToEven,
  saturate: (x) => Math.min(Math.max(x, 0), 1),
  sin: Math.sin,
  sinh: Math.sinh,
  step: (edge, x) => (edge <= x ? 1 : 0),
  tan: Math.tan,
  tanh: Math.tanh,
  trunc: Math.trunc,
};

/** Functions with a domain: the test of it, and its words. */
const BOUNDED: Readonly<Record<string, readonly [(x: number) => number, (x: number) => boolean, string]>> = {
  acos: [Math.acos, (x) => Math.abs(x) <= 1, 'in [-1, 1]'],
  acosh: [Math.acosh, (x) => x >= 1, 'at least 1'],
  asin: [Math.asin, (x) => Math.abs(x) <= 1, 'in [-1, 1]'],
  atanh: [Math.atanh, (x) => Math.abs(x) < 1, 'between -1 and 1'],
  inverseSqrt: [(x) => 1 / Math.sqrt(x), (x) => x > 0, 'greater than 0'],
  log: [Math.log, (x) => x > 0, 'greater than 0'],
  log2: [Math.log2, (x) => x > 0, 'greater than 0'],
  sqrt: [Math.sqrt, (x) => x >= 0, 'at least 0'],
};

export const FLOAT_FUNCTIONS: ReadonlyMap<string, ComponentFunction> = new Map([
  ...Object.entries(UNBOUNDED).map(([name, compute]): [string, ComponentFunction] => [
    name,
    (kind, x, y, z) => roundFloat(kind, compute(x, y, z), name),
  ]),
  ...Object.entries(BOUNDED).map(([name, [compute, isInside, domain]]): [string, ComponentFunction] => [
    name,
    (kind, x) => {
      if (isInside(x)) return roundFloat(kind, compute(x), name);
      throw new ConstantError(`${name}: the argument must be ${domain}, got ${formatConstant(x)}`);
    },
  ]),
  ['fma', fma],
  ['mix', mix],
  ['pow', pow],
  ['quantizeToF16', quantizeToF16],
  ['smoothstep', smoothstep],
]);

function fma(kind: ScalarKind, x: number, y: number, z: number): number {
  return roundFloat(kind, x * y + z, 'fma');
}

/** The steps are those that define its accuracy; one that overflows is an error. */
function mix(kind: ScalarKind, x: number, y: number, a: number): number {
  const left = roundFloat(kind, x * roundFloat(kind, 1 - a, 'mix'), 'mix');
  return roundFloat(kind, left + roundFloat(kind, y * a, 'mix'), 'mix');
}

function pow(kind: ScalarKind, base: number, exponent: number): number {
  if (base < 0) throw new ConstantError(`pow: the base must be at least 0, got ${base}`);
  if (base === 0 && exponent <= 0) {
    throw new ConstantError(`pow: the exponent of base 0 must be greater than 0, got ${formatConstant(exponent)}`);
  }
  return roundFloat(kind, base ** exponent, 'pow');
}

function quantizeToF16(_kind: ScalarKind, x: number): number {
  const rounded = roundToF16(x);
  if (Number.isFinite(rounded)) return rounded;
  throw new ConstantError(`quantizeToF16: the argument must be within ±${F16_MAX}, got ${x}`);
}

function smoothstep(kind: ScalarKind, low: number, high: number, x: number): number {
  // Halved, because the distance of two floats may overflow.
  const t = (x / 2 - low / 2) / (high / 2 - low / 2);
  const clamped = Math.min(Math.max(t, 0), 1);
  return roundFloat(kind, clamped * clamped * (3 - 2 * clamped), 'smoothstep');
}

/** x·2^exponent, without overflow on the way. */
export function scaleByPowerOfTwo(x: number, exponent: number): number {
  // Beyond this every f64 is 0; above, `checkPartialConstants` refuses.
  const bounded = Math.max(exponent, -2200);
  const half = Math.trunc(bounded / 2);
  const quarter = Math.trunc(half / 2);
  return x * 2 ** quarter * 2 ** (half - quarter) * 2 ** (bounded - half);
}

/** x = fract · 2^exponent with a fraction in [0.5, 1), or 0 and 0. */
export function splitExponent(x: number): readonly [fract: number, exponent: number] {
  if (x === 0) return [x, 0];
  let fract = x;
  let exponent = 0;
  // Subnormal doubles have no leading bit to read the exponent from.
  if (Math.abs(fract) < 2 ** -1000) {
    fract *= 2 ** 100;
    exponent -= 100;
  }
  const shift = Math.floor(Math.log2(Math.abs(fract))) + 1;
  fract = scaleByPowerOfTwo(fract, -shift);
  exponent += shift;
  // log2 rounds: next to a power of two it may be one off.
  if (Math.abs(fract) >= 1) return [fract / 2, exponent + 1];
  return Math.abs(fract) < 0.5 ? [fract * 2, exponent - 1] : [fract, exponent];
}
