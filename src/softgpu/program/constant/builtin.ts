/** Values of built-in functions in const-expressions. https://www.w3.org/TR/WGSL/#builtin-functions */

import type { ConstantValue } from '../program.ts';
import { scalarOf } from '../typeRules.ts';
import type { ScalarKind, Type } from '../wgslType.ts';
import { evaluateBitcast } from './bitcast.ts';
import { FLOAT_FUNCTIONS, scaleByPowerOfTwo, splitExponent } from './float.ts';
import { GEOMETRY_FUNCTIONS } from './geometry.ts';
import { INTEGER_FUNCTIONS } from './integer.ts';
import { parts, roundFloat } from './number.ts';
import { PACKING_FUNCTIONS } from './packing.ts';
import { checkPartialConstants } from './partial.ts';

/** A function of scalars; parameters that it does not have are not read. */
type ComponentFunction = (
  kind: ScalarKind,
  x: ConstantValue,
  y: ConstantValue,
  z: ConstantValue,
  w: ConstantValue,
) => ConstantValue;

const COMPONENT_FUNCTIONS = new Map<string, ComponentFunction>([
  ['abs', (kind, x) => absolute(kind, x as number | bigint)],
  ['clamp', (_kind, x, low, high) => lesser(greater(x, low), high)],
  ['ldexp', (kind, x, exponent) => roundFloat(kind, scaleByPowerOfTwo(x as number, Number(exponent)), 'ldexp')],
  ['max', (_kind, x, y) => greater(x, y)],
  ['min', (_kind, x, y) => lesser(x, y)],
  ['select', (_kind, otherwise, chosen, condition) => (condition ? chosen : otherwise)],
  ['sign', (_kind, x) => (typeof x === 'bigint' ? BigInt(Math.sign(Number(x))) : Math.sign(x as number))],
  // Overloads see to it that these get numbers.
  ...(FLOAT_FUNCTIONS as ReadonlyMap<string, ComponentFunction>),
  ...(INTEGER_FUNCTIONS as ReadonlyMap<string, ComponentFunction>),
]);

/**
 * The value of a const-evaluable function: `parameters` and `result` as
 * `resolveBuiltin` gives them, `args` converted to the parameters. Throws a
 * ConstantError where there is none.
 */
export function evaluateBuiltin(
  name: string,
  parameters: readonly Type[],
  args: readonly ConstantValue[],
  result: Type,
): ConstantValue {
  checkPartialConstants(name, parameters, args);
  const kind = scalarOf(parameters[0]!)!.scalar;
  const component = COMPONENT_FUNCTIONS.get(name);
  if (component !== undefined) return byComponent(component, kind, args, result);
  const whole = GEOMETRY_FUNCTIONS.get(name) ?? PACKING_FUNCTIONS.get(name);
  if (whole !== undefined) return whole(kind, args[0]!, args[1]!, args[2]!);
  switch (name) {
    case 'bitcast':
      return evaluateBitcast(args[0]!, parameters[0]!, result);
    case 'frexp':
      return intoTwo(args[0]!, (x) => frexp(kind, x));
    case 'modf':
      return intoTwo(args[0]!, (x) => [x - Math.trunc(x), Math.trunc(x)]);
    default:
      throw new Error(`evaluateBuiltin: ${name} is no const-evaluable function`);
  }
}

/** Scalar arguments go with every component of the others. */
function byComponent(
  compute: ComponentFunction,
  kind: ScalarKind,
  args: readonly ConstantValue[],
  result: Type,
): ConstantValue {
  const [x, y, z, w] = args as [ConstantValue, ConstantValue, ConstantValue, ConstantValue];
  if (result.kind !== 'vector') return compute(kind, x, y, z, w);
  return Array.from({ length: result.size }, (_, i) => compute(kind, at(x, i), at(y, i), at(z, i), at(w, i)));
}

function at(value: ConstantValue, i: number): ConstantValue {
  return typeof value === 'object' ? value[i]! : value;
}

/** The most negative integer is its own absolute value. */
function absolute(kind: ScalarKind, x: number | bigint): ConstantValue {
  if (typeof x === 'bigint') return BigInt.asIntN(64, x < 0n ? -x : x);
  return kind === 'i32' ? Math.abs(x) | 0 : Math.abs(x);
}

function lesser(x: ConstantValue, y: ConstantValue): ConstantValue {
  return y < x ? y : x;
}

function greater(x: ConstantValue, y: ConstantValue): ConstantValue {
  return x < y ? y : x;
}

function frexp(kind: ScalarKind, x: number): readonly [ConstantValue, ConstantValue] {
  const [fract, exponent] = splitExponent(x);
  return [fract, kind === 'abstract-float' ? BigInt(exponent) : exponent];
}

/** A structure of two scalars, or of two vectors. */
function intoTwo(value: ConstantValue, compute: (x: number) => readonly [ConstantValue, ConstantValue]): ConstantValue {
  if (typeof value !== 'object') return compute(value as number);
  const pairs = parts(value).map((part) => compute(part as number));
  return [pairs.map(([first]) => first), pairs.map(([, second]) => second)];
}
