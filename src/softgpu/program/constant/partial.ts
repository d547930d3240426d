/**
 * Errors that some arguments cause whatever the others are. They are
 * shader-creation errors where those are const-expressions, and
 * pipeline-creation errors where they are override-expressions.
 */

import type { BinaryOp, ConstantValue } from '../program.ts';
import { scalarOf } from '../typeRules.ts';
import type { Type } from '../wgslType.ts';
import { ConstantError, formatConstant } from './number.ts';
import { refuseShift, refuseZero } from './operator.ts';

type Known = ConstantValue | null;

/** Checks a call of a built-in function. `args` holds null where a value is not known; the others are of the types `parameters`. */
export function checkPartialConstants(name: string, parameters: readonly Type[], args: readonly Known[]): void {
  switch (name) {
    case 'clamp':
      eachPair(args[1]!, args[2]!, (low, high) => {
        if (low > high) fail(`clamp: low must be at most high, got ${formatConstant(low)} and ${formatConstant(high)}`);
      });
      break;
    case 'smoothstep':
      eachPair(args[0]!, args[1]!, (low, high) => {
        if (low === high) fail(`smoothstep: the edges must differ, both are ${formatConstant(low)}`);
      });
      break;
    case 'extractBits':
      checkBitRange(name, args[1]!, args[2]!);
      break;
    case 'insertBits':
      checkBitRange(name, args[2]!, args[3]!);
      break;
    case 'ldexp':
      checkExponent(parameters[0]!, args[1]!);
      break;
    case 'quadBroadcast':
      checkRange(`${name}: the quad invocation id`, args[1]!, 0, 3);
      break;
    case 'subgroupBroadcast':
    case 'subgroupShuffle':
      checkRange(`${name}: the subgroup invocation id`, args[1]!, 0, 127);
      break;
    case 'subgroupShuffleDown':
    case 'subgroupShuffleUp':
      checkRange(`${name}: the delta`, args[1]!, 0, 127);
      break;
    case 'subgroupShuffleXor':
      checkRange(`${name}: the mask`, args[1]!, 0, 127);
      break;
    default:
      if (name.startsWith('texture')) checkTexture(name, parameters, args);
  }
}

/** Checks an operator of which the right operand may be known alone. */
export function checkPartialBinary(op: BinaryOp, leftType: Type, left: Known, right: Known): void {
  if (right === null) return;
  const kind = scalarOf(leftType)?.scalar;
  const isInteger = kind === 'i32' || kind === 'u32';
  if (!isInteger) return;
  if (op === '/' || op === '%') each(right, (divisor) => refuseZero(op, scalarOrNull(left), divisor as number));
  if (op === '<<' || op === '>>') each(right, (amount) => refuseShift(op, amount as number, 32));
}

function scalarOrNull(value: Known): ConstantValue | null {
  return typeof value === 'object' ? null : value;
}

function checkBitRange(name: string, offset: Known | undefined, count: Known | undefined): void {
  if (typeof offset !== 'number' || typeof count !== 'number' || offset + count <= 32) return;
  fail(`${name}: offset and count together must be at most 32, got ${offset} and ${count}`);
}

function checkExponent(type: Type, exponents: Known): void {
  const kind = scalarOf(type)!.scalar;
  const most = kind === 'f16' ? 16 : kind === 'f32' ? 128 : 1024;
  each(exponents, (exponent) => {
    if ((exponent as number | bigint) > most) {
      fail(`ldexp: the exponent must be at most ${most} for ${kind}, got ${formatConstant(exponent)}`);
    }
  });
}

/** Offsets of texels are small, and the component of a gather is one of four. */
function checkTexture(name: string, parameters: readonly Type[], args: readonly Known[]): void {
  if (!name.startsWith('textureSample') && !name.startsWith('textureGather')) return;
  if (parameters[0]?.kind === 'scalar') checkRange(`${name}: the component`, args[0]!, 0, 3);
  const last = parameters.at(-1);
  if (last?.kind === 'vector' && last.element.scalar === 'i32') {
    checkRange(`${name}: the offset`, args.at(-1)!, -8, 7);
  }
}

function checkRange(what: string, value: Known, low: number, high: number): void {
  each(value, (part) => {
    const x = Number(part);
    if (x < low || x > high) fail(`${what} must be from ${low} to ${high}, got ${x}`);
  });
}

function each(value: Known, check: (part: ConstantValue) => void): void {
  if (value === null) return;
  for (const part of typeof value === 'object' ? value : [value]) check(part);
}

function eachPair(left: Known, right: Known, check: (left: ConstantValue, right: ConstantValue) => void): void {
  if (left === null || right === null) return;
  if (typeof left !== 'object' || typeof right !== 'object') {
    check(left, right);
    return;
  }
  for (let i = 0; i < left.length; i++) check(left[i]!, right[i]!);
}

function fail(message: string): never {
  throw new ConstantError(message);
}
