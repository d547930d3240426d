import { describe, expect, it } from 'vitest';
import type { BinaryOp, ConstantValue } from '../../../../src/softgpu/program/program.ts';
import { binary, type Operand, unary } from './constantCall.ts';

const I64_MAX = 2n ** 63n - 1n;
const I64_MIN = -(2n ** 63n);
const F32_MAX = 3.4028234663852886e38;

describe('integers', () => {
  it.each<[Operand, BinaryOp, Operand, ConstantValue]>([
    [['AI', 2n ** 62n], '+', ['AI', 5n], 2n ** 62n + 5n],
    [['AI', -7n], '/', ['AI', 2n], -3n],
    [['AI', -7n], '%', ['AI', 2n], -1n],
    [['AI', 0xfffff0000n], '<<', ['u32', 4], 0xfffff00000n],
    [['AI', 0xfffff0000n], '>>', ['AI', 1n], 0x7ffff8000n],
    [['AI', -1n], '<<', ['AI', 63n], I64_MIN],
    [['AI', -8n], '>>', ['AI', 70n], -1n],
    [['AI', 6n], '&', ['AI', -4n], 4n],
    // Concrete integers wrap around.
    [['i32', 2147483647], '+', ['AI', 1n], -2147483648],
    [['u32', 0], '-', ['u32', 1], 4294967295],
    [['i32', 65537], '*', ['i32', 65537], 131073],
    [['u32', 4294967295], '*', ['u32', 4294967295], 1],
    [['i32', -7], '/', ['i32', 2], -3],
    [['i32', -1], '/', ['i32', 2], 0],
    [['i32', -6], '%', ['i32', 3], 0],
    [['u32', 4294967295], '/', ['u32', 2], 2147483647],
    [['i32', -8], '>>', ['u32', 1], -4],
    [['u32', 4294967288], '>>', ['u32', 1], 2147483644],
    [['i32', -1], '<<', ['u32', 31], -2147483648],
    [['u32', 1], '<<', ['u32', 31], 2147483648],
    [['u32', 0xf0f0f0f0], '^', ['u32', 0xffffffff], 0x0f0f0f0f],
    [['i32', 5], '|', ['i32', -8], -3],
  ])('%o %s %o is %o', (left, op, right, expected) => {
    expect(binary(left, op, right)).toBe(expected);
  });

  it.each<[Operand, BinaryOp, Operand]>([
    [['AI', I64_MAX], '+', ['AI', 1n]],
    [['AI', I64_MIN], '-', ['AI', 1n]],
    [['AI', 2n ** 40n], '*', ['AI', 2n ** 40n]],
    [['AI', I64_MIN], '/', ['AI', -1n]],
    [['AI', I64_MIN], '%', ['AI', -1n]],
    [['AI', 1n], '/', ['AI', 0n]],
    [['AI', 1n], '<<', ['AI', 63n]],
    [['AI', 1n], '<<', ['AI', 64n]],
    [['AI', 1n], '<<', ['AI', -1n]],
    [['i32', 1], '/', ['i32', 0]],
    [['u32', 1], '%', ['u32', 0]],
    [['i32', -2147483648], '/', ['i32', -1]],
    [['i32', -2147483648], '%', ['i32', -1]],
    [['i32', 1], '<<', ['u32', 31]],
    [['i32', 0x40000000], '<<', ['u32', 1]],
    [['u32', 0xc0000000], '<<', ['u32', 1]],
    [['u32', 0], '<<', ['u32', 32]],
    [['i32', 0], '>>', ['u32', 32]],
    [['vec2<i32>', [1, 1]], '/', ['vec2<i32>', [1, 0]]],
  ])('%o %s %o is an error', (left, op, right) => {
    expect(() => binary(left, op, right)).toThrow(expect.objectContaining({ name: 'ConstantError' }));
  });

  it('say what is wrong', () => {
    const message = (left: Operand, op: BinaryOp, right: Operand) => {
      try {
        binary(left, op, right);
        return 'no error';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect([
      message(['AI', I64_MAX], '+', ['AI', 1n]),
      message(['i32', 1], '/', ['i32', 0]),
      message(['f32', 1], '%', ['f32', 0]),
      message(['i32', -2147483648], '/', ['i32', -1]),
      message(['u32', 0xc0000000], '<<', ['u32', 1]),
      message(['u32', 1], '>>', ['u32', 40]),
      message(['f32', F32_MAX], '*', ['f32', 2]),
      message(['f16', 65504], '+', ['f16', 16]),
    ]).toMatchInlineSnapshot(`
      [
        "9223372036854775807 + 1: the result 9223372036854775808 does not fit in an abstract integer of 64 bits",
        "1 / 0: division by zero",
        "1 % 0: remainder of a division by zero",
        "-2147483648 / -1: the quotient 2147483648 does not fit in i32",
        "3221225472 << 1: bits are lost, the result does not fit in u32",
        ">>: cannot shift by 40, the shifted value has 32 bits",
        "3.4028234663852886e+38 * 2: the result 6.805646932770577e+38 does not fit in f32",
        "65504 + 16: the result 65520 does not fit in f16",
      ]
    `);
  });
});

describe('floats', () => {
  it.each<[Operand, BinaryOp, Operand, ConstantValue]>([
    [['AF', 0.1], '+', ['AF', 0.2], 0.1 + 0.2],
    [['f32', Math.fround(0.1)], '+', ['f32', Math.fround(0.2)], Math.fround(Math.fround(0.1) + Math.fround(0.2))],
    [['f32', 1], '/', ['f32', 3], Math.fround(1 / 3)],
    [['f16', 1], '/', ['f16', 3], 0.333251953125],
    [['f16', 2048], '+', ['f16', 1], 2048],
    [['f16', 2050], '+', ['f16', 1], 2052],
    [['AF', 5.5], '%', ['AF', -2], 1.5],
    [['f32', -5.5], '%', ['f32', 2], -1.5],
    [['f32', 16777216], '+', ['f32', 1], 16777216],
    [['AF', 1e308], '-', ['AF', 1e308], 0],
    [['f32', -0], '==', ['f32', 0], true],
    [['AF', 1.5], '>=', ['AI', 2n], false],
  ])('%o %s %o is %o', (left, op, right, expected) => {
    expect(binary(left, op, right)).toBe(expected);
  });

  it.each<[Operand, BinaryOp, Operand]>([
    [['f32', 1], '/', ['f32', 0]],
    [['AF', 0], '/', ['AF', -0]],
    [['AF', 1e308], '*', ['AI', 10n]],
    [['f32', -F32_MAX], '-', ['f32', F32_MAX]],
    [['f16', 256], '*', ['f16', 256]],
    [['vec2<f16>', [1, 60000]], '+', ['f16', 10000]],
  ])('%o %s %o is an error', (left, op, right) => {
    expect(() => binary(left, op, right)).toThrow(expect.objectContaining({ name: 'ConstantError' }));
  });
});

describe('vectors and matrices', () => {
  it.each<[Operand, BinaryOp, Operand, ConstantValue]>([
    [['vec2<i32>', [1, 2]], '+', ['vec2<i32>', [10, 20]], [11, 22]],
    [['vec3<AI>', [1n, 2n, 3n]], '*', ['AI', 2n], [2n, 4n, 6n]],
    [['f32', 1], '-', ['vec2<f32>', [1, 2]], [0, -1]],
    [['vec2<bool>', [true, false]], '|', ['vec2<bool>', [false, false]], [true, false]],
    [['vec2<u32>', [1, 5]], '<', ['vec2<u32>', [2, 5]], [true, false]],
    [['vec2<u32>', [1, 1]], '<<', ['vec2<u32>', [3, 4]], [8, 16]],
    [
      [
        'mat2x2<f32>',
        [
          [1, 2],
          [3, 4],
        ],
      ],
      '-',
      [
        'mat2x2<f32>',
        [
          [1, 1],
          [1, 1],
        ],
      ],
      [
        [0, 1],
        [2, 3],
      ],
    ],
    [
      [
        'mat2x2<f32>',
        [
          [1, 2],
          [3, 4],
        ],
      ],
      '*',
      ['f32', 2],
      [
        [2, 4],
        [6, 8],
      ],
    ],
    [
      ['f32', 2],
      '*',
      [
        'mat2x2<f32>',
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [
        [2, 4],
        [6, 8],
      ],
    ],
    // Columns (1, 2, 3) and (4, 5, 6).
    [
      [
        'mat2x3<f32>',
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ],
      '*',
      ['vec2<f32>', [10, 1]],
      [14, 25, 36],
    ],
    [
      ['vec3<f32>', [1, 0, 2]],
      '*',
      [
        'mat2x3<f32>',
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ],
      [7, 16],
    ],
    [
      [
        'mat2x3<AF>',
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ],
      '*',
      [
        'mat2x2<AF>',
        [
          [1, 0],
          [1, 1],
        ],
      ],
      [
        [1, 2, 3],
        [5, 7, 9],
      ],
    ],
  ])('%o %s %o is %o', (left, op, right, expected) => {
    expect(binary(left, op, right)).toEqual(expected);
  });

  it('round each step of a product', () => {
    // 2048 + 1 is a tie in f16, so the ones are lost one by one.
    const column: Operand = ['vec3<f16>', [1, 1, 1]];
    expect(
      binary(
        [
          'mat3x2<f16>',
          [
            [2048, 1],
            [1, 1],
            [1, 1],
          ],
        ],
        '*',
        column,
      ),
    ).toEqual([2048, 3]);
    expect(() =>
      binary(
        [
          'mat3x2<f16>',
          [
            [65504, 0],
            [16, 0],
            [-16, 0],
          ],
        ],
        '*',
        column,
      ),
    ).toThrow(/does not fit in f16/);
  });
});

describe('unary operators', () => {
  it.each<['-' | '!' | '~', Operand, ConstantValue]>([
    ['-', ['AI', 5n], -5n],
    ['-', ['AI', I64_MIN], I64_MIN],
    ['-', ['i32', -2147483648], -2147483648],
    ['-', ['i32', 0], 0],
    ['-', ['f32', 0], -0],
    ['~', ['AI', 0n], -1n],
    ['~', ['u32', 0], 4294967295],
    ['~', ['i32', 5], -6],
    ['!', ['bool', false], true],
  ])('%s %o is %o', (op, operand, expected) => {
    expect(unary(op, operand)).toBe(expected);
  });

  it('go into vectors', () => {
    expect(unary('-', ['vec2<f32>', [1, -2]])).toEqual([-1, 2]);
    expect(unary('!', ['vec2<bool>', [true, false]])).toEqual([false, true]);
  });
});
