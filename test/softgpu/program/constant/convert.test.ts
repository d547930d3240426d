import { describe, expect, it } from 'vitest';
import { constructConstant, zeroValue } from '../../../../src/softgpu/program/constant/construct.ts';
import { convertConstant } from '../../../../src/softgpu/program/constant/convert.ts';
import { structType } from '../../../../src/softgpu/program/layout.ts';
import { resolveConstructor } from '../../../../src/softgpu/program/overloads/construct.ts';
import { resultStructure } from '../../../../src/softgpu/program/overloads/resultStructure.ts';
import type { ConstantValue } from '../../../../src/softgpu/program/program.ts';
import { type } from '../typeText.ts';
import type { Operand } from './constantCall.ts';

function convert([from, value]: Operand, to: string): ConstantValue {
  return convertConstant(value, type(from), type(to));
}

describe('a conversion', () => {
  it.each<[Operand, string, ConstantValue]>([
    [['AI', 5n], 'i32', 5],
    [['AI', -2147483648n], 'i32', -2147483648],
    [['AI', 4294967295n], 'u32', 4294967295],
    [['AI', 9007199254740993n], 'AF', 9007199254740992],
    [['AI', 16777217n], 'f32', 16777216],
    [['AI', 2049n], 'f16', 2048],
    [['AF', 0.1], 'f32', Math.fround(0.1)],
    [['AF', 0.1], 'f16', 0.0999755859375],
    // Rounded through f32 this would be a tie, and go down to 1.
    [['AF', 1 + 2 ** -11 + 2 ** -40], 'f16', 1 + 2 ** -10],
    [['u32', 4294967295], 'i32', -1],
    [['i32', -2], 'u32', 4294967294],
    [['bool', true], 'f16', 1],
    [['bool', false], 'u32', 0],
    [['f32', -0], 'bool', false],
    [['i32', 7], 'bool', true],
    [['AI', 0n], 'bool', false],
    [['u32', 4294967295], 'f32', 4294967296],
    [['i32', -2147483647], 'f32', -2147483648],
  ])('of %o to %s gives %o', (operand, to, expected) => {
    expect(convert(operand, to)).toBe(expected);
  });

  it.each<[Operand, string, number]>([
    [['f32', 3.9], 'u32', 3],
    [['f32', -1], 'u32', 0],
    [['f32', Math.fround(1e20)], 'u32', 4294967040],
    [['f32', -3.9], 'i32', -3],
    [['f32', Math.fround(1e20)], 'i32', 2147483520],
    [['f32', Math.fround(-1e20)], 'i32', -2147483648],
    [['AF', 1e20], 'i32', 2147483647],
    [['AF', 4294967295.9], 'u32', 4294967295],
    [['f16', 65504], 'i32', 65504],
    [['f32', -0.5], 'i32', 0],
  ])('of the float %o to %s clamps and truncates to %d', (operand, to, expected) => {
    expect(convert(operand, to)).toBe(expected);
  });

  it('goes into vectors, matrices, arrays and results of frexp', () => {
    expect(convert(['vec2<AI>', [1n, 2n]], 'vec2<u32>')).toEqual([1, 2]);
    expect(
      convert(
        [
          'mat2x2<AF>',
          [
            [0.1, 1],
            [2, 3],
          ],
        ],
        'mat2x2<f16>',
      ),
    ).toEqual([
      [0.0999755859375, 1],
      [2, 3],
    ]);
    expect(
      convert(
        [
          'array<vec2<AF>, 2>',
          [
            [0.5, 1],
            [2, 3],
          ],
        ],
        'array<vec2<f32>, 2>',
      ),
    ).toEqual([
      [0.5, 1],
      [2, 3],
    ]);
    const abstract = resultStructure('frexp', type('AF'));
    expect(convertConstant([0.5, 3n], abstract, resultStructure('frexp', type('f32')))).toEqual([0.5, 3]);
  });

  it('that loses the value is an error', () => {
    expect(() => convert(['AI', 2147483648n], 'i32')).toThrowErrorMatchingInlineSnapshot(
      `[ConstantError: 2147483648 does not fit in i32]`,
    );
    expect(() => convert(['AI', -1n], 'u32')).toThrowErrorMatchingInlineSnapshot(
      `[ConstantError: -1 does not fit in u32]`,
    );
    expect(() => convert(['AF', 3.5e38], 'f32')).toThrowErrorMatchingInlineSnapshot(
      `[ConstantError: 3.5e+38 does not fit in f32]`,
    );
    expect(() => convert(['f32', 65505], 'f16')).toThrowErrorMatchingInlineSnapshot(
      `[ConstantError: 65505 does not fit in f16]`,
    );
    expect(() => convert(['vec2<AI>', [1n, 65536n]], 'vec2<f16>')).toThrowErrorMatchingInlineSnapshot(
      `[ConstantError: 65536 does not fit in f16]`,
    );
  });
});

describe('a constructed value', () => {
  function construct(target: string, ...args: readonly Operand[]): ConstantValue {
    const given = args.map(([text]) => type(text));
    const construction = resolveConstructor(type(target), given, true);
    if ('failure' in construction) throw new Error(construction.failure);
    const { type: made, parameters } = construction;
    const values = args.map(([, value], i) => convertConstant(value, given[i]!, parameters[i]!));
    return constructConstant(made, parameters, values);
  }

  it.each<[string, readonly Operand[], ConstantValue]>([
    ['f32', [['AF', 0.1]], Math.fround(0.1)],
    ['u32', [['AI', 4000000000n]], 4000000000],
    ['vec3<f32>', [['AI', 2n]], [2, 2, 2]],
    ['vec3<i32>', [['vec3<f32>', [1.5, -1.5, 3e9]]], [1, -1, 2147483520]],
    [
      'vec4<f32>',
      [
        ['vec2<AF>', [1, 2]],
        ['AI', 3n],
        ['f32', 4],
      ],
      [1, 2, 3, 4],
    ],
    [
      'mat2x3<f32>',
      [
        ['vec3<AI>', [1n, 2n, 3n]],
        ['vec3<f32>', [4, 5, 6]],
      ],
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      'mat3x2<f32>',
      [1n, 2n, 3n, 4n, 5n, 6n].map((x): Operand => ['AI', x]),
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    [
      'mat2x2<f16>',
      [
        [
          'mat2x2<f32>',
          [
            [2049, 1],
            [1, 1],
          ],
        ],
      ],
      [
        [2048, 1],
        [1, 1],
      ],
    ],
    [
      'array<u32, 2>',
      [
        ['AI', 1n],
        ['u32', 2],
      ],
      [1, 2],
    ],
    [
      'array<vec2<f32>, 2>',
      [],
      [
        [0, 0],
        [0, 0],
      ],
    ],
  ])('%s of %o is %o', (target, args, expected) => {
    expect(construct(target, ...args)).toEqual(expected);
  });

  it('is zero without arguments', () => {
    expect(zeroValue(type('AI'))).toBe(0n);
    expect(zeroValue(type('vec2<bool>'))).toEqual([false, false]);
    const struct = structType('S', [
      { name: 'a', type: type('array<i32, 2>') },
      { name: 'b', type: type('mat2x2<f32>') },
    ]);
    expect(zeroValue(struct)).toEqual([
      [0, 0],
      [
        [0, 0],
        [0, 0],
      ],
    ]);
  });
});
