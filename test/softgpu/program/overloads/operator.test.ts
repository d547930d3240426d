import { describe, expect, it } from 'vitest';
import { resolveBinary, resolveUnary } from '../../../../src/softgpu/program/overloads/operator.ts';
import type { BinaryOp } from '../../../../src/softgpu/program/program.ts';
import { typeName } from '../../../../src/softgpu/program/typeRules.ts';
import { type } from '../typeText.ts';

function binary(left: string, op: string, right: string, allConst = true): string {
  const overload = resolveBinary(op as BinaryOp, type(left), type(right), allConst);
  if ('failure' in overload) return 'refused';
  return `${typeName(overload.left)} ${typeName(overload.right)} -> ${typeName(overload.result)}`;
}

describe('a binary operator', () => {
  it.each([
    ['AI', '+', 'AI', 'abstract-int abstract-int -> abstract-int'],
    ['AI', '/', 'AF', 'abstract-float abstract-float -> abstract-float'],
    ['f16', '*', 'AI', 'f16 f16 -> f16'],
    ['vec2<AI>', '-', 'f32', 'vec2<f32> f32 -> vec2<f32>'],
    ['u32', '%', 'vec3<AI>', 'u32 vec3<u32> -> vec3<u32>'],
    ['mat2x3<AF>', '+', 'mat2x3<f32>', 'mat2x3<f32> mat2x3<f32> -> mat2x3<f32>'],
    ['mat3x2<f32>', '*', 'vec3<AI>', 'mat3x2<f32> vec3<f32> -> vec2<f32>'],
    ['vec2<f32>', '*', 'mat3x2<f32>', 'vec2<f32> mat3x2<f32> -> vec3<f32>'],
    ['mat2x3<f16>', '*', 'mat4x2<f16>', 'mat2x3<f16> mat4x2<f16> -> mat4x3<f16>'],
    ['AI', '*', 'mat2x2<AF>', 'abstract-float mat2x2<abstract-float> -> mat2x2<abstract-float>'],
    ['vec2<bool>', '&', 'vec2<bool>', 'vec2<bool> vec2<bool> -> vec2<bool>'],
    ['i32', '^', 'AI', 'i32 i32 -> i32'],
    ['bool', '==', 'bool', 'bool bool -> bool'],
    ['vec4<AI>', '<=', 'vec4<u32>', 'vec4<u32> vec4<u32> -> vec4<bool>'],
    ['AI', '<<', 'AI', 'abstract-int u32 -> abstract-int'],
    ['vec2<i32>', '>>', 'vec2<AI>', 'vec2<i32> vec2<u32> -> vec2<i32>'],
    ['bool', '&&', 'bool', 'bool bool -> bool'],
  ])('%s %s %s is typed %s', (left, op, right, expected) => {
    expect(binary(left, op, right)).toBe(expected);
  });

  it('makes abstract operands concrete beside one that runs', () => {
    expect(binary('AI', '<<', 'u32', false)).toBe('i32 u32 -> i32');
    expect(binary('AF', '*', 'vec3<f16>', false)).toBe('f16 vec3<f16> -> vec3<f16>');
  });

  it.each([
    ['i32', '+', 'u32'],
    ['f32', '*', 'f16'],
    ['bool', '+', 'bool'],
    ['AF', '-', 'i32'],
    ['vec2<f32>', '+', 'vec3<f32>'],
    ['mat2x2<f32>', '+', 'mat2x3<f32>'],
    ['mat2x2<f32>', '+', 'f32'],
    ['mat2x2<f32>', '/', 'mat2x2<f32>'],
    ['mat2x3<f32>', '*', 'vec3<f32>'],
    ['vec2<i32>', '*', 'mat2x2<f32>'],
    ['f32', '&', 'f32'],
    ['bool', '^', 'bool'],
    ['vec2<bool>', '&&', 'vec2<bool>'],
    ['bool', '<', 'bool'],
    ['vec2<f32>', '==', 'f32'],
    ['mat2x2<f32>', '==', 'mat2x2<f32>'],
    ['i32', '<<', 'i32'],
    ['vec2<i32>', '<<', 'u32'],
    ['i32', '<<', 'AF'],
    ['f32', '>>', 'u32'],
    ['array<i32, 2>', '+', 'array<i32, 2>'],
    ['ptr<private, i32>', '==', 'ptr<private, i32>'],
    ['atomic<i32>', '+', 'i32'],
  ])('refuses %s %s %s', (left, op, right) => {
    expect(binary(left, op, right)).toBe('refused');
  });

  it('names its operands in the refusal', () => {
    expect(resolveBinary('<<', type('i32'), type('i32'), false)).toMatchInlineSnapshot(`
      {
        "failure": "no operator << for i32 and i32: it takes an integer and a u32, or vectors of them of one size",
      }
    `);
    expect(resolveUnary('-', type('vec2<u32>'), false)).toMatchInlineSnapshot(`
      {
        "failure": "no operator - for vec2<u32>: it takes a signed number or a vector of them",
      }
    `);
  });
});

describe('a unary operator', () => {
  it.each([
    ['-', 'AI', 'abstract-int'],
    ['-', 'vec2<f16>', 'vec2<f16>'],
    ['~', 'vec3<AI>', 'vec3<abstract-int>'],
    ['!', 'bool', 'bool'],
  ] as const)('%s of %s is %s', (op, operand, expected) => {
    const overload = resolveUnary(op, type(operand), true);
    expect('failure' in overload ? '' : typeName(overload.result)).toBe(expected);
  });

  it.each([
    ['-', 'u32'],
    ['-', 'bool'],
    ['-', 'mat2x2<f32>'],
    ['~', 'f32'],
    ['~', 'bool'],
    ['!', 'i32'],
    ['!', 'array<bool, 2>'],
  ] as const)('%s of %s is refused', (op, operand) => {
    expect(resolveUnary(op, type(operand), true)).toHaveProperty('failure');
  });
});
