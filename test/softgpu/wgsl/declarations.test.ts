import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/softgpu/wgsl/parser.ts';
import { accepts, refusal } from './parsing.ts';

describe('a module', () => {
  it.each([
    '',
    ';',
    ';;;',
    ' \n// comment',
    'fn f() {};',
    'fn f() -> i32 { return 1; }',
    'fn f(a: i32, b: ptr<function, f32>,) {}',
    'fn f(@builtin(position) p: vec4<f32>) -> @location(0) @interpolate(flat, either) u32 { return 0; }',
    '@compute @workgroup_size(8, 4,) fn f() {}',
    '@workgroup_size(a * 2, f(b), c) @compute fn f() {}',
    '@compute @workgroup_size(32) @subgroup_size(32) fn f() {}',
    '@vertex fn f() -> @builtin(position) @invariant vec4<f32> { return vec4(); }',
    '@fragment fn f() -> @builtin(frag_depth, less) f32 { return 0; }',
    '@must_use fn f() -> i32 { return 1; }',
    '@ /* here */ must_use fn f() -> i32 { return 1; }',
    '@diagnostic(off, derivative_uniformity) fn f() @diagnostic(error, a.b,) {}',
    'var<private> x: i32;',
    'var<storage, read_write> x: array<f32>;',
    '@group(0) @binding(1,) var t: texture_2d<f32>;',
    '@group(a) @binding(b + 1) var<uniform> x: S;',
    'const x = 1;',
    'const x: i32 = 1;',
    'override x: i32;',
    'override x = 1 + 2;',
    '@id(1 + 2) override x: f32 = 1;',
    'alias a = array<vec4<f32>, 4>;',
    'struct S { a: i32 }',
    'struct S { @align(16) @size(32) a: i32, @location(0) b: f32, };',
    'struct S { @blend_src(0) @location(0) a: vec4f }',
    'const_assert 1 < 2;',
    'const_assert(true);',
    'enable f16;',
    'enable f16, subgroups,; enable f16;',
    'requires readonly_and_readwrite_storage_textures;',
    'diagnostic(off, derivative_uniformity); diagnostic(off, derivative_uniformity,);',
    'diagnostic(error, chromium.unreachable_code); enable f16; requires x; fn f() {}',
  ])('is %j', (source) => {
    expect(accepts(source)).toBe(true);
  });

  it.each([
    'x',
    'f();',
    'x = 1;',
    'let x = 1;',
    'if c {}',
    '}',
    'fn f()',
    'fn f() -> {}',
    'fn f() -> i32, i32 {}',
    'fn f {}',
    'fn () {}',
    'fn f(a) {}',
    'fn f(a: i32 b: i32) {}',
    'fn f(,) {}',
    'fn f(a: i32 = 1) {}',
    'fn f<T>() {}',
    'fn f() {',
    'var x',
    'var<private> x: i32 = ;',
    'var<private x: i32;',
    'const x;',
    'const x: i32;',
    'const x = 1',
    'const<private> x = 1;',
    'override x',
    'override;',
    'alias a = i32',
    'alias a;',
    'alias a = 1;',
    'alias a<T> = T;',
    'struct S {}',
    'struct S { a }',
    'struct S { a: i32; }',
    'struct S { a: i32 b: i32 }',
    'struct S { a: i32,, }',
    'struct S { , }',
    'struct { a: i32 }',
    'const_assert 1 < 2',
    'const_assert;',
    'enable;',
    'enable f16',
    'enable(f16);',
    'enable f16 subgroups;',
    'enable ,;',
    'requires;',
    'requires(x);',
    'diagnostic off, x;',
    'diagnostic(off);',
    'diagnostic(off, x)',
    'diagnostic(off, x.y.z);',
    'diagnostic(none, x);',
    'diagnostic(off, x); diagnostic(error, x);',
    'alias i = i32; enable f16;',
    'const_assert true; requires x;',
    'fn f() {} diagnostic(off, x);',
    '; enable f16;',
  ])('is not %j', (source) => {
    expect(accepts(source)).toBe(false);
  });

  it('keeps directives and declarations in order', () => {
    const module = parse('enable f16, subgroups; diagnostic(off, a.b); const x = 1; fn f() {} ; struct S { a: i32 }');
    expect(module.directives).toMatchObject([
      { kind: 'enable', extensions: [{ text: 'f16' }, { text: 'subgroups' }] },
      { kind: 'diagnostic', control: { severity: 'off', rule: { text: 'a.b' } } },
    ]);
    expect(module.declarations.map(({ kind }) => kind)).toEqual(['const', 'function', 'struct']);
  });

  it('has the span of each declaration, attributes included', () => {
    const source = '@group(0) @binding(0) var<uniform> x: S; @compute @workgroup_size(1) fn f() {} alias a = i32 ;';
    const texts = parse(source).declarations.map(({ span }) => source.slice(span.offset, span.offset + span.length));
    expect(texts).toEqual([
      '@group(0) @binding(0) var<uniform> x: S',
      '@compute @workgroup_size(1) fn f() {}',
      'alias a = i32',
    ]);
  });
});

describe('attributes', () => {
  it.each([
    '@group(0) const x = 1;',
    '@id(0) const x = 1;',
    '@align(4) alias a = i32;',
    '@align(4) struct S { a: i32 }',
    '@diagnostic(off, x) struct S { a: i32 }',
    'struct S { @diagnostic(off, x) a: i32 }',
    'struct S { @group(0) a: i32 }',
    'struct S { @must_use a: i32 }',
    '@diagnostic(off, x) var<private> x: i32;',
    '@diagnostic(off, x) const x = 1;',
    '@diagnostic(off, x) override x: i32;',
    '@must_use @group(0) @binding(0) var<storage> x: array<u32>;',
    '@group(0) override x: i32;',
    '@id(0) var<private> x: i32;',
    '@group(0) fn f() {}',
    '@location(0) fn f() {}',
    'fn f(@must_use a: i32) {}',
    'fn f(@group(0) a: i32) {}',
    'fn f@diagnostic(off, x)() {}',
    'fn f() -> @size(4) i32 { return 1; }',
    '@compute ;',
    '@compute',
    '@const_assert const_assert true;',
    '@compute const_assert true;',
  ])('stand only where they belong: not %s', (source) => {
    expect(accepts(source)).toBe(false);
  });

  it.each([
    '@const fn f() -> i32 { return 1; }',
    '@unknown fn f() {}',
    '@if fn f() {}',
    '@ fn f() {}',
    '@must_use fn f() {}',
    '@must_use() fn f() -> i32 { return 1; }',
    '@must_use(0) fn f() -> i32 { return 1; }',
    '@must_use @must_use fn f() -> i32 { return 1; }',
    '@compute() @workgroup_size(1) fn f() {}',
    '@compute @workgroup_size fn f() {}',
    '@compute @workgroup_size() fn f() {}',
    '@compute @workgroup_size(1, 2, 3, 4) fn f() {}',
    '@compute @workgroup_size(1) @workgroup_size(1) fn f() {}',
    '@group() @binding(0) var x: sampler;',
    '@group(0, 1) @binding(0) var x: sampler;',
    '@diagnostic fn f() {}',
    '@diagnostic(off) fn f() {}',
    '@diagnostic(off, x) @diagnostic(off, x) fn f() {}',
    'fn f(@builtin(1) a: i32) {}',
    'fn f(@builtin(vec2<f32>) a: i32) {}',
    'fn f(@builtin a: i32) {}',
    'fn f(@interpolate(flat, either, x) a: i32) {}',
    'fn f(@invariant() a: i32) {}',
  ])('are well formed: not %s', (source) => {
    expect(accepts(source)).toBe(false);
  });

  it('that are wrong are reported with their place', () => {
    expect(refusal('\n  @group(0) fn f() {}')).toMatchInlineSnapshot(
      `"2:3: error: attribute '@group' cannot be applied to a function"`,
    );
    expect(refusal('@compute @workgroup_size(1, 2, 3, 4) fn f() {}')).toMatchInlineSnapshot(
      `"1:25: error: attribute '@workgroup_size' takes 1 to 3 arguments, got 4"`,
    );
    expect(refusal('@must_use() fn f() -> i32 { return 1; }')).toMatchInlineSnapshot(
      `"1:10: error: attribute '@must_use' takes no arguments: leave out the parentheses"`,
    );
    expect(refusal('@const fn f() {}')).toMatchInlineSnapshot(
      `"1:2: error: attribute '@const' is for built-in functions only"`,
    );
    expect(refusal('@color(0) fn f() {}')).toMatchInlineSnapshot(`"1:2: error: unknown attribute '@color'"`);
    expect(refusal('@diagnostic(warn, x) fn f() {}')).toMatchInlineSnapshot(
      `"1:13: error: 'warn' is no severity: use 'off', 'info', 'warning' or 'error'"`,
    );
  });
});
