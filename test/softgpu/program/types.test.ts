import { describe, expect, test } from 'vitest';
import { expectValid, problems, program } from './checked.ts';

describe('type expressions', () => {
  test('aliases, generators and predeclared types name types', () => {
    expectValid(`
alias Row = array<vec4<f32>, 4>;
var<private> a: Row; var<private> b: mat2x3f; var<private> c: mat2x3<f32>; var<private> d: vec2<bool>;
var<workgroup> e: array<atomic<u32>, 2 * 8u>;
fn f(p: ptr<function, Row>, q: ptr<storage, array<u32>, read_write>, r: ptr<workgroup, atomic<i32>>) {}
@group(0) @binding(0) var t: texture_2d<f32>; @group(0) @binding(1) var s: sampler;
@group(0) @binding(2) var u: texture_storage_2d<rgba8unorm, write>;`);
  });

  test('template arguments must fit', () => {
    expect(problems('alias T = vec3;')).toMatchInlineSnapshot(
      `"1:11 'vec3': 'vec3' needs template arguments, as in 'vec3<f32>'"`,
    );
    expect(problems('alias T = f32<i32>;')).toMatchInlineSnapshot(
      `"1:11 'f32<i32>': type 'f32' takes no template arguments"`,
    );
    expect(problems('alias T = vec3<vec2f>;')).toMatchInlineSnapshot(
      `"1:16 'vec2f': components of 'vec3' must be scalars, got 'vec2<f32>'"`,
    );
    expect(problems('alias T = mat2x2<i32>;')).toMatchInlineSnapshot(
      `"1:18 'i32': matrices are of f32 or f16, not of 'i32'"`,
    );
    expect(problems('alias T = atomic<f32>;')).toMatchInlineSnapshot(
      `"1:18 'f32': atomics are of i32 or u32, not of 'f32'"`,
    );
    expect(problems('alias T = texture_2d<bool>;')).toMatchInlineSnapshot(
      `"1:22 'bool': 'texture_2d' gives f32, i32 or u32, not 'bool'"`,
    );
    expect(problems('alias T = ptr<nowhere, f32>;')).toMatchInlineSnapshot(
      `"1:15 'nowhere': unresolved name 'nowhere': expected an address space"`,
    );
    expect(problems('alias T = ptr<function, f32, read>;')).toMatchInlineSnapshot(
      `"1:30 'read': only pointers into 'storage' take an access mode"`,
    );
  });

  test('an array has a positive length that is known', () => {
    expect(problems('alias T = array<f32, 0>;')).toMatchInlineSnapshot(
      `"1:22 '0': an array's length must be at least 1, got 0"`,
    );
    expect(problems('alias T = array<f32, 1.5>;')).toMatchInlineSnapshot(
      `"1:22 '1.5': an array's length must be of i32 or u32, not of 'f32'"`,
    );
    expect(problems('alias T = array<array<f32>, 2>;')).toMatchInlineSnapshot(
      `"1:17 'array<f32>': 'array<f32>' cannot be the element type of an array"`,
    );
    expect(problems('fn f(n: i32) { var a: array<f32, n>; }')).toMatchInlineSnapshot(
      `"1:34 'n': an array's length must be a const-expression or an override-expression"`,
    );
  });

  test('types nest 15 levels deep', () => {
    const nested = (depth: number) => `alias T = ${'array<'.repeat(depth)}i32${', 1>'.repeat(depth)};`;
    expectValid(nested(15));
    expect(problems(nested(16))).toMatchInlineSnapshot(
      `"1:11 'array<array<array<array<array<array<array<array<array<array<array<array<array<array<array<array<i32, 1>, 1>, 1>, 1>, 1>, 1>, 1>, 1>, 1>, 1>, 1>, 1>, 1>, 1>, 1>, 1>': types can be nested at most 15 levels deep"`,
    );
  });
});

describe('structures', () => {
  test('members are laid out by alignment', () => {
    const { structs } = program(
      'struct S { a: f32, b: vec3f, c: f32, @align(32) d: u32, @size(12) e: u32, f: array<vec3f, 2> }',
    );
    expect(structs[0]!.members.map(({ offset, size }) => [offset, size])).toEqual([
      [0, 4],
      [16, 12],
      [28, 4],
      [32, 4],
      [36, 12],
      [48, 32],
    ]);
    expect([structs[0]!.size, structs[0]!.align]).toEqual([96, 32]);
  });

  test('a member has a plain type of fixed size', () => {
    expectValid('struct S { n: u32, rest: array<f32> } @group(0) @binding(0) var<storage> s: S;');
    expect(problems('struct S { rest: array<f32>, n: u32 }')).toMatchInlineSnapshot(
      `"1:12 'rest: array<f32>': an array without a length can only be the last member of a structure"`,
    );
    expect(problems('struct S { t: sampler }')).toMatchInlineSnapshot(
      `"1:15 'sampler': a structure cannot have a member of type 'sampler'"`,
    );
    expect(problems('struct S { rest: array<f32> } struct T { s: S }')).toMatchInlineSnapshot(
      `"1:45 'S': a structure cannot have a member of type 'S'"`,
    );
    expect(problems('struct S { a: f32, a: u32 }')).toMatchInlineSnapshot(
      `"1:20 'a': structure 'S' has a member 'a' already"`,
    );
  });

  test('@align is a power of two that keeps the alignment, and @size holds the member', () => {
    expect(problems('struct S { @align(3) a: f32 }')).toMatchInlineSnapshot(
      `"1:12 '@align(3)': @align must be a power of two, got 3"`,
    );
    expect(problems('struct S { @align(4) a: vec4f }')).toMatchInlineSnapshot(
      `"1:12 '@align(4)': @align of a member of type 'vec4<f32>' must be a multiple of 16, got 4"`,
    );
    expect(problems('struct S { @size(8) a: vec4f }')).toMatchInlineSnapshot(
      `"1:12 '@size(8)': @size of a member of type 'vec4<f32>' must be at least 16, got 8"`,
    );
  });
});

describe('address spaces', () => {
  test('each takes the types that can live there', () => {
    expectValid(`
var<private> a: bool; var<workgroup> b: atomic<u32>;
@group(0) @binding(0) var<uniform> c: vec4f;
@group(0) @binding(1) var<storage, read_write> d: array<atomic<i32>>;`);
    expect(problems('var<private> a: atomic<u32>;')).toMatchInlineSnapshot(
      `"1:17 'atomic<u32>': 'a', in 'private', cannot be of type 'atomic<u32>'"`,
    );
    expect(problems('@group(0) @binding(0) var<uniform> a: bool;')).toMatchInlineSnapshot(
      `"1:39 'bool': 'a', in 'uniform', cannot be of type 'bool': buffers hold numbers"`,
    );
    expect(problems('@group(0) @binding(0) var<uniform> a: array<f32>;')).toMatchInlineSnapshot(
      `"1:39 'array<f32>': 'a', in 'uniform', cannot be of type 'array<f32>'"`,
    );
    expect(problems('@group(0) @binding(0) var<storage> a: atomic<u32>;')).toMatchInlineSnapshot(
      `"1:39 'atomic<u32>': 'a', in 'storage', cannot be of type 'atomic<u32>': atomics need the access mode 'read_write'"`,
    );
    expect(problems('var<workgroup> a: array<f32>;')).toMatchInlineSnapshot(
      `"1:19 'array<f32>': 'a', in 'workgroup', cannot be of type 'array<f32>'"`,
    );
    expect(problems('var<private> a: array<f32, 65536>;')).toMatchInlineSnapshot(
      `"1:17 'array<f32, 65536>': an array outside of buffers can have at most 65535 elements, got 65536"`,
    );
    expect(problems('fn f(p: ptr<uniform, bool>) {}')).toMatchInlineSnapshot(
      `"1:22 'bool': what is in 'uniform' cannot be of type 'bool': buffers hold numbers"`,
    );
  });

  test('a module-scope variable needs a space, and resources a binding', () => {
    expect(problems('var a: f32;')).toMatchInlineSnapshot(
      `"1:5 'a': 'a' needs an address space, as in 'var<private>'"`,
    );
    expect(problems('var<function> a: f32;')).toMatchInlineSnapshot(
      `"1:5 'function': variables at module scope cannot be in address space 'function'"`,
    );
    expect(problems('@group(0) var<uniform> a: f32;')).toMatchInlineSnapshot(
      `"1:24 'a': 'a' is a resource: it needs '@group' and '@binding'"`,
    );
    expect(problems('@group(0) @binding(0) var<private> a: f32;')).toMatchInlineSnapshot(
      `"1:1 '@group(0)': 'a' is no resource: it takes no @group"`,
    );
    expect(problems('@group(-1) @binding(0) var<uniform> a: f32;')).toMatchInlineSnapshot(
      `"1:1 '@group(-1)': @group cannot be negative, got -1"`,
    );
    expect(problems('var<private, read> a: f32;')).toMatchInlineSnapshot(
      `"1:14 'read': only variables in 'storage' take an access mode"`,
    );
    expect(problems('@group(0) @binding(0) var<storage, write> a: f32;')).toMatchInlineSnapshot(
      `"1:36 'write': 'storage' takes the access modes 'read' and 'read_write', not 'write'"`,
    );
  });

  test('initializers stand only where memory is private', () => {
    expectValid('override o = 1; var<private> a = 2 + o;');
    expect(problems('var<workgroup> a: u32 = 1;')).toMatchInlineSnapshot(
      `"1:25 '1': 'a' cannot have an initializer: only variables in 'private' and 'function' can"`,
    );
    expect(problems('var<private> a = 1; var<private> b = a;')).toMatchInlineSnapshot(
      `"1:38 'a': var 'a' cannot be used at module scope: its value is known only when a shader runs"`,
    );
  });
});
