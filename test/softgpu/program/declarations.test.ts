import { describe, expect, test } from 'vitest';
import { expectValid, expectValidInFunction, inFunction, problems, program } from './checked.ts';

describe('module scope', () => {
  test('declarations may stand in any order', () => {
    expectValid(
      'fn f() -> A { return g(N); } fn g(x: A) -> A { return x; } const N = M + 1; const M = 2; alias A = i32;',
    );
  });

  test('a declaration that needs itself is refused', () => {
    expect(problems('alias A = B; alias B = array<C, 2>; struct C { x: A }')).toMatchInlineSnapshot(
      `"1:7 'A': 'A' depends on itself: 'A' needs 'B' needs 'C' needs 'A'"`,
    );
    expect(problems('const a = a;')).toMatchInlineSnapshot(`"1:7 'a': 'a' depends on itself: 'a' needs 'a'"`);
  });

  test('one name is declared once', () => {
    expect(problems('const a = 1; fn a() {}')).toMatchInlineSnapshot(
      `"1:17 'a': 'a' is already declared in this module"`,
    );
  });

  test('several mistakes give several messages, and a broken declaration only one', () => {
    expect(
      problems('const a = 1u + 1i; const b = a + 1; alias T = nothing; fn f(x: T) { let y = missing; }'),
    ).toMatchInlineSnapshot(`
      "1:14 '+': no operator + for u32 and i32: it takes numbers of one type, vectors of them of one size, or a vector and a scalar; or two float matrices of one shape
      1:47 'nothing': unresolved type 'nothing'"
    `);
  });

  test('a name must mean the kind of thing that its place takes', () => {
    expect(problems('const x = f32;')).toMatchInlineSnapshot(`"1:11 'f32': cannot use type 'f32' as a value"`);
    expect(problems('const c = 1; var<private> x: c;')).toMatchInlineSnapshot(
      `"1:30 'c': cannot use const 'c' as a type"`,
    );
    expect(problems('const read = 1; @group(0) @binding(0) var<storage, read> x: u32;')).toMatchInlineSnapshot(
      `"1:52 'read': cannot use const 'read' as an access mode"`,
    );
    expect(problems('fn g() -> i32 { return 1; } const x = g();')).toMatchInlineSnapshot(
      `"1:39 'g': cannot call function 'g' at module scope"`,
    );
    expect(problems('fn vec4() {} const v = vec4(1);')).toMatchInlineSnapshot(
      `"1:24 'vec4': cannot call function 'vec4' at module scope"`,
    );
  });

  test('predeclared names can be declared anew', () => {
    expectValid('alias f32 = i32; const max = 3; const x: f32 = 1i + max;');
  });
});

describe('scopes', () => {
  test('an inner scope hides names of the outer one, and ends with its block', () => {
    expectValid('const x = 1; fn f() { let x = x + 1; { let x = true; if x {} } let y: i32 = x; }');
    expect(inFunction('{ let x = 1; }\n_ = x;')).toMatchInlineSnapshot(`"3:5 'x': unresolved identifier 'x'"`);
  });

  test('a scope has one declaration of a name, parameters included', () => {
    expect(inFunction('let x = 1; let x = 2;')).toMatchInlineSnapshot(
      `"2:16 'x': 'x' is already declared in this scope"`,
    );
    expect(problems('fn f(x: i32) { let x = 1; }')).toMatchInlineSnapshot(
      `"1:20 'x': 'x' is already declared in this scope"`,
    );
  });

  test('a for statement has a scope for what its header declares', () => {
    expectValidInFunction('for (var i = 0; i < 4; i++) { let i = true; } for (var i = 0u; i < 4; i++) {}');
    expect(inFunction('for (var i = 0; i < 4; i++) {}\ni = 1;')).toMatchInlineSnapshot(
      `"3:1 'i': unresolved identifier 'i'"`,
    );
  });
});

describe('const, let and var', () => {
  test('a const stays abstract until it is used', () => {
    expectValidInFunction('const x = 1; let a: u32 = x; let b: f32 = x; let c: i32 = x;');
    expect(inFunction('let x = 1; let a: u32 = x;')).toMatchInlineSnapshot(
      `"2:25 'x': cannot initialize 'a' of type 'u32' with 'i32'"`,
    );
  });

  test('an initializer has the stated type, or converts to it', () => {
    expectValidInFunction(
      'var a: vec3f = vec3(1, 2, 3); var b: array<u32, 2> = array(1, 2); var c: mat2x2f = mat2x2(1, 2, 3, 4);',
    );
    expect(inFunction('var a: i32 = 1u;')).toMatchInlineSnapshot(
      `"2:14 '1u': cannot initialize 'a' of type 'i32' with 'u32'"`,
    );
    expect(inFunction('const a: i32 = 1.5;')).toMatchInlineSnapshot(
      `"2:16 '1.5': cannot initialize 'a' of type 'i32' with 'abstract-float'"`,
    );
    expect(inFunction('let a: i32 = 3000000000;')).toMatchInlineSnapshot(
      `"2:14 '3000000000': 3000000000 does not fit in i32"`,
    );
    expect(inFunction('var a: vec2u = vec2(1, -1);')).toMatchInlineSnapshot(
      `"2:16 'vec2(1, -1)': -1 does not fit in u32"`,
    );
  });

  test('a const is a const-expression', () => {
    expect(problems('override o = 1; const c = o;')).toMatchInlineSnapshot(
      `"1:27 'o': the value of const 'c' must be a const-expression"`,
    );
    expect(problems('fn f(x: i32) { const c = x + 1; }')).toMatchInlineSnapshot(
      `"1:26 'x + 1': the value of const 'c' must be a const-expression"`,
    );
  });

  test('const_assert holds, or says so', () => {
    expectValid('const N = 4; const_assert N * 2 == 8; fn f() { const_assert N > 3; }');
    expect(problems('const_assert 1 > 2;')).toMatchInlineSnapshot(`"1:14 '1 > 2': const assertion failed"`);
    expect(problems('const_assert 1;')).toMatchInlineSnapshot(
      `"1:14 '1': what is asserted must be a bool, not 'abstract-int'"`,
    );
  });
});

describe('directives', () => {
  test('f16 must be enabled', () => {
    expectValid('enable f16; const x: f16 = 1h; const v = vec3h(1);');
    expect(problems('const x = 1h;')).toMatchInlineSnapshot(
      `"1:11 '1h': f16 literals need 'enable f16;' at the start of the module"`,
    );
    expect(problems('var<private> v: vec2<f16>;')).toMatchInlineSnapshot(
      `"1:22 'f16': 'f16' needs 'enable f16;' at the start of the module"`,
    );
  });

  test('extensions and language features must be known', () => {
    expectValid('enable subgroups; requires pointer_composite_access;');
    expect(problems('enable warp_speed;')).toMatchInlineSnapshot(
      `"1:8 'warp_speed': there is no extension 'warp_speed' to enable"`,
    );
    expect(problems('requires warp_speed;')).toMatchInlineSnapshot(
      `"1:10 'warp_speed': language feature 'warp_speed' is not supported"`,
    );
  });

  test('an extension needs its device feature', () => {
    expect(problems('enable f16;', null, { features: new Set() })).toMatchInlineSnapshot(
      `"1:8 'f16': extension 'f16' needs a device with the feature 'shader-f16'"`,
    );
    expect(problems('enable f16;', null, { features: new Set(['shader-f16']) })).toBe('');
  });

  test('an unknown diagnostic rule is a warning', () => {
    expectValid('diagnostic(off, derivative_uniformity); diagnostic(off, my.rule);');
    expect(problems('diagnostic(off, derivative_unifromity);')).toMatchInlineSnapshot(
      `"1:17 'derivative_unifromity': unknown diagnostic rule 'derivative_unifromity'"`,
    );
    expect(program('diagnostic(off, my.rule); fn f() {}').functions).toHaveLength(1);
  });
});
