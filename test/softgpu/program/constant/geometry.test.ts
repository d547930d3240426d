import { describe, expect, it } from 'vitest';
import type { ConstantValue } from '../../../../src/softgpu/program/program.ts';
import { call, type Operand } from './constantCall.ts';

describe('vectors and matrices', () => {
  it.each<[string, readonly Operand[], ConstantValue]>([
    [
      'dot',
      [
        ['vec2<AI>', [2n, 3n]],
        ['vec2<AI>', [4n, 5n]],
      ],
      23n,
    ],
    [
      'dot',
      [
        ['vec2<u32>', [65536, 1]],
        ['vec2<u32>', [65536, 7]],
      ],
      7,
    ],
    [
      'dot',
      [
        ['vec3<i32>', [1, -2, 3]],
        ['vec3<i32>', [4, 5, 6]],
      ],
      12,
    ],
    [
      'dot',
      [
        ['vec3<f16>', [2048, 1, 1]],
        ['vec3<f16>', [1, 1, 1]],
      ],
      2048,
    ],
    [
      'cross',
      [
        ['vec3<f32>', [1, 2, 3]],
        ['vec3<f32>', [4, 5, 6]],
      ],
      [-3, 6, -3],
    ],
    ['length', [['vec2<f32>', [3, 4]]], 5],
    ['length', [['AF', -2]], 2],
    [
      'distance',
      [
        ['vec2<AF>', [1, 1]],
        ['vec2<AF>', [4, 5]],
      ],
      5,
    ],
    [
      'distance',
      [
        ['f32', 1],
        ['f32', 4],
      ],
      3,
    ],
    ['normalize', [['vec2<f32>', [3, 4]]], [Math.fround(0.6), Math.fround(0.8)]],
    [
      'faceForward',
      [
        ['vec2<f32>', [1, 2]],
        ['vec2<f32>', [1, 0]],
        ['vec2<f32>', [1, 0]],
      ],
      [-1, -2],
    ],
    [
      'faceForward',
      [
        ['vec2<f32>', [1, 2]],
        ['vec2<f32>', [1, 0]],
        ['vec2<f32>', [-1, 0]],
      ],
      [1, 2],
    ],
    [
      'reflect',
      [
        ['vec2<f32>', [1, -1]],
        ['vec2<f32>', [0, 1]],
      ],
      [1, 1],
    ],
    [
      'refract',
      [
        ['vec2<f32>', [0, -1]],
        ['vec2<f32>', [0, 1]],
        ['f32', 0.5],
      ],
      [0, -1],
    ],
    [
      'refract',
      [
        ['vec2<f32>', [1, 0]],
        ['vec2<f32>', [0, 1]],
        ['f32', 2],
      ],
      [0, 0],
    ],
    [
      'determinant',
      [
        [
          'mat2x2<f32>',
          [
            [1, 2],
            [3, 4],
          ],
        ],
      ],
      -2,
    ],
    [
      'determinant',
      [
        [
          'mat3x3<AF>',
          [
            [2, 0, 1],
            [1, 3, 2],
            [1, 1, 4],
          ],
        ],
      ],
      18,
    ],
    [
      'determinant',
      [
        [
          'mat4x4<f32>',
          [
            [2, 0, 0, 0],
            [0, 3, 0, 0],
            [0, 0, 4, 0],
            [5, 6, 7, 1],
          ],
        ],
      ],
      24,
    ],
    [
      'transpose',
      [
        [
          'mat2x3<f32>',
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
      ],
      [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    ],
    ['all', [['vec2<bool>', [true, false]]], false],
    ['any', [['vec2<bool>', [true, false]]], true],
    ['all', [['bool', true]], true],
  ])('%s of %o is %o', (name, args, expected) => {
    expect(call(name, ...args)).toEqual(expected);
  });

  it.each<[string, readonly Operand[]]>([
    [
      'dot',
      [
        ['vec2<AI>', [2n ** 40n, 0n]],
        ['vec2<AI>', [2n ** 40n, 0n]],
      ],
    ],
    [
      'dot',
      [
        ['vec2<f32>', [1e30, 0]],
        ['vec2<f32>', [1e30, 0]],
      ],
    ],
    [
      'cross',
      [
        ['vec3<f16>', [300, 300, 300]],
        ['vec3<f16>', [300, 300, 300]],
      ],
    ],
    ['length', [['vec2<f32>', [1e30, 0]]]],
    [
      'distance',
      [
        ['f16', 65504],
        ['f16', -65504],
      ],
    ],
    ['normalize', [['vec3<f32>', [0, 0, 0]]]],
    ['normalize', [['vec3<f32>', [1e-30, 0, 0]]]],
    [
      'reflect',
      [
        ['vec2<f16>', [200, 200]],
        ['vec2<f16>', [200, 200]],
      ],
    ],
  ])('%s of %o is an error', (name, args) => {
    expect(() => call(name, ...args)).toThrow(expect.objectContaining({ name: 'ConstantError' }));
  });

  it('says that nothing can be normalized to no direction', () => {
    expect(() => call('normalize', ['vec2<AI>', [0n, 0n]])).toThrowErrorMatchingInlineSnapshot(
      `[ConstantError: normalize: the length of (0, 0) is 0]`,
    );
  });
});
