import { describe, expect, it } from 'vitest';
import { structType } from '../../../../src/softgpu/program/layout.ts';
import { commonType, concretization, conversionRank } from '../../../../src/softgpu/program/overloads/rank.ts';
import { resultStructure } from '../../../../src/softgpu/program/overloads/resultStructure.ts';
import { typeName } from '../../../../src/softgpu/program/typeRules.ts';
import { type, types } from '../typeText.ts';

describe('the rank of a conversion', () => {
  it.each([
    ['f32', 'f32', 0],
    ['AF', 'f32', 1],
    ['AF', 'f16', 2],
    ['AI', 'i32', 3],
    ['AI', 'u32', 4],
    ['AI', 'AF', 5],
    ['AI', 'f32', 6],
    ['AI', 'f16', 7],
    ['vec3<AI>', 'vec3<f16>', 7],
    ['mat2x3<AF>', 'mat2x3<f32>', 1],
    ['array<AI, 4>', 'array<u32, 4>', 4],
    ['array<vec2<AF>, 4>', 'array<vec2<f16>, 4>', 2],
  ])('from %s to %s is %d', (from, to, rank) => {
    expect(conversionRank(type(from), type(to))).toBe(rank);
  });

  it.each([
    ['i32', 'u32'],
    ['f16', 'f32'],
    ['AF', 'i32'],
    ['AI', 'bool'],
    ['bool', 'i32'],
    ['f32', 'AF'],
    ['vec2<AI>', 'vec3<i32>'],
    ['AI', 'vec2<i32>'],
    ['mat2x2<AF>', 'mat2x3<f32>'],
    ['array<AI, 4>', 'array<i32, 5>'],
    ['array<f32>', 'array<f32, 1>'],
    ['ptr<private, f32>', 'f32'],
  ])('from %s to %s is none', (from, to) => {
    expect(conversionRank(type(from), type(to))).toBeNull();
  });

  it('holds for the results of frexp and modf', () => {
    const abstract = resultStructure('frexp', type('vec2<AF>'));
    expect(conversionRank(abstract, resultStructure('frexp', type('vec2<f16>')))).toBe(2);
    expect(conversionRank(abstract, resultStructure('frexp', type('vec3<f32>')))).toBeNull();
    expect(conversionRank(abstract, resultStructure('modf', type('vec2<f32>')))).toBeNull();
    expect(conversionRank(abstract, structType('S', [{ name: 'fract', type: type('vec2<f32>') }]))).toBeNull();
  });
});

describe('the common type', () => {
  it.each([
    ['AI, AF', 'abstract-float'],
    ['AI, u32, AI', 'u32'],
    ['AF, AI, f16', 'f16'],
    ['vec2<AI>, vec2<f32>', 'vec2<f32>'],
    ['bool, bool', 'bool'],
  ])('of %s is %s', (from, to) => {
    expect(typeName(commonType(types(from))!)).toBe(to);
  });

  it.each(['i32, u32', 'AF, i32', 'bool, AI', 'f32, f16', 'vec2<f32>, f32', ''])('of %s is none', (from) => {
    expect(commonType(types(from))).toBeNull();
  });
});

describe('the concretization', () => {
  it.each([
    ['AI', 'i32'],
    ['AF', 'f32'],
    ['vec3<AI>', 'vec3<i32>'],
    ['mat4x2<AF>', 'mat4x2<f32>'],
    ['array<array<AI, 2>, 3>', 'array<array<i32, 2>, 3>'],
    ['array<f16, 3>', 'array<f16, 3>'],
    ['u32', 'u32'],
  ])('of %s is %s', (from, to) => {
    expect(concretization(type(from))).toBe(type(to));
  });

  it('of an abstract result of modf is that of f32', () => {
    expect(concretization(resultStructure('modf', type('vec4<AF>')))).toBe(resultStructure('modf', type('vec4<f32>')));
  });
});
