import { expect, test } from 'vitest';
import { array, atomic, F16, F32, I32, matrix, pointer, U32, vector } from '../../../src/softgpu/program/intern.ts';
import { alignOf, sizeOf, strideOf, structType } from '../../../src/softgpu/program/layout.ts';
import { typeName } from '../../../src/softgpu/program/typeRules.ts';

test('equal types are one object', () => {
  expect(vector(3, F32)).toBe(vector(3, F32));
  expect(array(matrix(2, 3, F16), 4)).toBe(array(matrix(2, 3, F16), 4));
  expect(array(F32, null)).not.toBe(array(F32, null, 'n'));
  expect(pointer('storage', F32, 'read')).not.toBe(pointer('storage', F32, 'read_write'));
});

// The table in https://www.w3.org/TR/WGSL/#alignment-and-size
test.each([
  [I32, 4, 4],
  [F16, 2, 2],
  [atomic(U32), 4, 4],
  [vector(2, F32), 8, 8],
  [vector(2, F16), 4, 4],
  [vector(3, F32), 16, 12],
  [vector(3, F16), 8, 6],
  [vector(4, F32), 16, 16],
  [vector(4, F16), 8, 8],
  [matrix(2, 2, F32), 8, 16],
  [matrix(2, 2, F16), 4, 8],
  [matrix(3, 2, F32), 8, 24],
  [matrix(4, 2, F16), 4, 16],
  [matrix(2, 3, F32), 16, 32],
  [matrix(2, 3, F16), 8, 16],
  [matrix(3, 3, F32), 16, 48],
  [matrix(4, 3, F16), 8, 32],
  [matrix(2, 4, F32), 16, 32],
  [matrix(4, 4, F32), 16, 64],
  [matrix(4, 4, F16), 8, 32],
  [array(vector(3, F32), 3), 16, 48],
  [array(F32, null), 4, 4],
] as const)('alignment and size of %o are those of the specification', (type, align, size) => {
  expect([typeName(type), alignOf(type), sizeOf(type)]).toEqual([typeName(type), align, size]);
});

test('the stride of an array rounds its elements up to their alignment', () => {
  expect(strideOf(array(vector(3, F32), 2))).toBe(16);
  expect(strideOf(array(vector(3, F16), 2))).toBe(8);
});

// Example 11 of https://www.w3.org/TR/WGSL/#structure-member-layout
test('structures nest with their own alignment and size', () => {
  const inner = structType('A', [
    { name: 'u', type: F32 },
    { name: 'v', type: F32 },
    { name: 'w', type: vector(2, F32) },
    { name: 'x', type: F32 },
  ]);
  const outer = structType('B', [
    { name: 'a', type: vector(2, F32) },
    { name: 'b', type: vector(3, F32) },
    { name: 'c', type: F32 },
    { name: 'd', type: F32 },
    { name: 'e', type: inner },
    { name: 'f', type: vector(3, F32) },
    { name: 'g', type: array(inner, 3) },
    { name: 'h', type: I32 },
  ]);
  expect([inner.align, inner.size]).toEqual([8, 24]);
  expect(outer.members.map(({ offset }) => offset)).toEqual([0, 16, 28, 32, 40, 64, 80, 152]);
  expect([outer.align, outer.size]).toEqual([16, 160]);
});
