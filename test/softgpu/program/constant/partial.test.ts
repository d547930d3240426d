import { describe, expect, it } from 'vitest';
import { checkPartialBinary, checkPartialConstants } from '../../../../src/softgpu/program/constant/partial.ts';
import type { BinaryOp, ConstantValue } from '../../../../src/softgpu/program/program.ts';
import { type, types } from '../typeText.ts';

type Known = ConstantValue | null;

function builtinError(name: string, parameters: string, args: readonly Known[]): string {
  return messageOf(() => checkPartialConstants(name, types(parameters), args));
}

function operatorError(leftType: string, left: Known, op: BinaryOp, right: Known): string {
  return messageOf(() => checkPartialBinary(op, type(leftType), left, right));
}

function messageOf(check: () => void): string {
  try {
    check();
    return '';
  } catch (error) {
    if ((error as Error).name !== 'ConstantError') throw error;
    return (error as Error).message;
  }
}

describe('with some arguments unknown', () => {
  it.each<[string, string, readonly Known[], string]>([
    ['clamp', 'f32, f32, f32', [null, 1, 0], 'clamp: low must be at most high, got 1 and 0'],
    [
      'clamp',
      'vec2<i32>, vec2<i32>, vec2<i32>',
      [null, [0, 3], [1, 2]],
      'clamp: low must be at most high, got 3 and 2',
    ],
    ['clamp', 'f32, f32, f32', [null, null, 0], ''],
    ['clamp', 'f32, f32, f32', [null, 1, 1], ''],
    ['smoothstep', 'f32, f32, f32', [2, 2, null], 'smoothstep: the edges must differ, both are 2'],
    ['smoothstep', 'f32, f32, f32', [2, 1, null], ''],
    [
      'extractBits',
      'u32, u32, u32',
      [null, 16, 17],
      'extractBits: offset and count together must be at most 32, got 16 and 17',
    ],
    ['extractBits', 'u32, u32, u32', [null, 33, null], ''],
    [
      'insertBits',
      'u32, u32, u32, u32',
      [null, null, 33, 0],
      'insertBits: offset and count together must be at most 32, got 33 and 0',
    ],
    ['ldexp', 'f32, i32', [null, 129], 'ldexp: the exponent must be at most 128 for f32, got 129'],
    ['ldexp', 'f32, i32', [null, 128], ''],
    ['ldexp', 'vec2<f16>, vec2<i32>', [null, [16, 17]], 'ldexp: the exponent must be at most 16 for f16, got 17'],
    ['quadBroadcast', 'f32, u32', [null, 4], 'quadBroadcast: the quad invocation id must be from 0 to 3, got 4'],
    [
      'subgroupBroadcast',
      'f32, i32',
      [null, -1],
      'subgroupBroadcast: the subgroup invocation id must be from 0 to 127, got -1',
    ],
    ['subgroupShuffleXor', 'f32, u32', [null, 128], 'subgroupShuffleXor: the mask must be from 0 to 127, got 128'],
    ['subgroupShuffleUp', 'f32, u32', [null, 127], ''],
    [
      'textureSample',
      'texture_2d<f32>, sampler, vec2<f32>, vec2<i32>',
      [null, null, null, [0, 8]],
      'textureSample: the offset must be from -8 to 7, got 8',
    ],
    [
      'textureGather',
      'i32, texture_2d<f32>, sampler, vec2<f32>',
      [4, null, null, null],
      'textureGather: the component must be from 0 to 3, got 4',
    ],
    ['textureLoad', 'texture_1d<f32>, i32, i32', [null, 100, 0], ''],
    ['max', 'f32, f32', [null, 1], ''],
  ])('%s(%s) of %o: %s', (name, parameters, args, message) => {
    expect(builtinError(name, parameters, args)).toBe(message);
  });

  it.each<[string, Known, BinaryOp, Known, string]>([
    ['i32', null, '/', 0, '/: division by zero'],
    ['u32', null, '%', 0, '%: remainder of a division by zero'],
    ['vec2<i32>', null, '/', [1, 0], '/: division by zero'],
    ['vec2<i32>', null, '/', 0, '/: division by zero'],
    ['f32', null, '/', 0, ''],
    ['i32', 0, '/', null, ''],
    ['u32', null, '<<', 32, '<<: cannot shift by 32, the shifted value has 32 bits'],
    ['vec2<u32>', null, '>>', [31, 33], '>>: cannot shift by 33, the shifted value has 32 bits'],
    ['i32', null, '<<', 31, ''],
    ['i32', 1, '<<', null, ''],
    ['i32', null, '+', 0, ''],
  ])('%s %o %s %o: %s', (leftType, left, op, right, message) => {
    expect(operatorError(leftType, left, op, right)).toBe(message);
  });
});
