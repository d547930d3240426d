import { describe, expect, it } from 'vitest';
import { structType } from '../../../../src/softgpu/program/layout.ts';
import { type ConstructorTarget, resolveConstructor } from '../../../../src/softgpu/program/overloads/construct.ts';
import { typeName } from '../../../../src/softgpu/program/typeRules.ts';
import { type, types } from '../typeText.ts';

function made(target: string | ConstructorTarget, args: string, allConst = true): string {
  const construction = resolveConstructor(typeof target === 'string' ? type(target) : target, types(args), allConst);
  if ('failure' in construction) return 'refused';
  const { form, type: result, parameters } = construction;
  return `${form} ${typeName(result)}(${parameters.map(typeName).join(', ')})`;
}

const VEC2 = { kind: 'infer-vector', size: 2 } as const;
const VEC3 = { kind: 'infer-vector', size: 3 } as const;
const MAT2X2 = { kind: 'infer-matrix', columns: 2, rows: 2 } as const;
const ARRAY = { kind: 'infer-array' } as const;

describe('a constructor', () => {
  it.each([
    ['f32', '', 'zero f32()'],
    ['f32', 'f32', 'identity f32(f32)'],
    ['u32', 'AF', 'convert u32(abstract-float)'],
    ['bool', 'i32', 'convert bool(i32)'],
    ['vec3<f32>', 'AI', 'splat vec3<f32>(f32)'],
    ['vec3<f32>', 'vec3<f32>', 'identity vec3<f32>(vec3<f32>)'],
    ['vec3<f32>', 'vec3<bool>', 'convert vec3<f32>(vec3<bool>)'],
    ['vec4<f32>', 'AF, vec2<f32>, AI', 'construct vec4<f32>(f32, vec2<f32>, f32)'],
    ['vec4<u32>', 'vec2<AI>, vec2<u32>', 'construct vec4<u32>(vec2<u32>, vec2<u32>)'],
    ['mat2x3<f32>', 'vec3<f32>, vec3<AF>', 'construct mat2x3<f32>(vec3<f32>, vec3<f32>)'],
    ['mat2x2<f16>', 'AI, AI, AI, AF', 'construct mat2x2<f16>(f16, f16, f16, f16)'],
    ['mat2x2<f16>', 'mat2x2<f32>', 'convert mat2x2<f16>(mat2x2<f32>)'],
    ['array<u32, 2>', 'AI, u32', 'construct array<u32, 2>(u32, u32)'],
    ['array<vec2<f32>, 1>', 'vec2<AI>', 'construct array<vec2<f32>, 1>(vec2<f32>)'],
  ])('%s(%s) is %s', (target, args, expected) => {
    expect(made(target, args)).toBe(expected);
  });

  it.each([
    [VEC3, '', 'zero vec3<abstract-int>()'],
    [VEC3, 'AI, AF, AI', 'construct vec3<abstract-float>(abstract-float, abstract-float, abstract-float)'],
    [VEC3, 'AI, vec2<f32>', 'construct vec3<f32>(f32, vec2<f32>)'],
    [VEC3, 'bool', 'splat vec3<bool>(bool)'],
    [VEC2, 'vec2<u32>', 'identity vec2<u32>(vec2<u32>)'],
    [
      MAT2X2,
      'AI, AI, AI, AI',
      'construct mat2x2<abstract-float>(abstract-float, abstract-float, abstract-float, abstract-float)',
    ],
    [MAT2X2, 'vec2<f16>, vec2<AI>', 'construct mat2x2<f16>(vec2<f16>, vec2<f16>)'],
    [MAT2X2, 'mat2x2<f32>', 'identity mat2x2<f32>(mat2x2<f32>)'],
    [ARRAY, 'AI, u32', 'construct array<u32, 2>(u32, u32)'],
    [
      ARRAY,
      'vec2<AI>, vec2<AF>',
      'construct array<vec2<abstract-float>, 2>(vec2<abstract-float>, vec2<abstract-float>)',
    ],
  ] as const)('without element type, %o of (%s) is %s', (target, args, expected) => {
    expect(made(target, args)).toBe(expected);
  });

  it('is concrete beside a part that runs', () => {
    expect(made(VEC2, 'AI, f32', false)).toBe('construct vec2<f32>(f32, f32)');
    expect(made(ARRAY, 'array<AI, 1>, array<AI, 1>', false)).toBe(
      'construct array<array<i32, 1>, 2>(array<i32, 1>, array<i32, 1>)',
    );
  });

  it.each([
    ['f32', 'f32, f32'],
    ['f32', 'vec2<f32>'],
    ['vec3<f32>', 'i32'],
    ['vec3<f32>', 'f32, f32'],
    ['vec3<f32>', 'vec2<f32>'],
    ['vec3<f32>', 'vec2<f32>, vec2<f32>'],
    ['vec2<f32>', 'f32, i32'],
    ['vec4<f32>', 'mat2x2<f32>'],
    ['mat2x2<f32>', 'f32'],
    ['mat2x2<f32>', 'f32, f32'],
    ['mat2x2<f32>', 'vec2<f32>, f32, f32'],
    ['mat2x2<f32>', 'vec3<f32>, vec3<f32>'],
    ['array<f32>', ''],
    ['array<f32, 2>', 'f32'],
    ['array<f32, 2>', 'f32, i32'],
    ['atomic<i32>', ''],
    ['ptr<private, i32>', ''],
    ['texture_2d<f32>', ''],
    [MAT2X2, 'i32, i32, i32, i32'],
    [MAT2X2, ''],
    [ARRAY, ''],
    [ARRAY, 'i32, u32'],
    [VEC2, 'f32, i32'],
  ] as const)('of %o refuses (%s)', (target, args) => {
    expect(made(target, args)).toBe('refused');
  });

  it('of a structure takes its members in order', () => {
    const struct = structType('S', [
      { name: 'a', type: type('f32') },
      { name: 'b', type: type('vec2<u32>') },
    ]);
    expect(made(struct, 'AI, vec2<AI>')).toBe('construct S(f32, vec2<u32>)');
    expect(made(struct, '')).toBe('zero S()');
    expect(resolveConstructor(struct, types('f32'), true)).toEqual({ failure: 'S takes 2 values, got 1' });
    expect(resolveConstructor(struct, types('f32, vec2<f32>'), true)).toEqual({
      failure: 'S takes vec2<u32> as value 2, got vec2<f32>',
    });
    expect(made(structType('A', [{ name: 'a', type: type('atomic<i32>') }]), '')).toBe('refused');
  });

  it('says what it takes', () => {
    expect(resolveConstructor(type('vec3<f32>'), types('vec2<f32>, i32'), true)).toMatchInlineSnapshot(`
      {
        "failure": "vec3<f32> cannot be made of (vec2<f32>, i32): it takes one f32, one vec3, or f32 scalars and vectors of 3 components together",
      }
    `);
    expect(resolveConstructor(type('mat2x3<f32>'), types('f32'), true)).toMatchInlineSnapshot(`
      {
        "failure": "mat2x3<f32> cannot be made of (f32): it takes 2 columns vec3<f32>, or 6 f32 scalars, or a mat2x3",
      }
    `);
  });
});
