import { describe, expect, it } from 'vitest';
import type { ConstantValue } from '../../../../src/softgpu/program/program.ts';
import { call, callAs, type Operand } from './constantCall.ts';

describe('bits', () => {
  it.each<[string, readonly Operand[], ConstantValue]>([
    ['countLeadingZeros', [['i32', -1]], 0],
    ['countLeadingZeros', [['u32', 0]], 32],
    ['countOneBits', [['vec2<u32>', [0xffffffff, 5]]], [32, 2]],
    ['countOneBits', [['i32', -2147483648]], 1],
    ['countTrailingZeros', [['u32', 8]], 3],
    ['countTrailingZeros', [['i32', -2147483648]], 31],
    ['countTrailingZeros', [['i32', 0]], 32],
    ['firstLeadingBit', [['i32', -1]], -1],
    ['firstLeadingBit', [['i32', -2]], 0],
    ['firstLeadingBit', [['i32', 0]], -1],
    ['firstLeadingBit', [['u32', 0]], 0xffffffff],
    ['firstLeadingBit', [['u32', 0xffffffff]], 31],
    ['firstTrailingBit', [['u32', 0]], 0xffffffff],
    ['firstTrailingBit', [['i32', 12]], 2],
    ['reverseBits', [['u32', 1]], 0x80000000],
    ['reverseBits', [['i32', 1]], -2147483648],
    [
      'extractBits',
      [
        ['u32', 0x12345678],
        ['u32', 8],
        ['u32', 8],
      ],
      0x56,
    ],
    [
      'extractBits',
      [
        ['i32', 0xf0],
        ['u32', 4],
        ['u32', 4],
      ],
      -1,
    ],
    [
      'extractBits',
      [
        ['i32', -5],
        ['u32', 0],
        ['u32', 32],
      ],
      -5,
    ],
    [
      'extractBits',
      [
        ['u32', 7],
        ['u32', 32],
        ['u32', 0],
      ],
      0,
    ],
    [
      'insertBits',
      [
        ['u32', 0xffffffff],
        ['u32', 0],
        ['u32', 8],
        ['u32', 8],
      ],
      0xffff00ff,
    ],
    [
      'insertBits',
      [
        ['i32', 1],
        ['i32', -2],
        ['u32', 0],
        ['u32', 32],
      ],
      -2,
    ],
    [
      'insertBits',
      [
        ['vec2<u32>', [0, 8]],
        ['vec2<u32>', [3, 3]],
        ['u32', 30],
        ['u32', 2],
      ],
      [0xc0000000, 0xc0000008],
    ],
    [
      'insertBits',
      [
        ['u32', 9],
        ['u32', 1],
        ['u32', 32],
        ['u32', 0],
      ],
      9,
    ],
  ])('%s of %o is %o', (name, args, expected) => {
    expect(call(name, ...args)).toEqual(expected);
  });

  it('past the end are an error', () => {
    expect(() => call('extractBits', ['u32', 0], ['AI', 20n], ['AI', 20n])).toThrowErrorMatchingInlineSnapshot(
      `[ConstantError: extractBits: offset and count together must be at most 32, got 20 and 20]`,
    );
  });
});

describe('packing', () => {
  it.each<[string, readonly Operand[], ConstantValue]>([
    ['pack4x8snorm', [['vec4<f32>', [1, -1, 0.5, -2]]], 0x8140817f],
    ['pack4x8unorm', [['vec4<f32>', [1, -1, 0.5, 2]]], 0xff8000ff],
    ['pack2x16snorm', [['vec2<f32>', [1, -1]]], 0x80017fff],
    ['pack2x16unorm', [['vec2<f32>', [1, 0.5]]], 0x8000ffff],
    ['pack2x16float', [['vec2<f32>', [1, -2]]], 0xc0003c00],
    ['pack4xI8', [['vec4<i32>', [1, -1, 127, 128]]], 0x807fff01],
    ['pack4xU8', [['vec4<u32>', [1, 2, 255, 256]]], 0x00ff0201],
    ['pack4xI8Clamp', [['vec4<i32>', [1, -1000, 1000, -1]]], 0xff7f8001],
    ['pack4xU8Clamp', [['vec4<u32>', [1, 2, 255, 256]]], 0xffff0201],
    ['unpack4x8snorm', [['u32', 0x8081007f]], [1, 0, -1, -1]],
    ['unpack4x8unorm', [['u32', 0xff003300]], [0, Math.fround(0.2), 0, 1]],
    ['unpack2x16snorm', [['u32', 0x80007fff]], [1, -1]],
    ['unpack2x16unorm', [['u32', 0xffff0000]], [0, 1]],
    ['unpack2x16float', [['u32', 0xc0003c00]], [1, -2]],
    ['unpack4xI8', [['u32', 0x80ff7f01]], [1, 127, -1, -128]],
    ['unpack4xU8', [['u32', 0x80ff7f01]], [1, 127, 255, 128]],
    [
      'dot4I8Packed',
      [
        ['u32', 0xff010203],
        ['u32', 0x01020304],
      ],
      12 + 6 + 2 - 1,
    ],
    [
      'dot4U8Packed',
      [
        ['u32', 0xff010203],
        ['u32', 0x01020304],
      ],
      12 + 6 + 2 + 255,
    ],
  ])('%s of %o is %o', (name, args, expected) => {
    expect(call(name, ...args)).toEqual(expected);
  });

  it('refuses what f16 does not have', () => {
    expect(() => call('pack2x16float', ['vec2<f32>', [0, 65505]])).toThrowErrorMatchingInlineSnapshot(
      `[ConstantError: pack2x16float: 65505 does not fit in f16]`,
    );
    expect(() => call('unpack2x16float', ['u32', 0x7c000000])).toThrowErrorMatchingInlineSnapshot(
      `[ConstantError: unpack2x16float: 0x7c00 is no finite f16]`,
    );
  });
});

describe('bitcast', () => {
  it.each<[string, Operand, ConstantValue]>([
    ['u32', ['f32', 1], 0x3f800000],
    ['i32', ['u32', 0xffffffff], -1],
    ['u32', ['AI', 4294967295n], 4294967295],
    ['f32', ['AI', 0x40490fdbn], Math.fround(Math.PI)],
    ['i32', ['AF', -0], -2147483648],
    ['vec2<f32>', ['vec2<u32>', [0, 0x3f800000]], [0, 1]],
    ['u32', ['vec2<f16>', [1, -2]], 0xc0003c00],
    ['vec2<f16>', ['u32', 0xc0003c00], [1, -2]],
    ['vec2<i32>', ['vec4<f16>', [1, 0, 0, -0]], [0x3c00, -2147483648]],
    ['vec4<f16>', ['vec2<f32>', [0, 1]], [0, 0, 0, 1.875]],
  ])('to %s of %o is %o', (target, operand, expected) => {
    expect(callAs(target, 'bitcast', operand)).toEqual(expected);
  });

  it('refuses bits that are no finite number', () => {
    expect(() => callAs('f32', 'bitcast', ['u32', 0x7f800000])).toThrowErrorMatchingInlineSnapshot(
      `[ConstantError: bitcast: 0x7f800000 is no finite f32]`,
    );
    expect(() => callAs('vec2<f16>', 'bitcast', ['u32', 0x7e000000])).toThrowErrorMatchingInlineSnapshot(
      `[ConstantError: bitcast: 0x7e00 is no finite f16]`,
    );
    expect(() => callAs('u32', 'bitcast', ['AI', -(2n ** 31n) - 1n])).toThrowErrorMatchingInlineSnapshot(
      `[ConstantError: bitcast: -2147483649 fits neither in u32 nor in i32]`,
    );
  });
});
