import { describe, expect, test } from 'vitest';
import { expectValid, expectValidInFunction, inFunction, problems } from './checked.ts';

describe('operators', () => {
  test('operands must have one type', () => {
    expectValidInFunction('let a = 1u + 2; let b = vec2f(1) * 2; let c = 1.5 + 1; let d = 1u << 3; let e = !true;');
    expect(inFunction('let a = 1u + 1i;')).toMatchInlineSnapshot(
      `"2:12 '+': no operator + for u32 and i32: it takes numbers of one type, vectors of them of one size, or a vector and a scalar; or two float matrices of one shape"`,
    );
    expect(inFunction('let a = -1u;')).toMatchInlineSnapshot(
      `"2:9 '-1u': no operator - for u32: it takes a signed number or a vector of them"`,
    );
    expect(inFunction('let a = 1 && true;')).toMatchInlineSnapshot(
      `"2:11 '&&': no operator && for abstract-int and bool: it takes two bools (not vectors)"`,
    );
  });

  test('constants are folded, and must have a value', () => {
    expect(inFunction('let a = 1 / 0;')).toMatchInlineSnapshot(`"2:9 '1 / 0': 1 / 0: division by zero"`);
    expect(inFunction('let a = 9223372036854775807 + 1;')).toMatchInlineSnapshot(
      `"2:9 '9223372036854775807 + 1': 9223372036854775807 + 1: the result 9223372036854775808 does not fit in an abstract integer of 64 bits"`,
    );
    expect(inFunction('let a = 3e38f * 10;')).toMatchInlineSnapshot(
      `"2:9 '3e38f * 10': 3.0000000054977558e+38 * 10: the result 3.000000005497756e+39 does not fit in f32"`,
    );
    // Concrete integers wrap around.
    expectValidInFunction('const_assert 2147483647i + 1 == -2147483648;');
    expect(inFunction('var x = 1; let a = x / 0;')).toMatchInlineSnapshot(`"2:20 'x / 0': /: division by zero"`);
    expect(inFunction('var x = 1; let a = x << 32;')).toMatchInlineSnapshot(
      `"2:20 'x << 32': <<: cannot shift by 32, the shifted value has 32 bits"`,
    );
  });

  test('an abstract integer is shifted by any amount that loses nothing', () => {
    expectValidInFunction(
      'const_assert (0 << 64u) == 0; const_assert (0 << 1000u) == 0; const_assert (3 << 61u) != 0 || true;',
    );
    expectValidInFunction('const_assert (-1 << 63u) == -9223372036854775807 - 1;');
    expect(inFunction('const a = 1 << 64u;')).toContain('does not fit in an abstract integer');
    expect(inFunction('const a = 1 << 4294967295u;')).toContain('does not fit in an abstract integer');
  });

  test('bitcast to u32 takes the values of u32 and of i32', () => {
    expectValidInFunction('const_assert bitcast<u32>(-2147483648) == 0x80000000u && bitcast<u32>(4294967295) == ~0u;');
    expectValidInFunction('const_assert all(bitcast<vec2u>(vec2(-1, 7)) == vec2u(0xffffffff, 7));');
    expect(inFunction('const a = bitcast<u32>(4294967296);')).toContain('fits neither in u32 nor in i32');
    expect(inFunction('const a = bitcast<u32>(-2147483649);')).toContain('fits neither in u32 nor in i32');
  });

  test('a zero value may have more elements than memory', () => {
    expectValidInFunction(
      'const_assert array<i32, 636109182>()[636109181] == 0; const_assert array<vec2f, 70000>()[1].y == 0;',
    );
    expectValidInFunction('for (var i = array<i32, 636109182>()[0]; false;) {}');
    expect(inFunction('let a = array<i32, 636109182>()[636109182];')).toContain('out of bounds');
  });

  test('where the left side decides, the right one is typed but not evaluated', () => {
    expectValid('const_assert !(false && 1 / 0 == 1); const_assert true || array(1, 2)[7] == 1;');
    expect(problems('const a = true && 1 / 0 == 1;')).toMatchInlineSnapshot(`"1:19 '1 / 0': 1 / 0: division by zero"`);
    expect(problems('const a = false && 1;')).toMatchInlineSnapshot(
      `"1:17 '&&': no operator && for bool and abstract-int: it takes two bools (not vectors)"`,
    );
    expect(problems('const a = false && array<i32, 1 / 0>()[0] == 0;')).toMatchInlineSnapshot(
      `"1:31 '1 / 0': 1 / 0: division by zero"`,
    );
  });
});

describe('parts', () => {
  test('members and swizzles must exist', () => {
    expectValid('struct S { v: vec4f } fn f(s: S) -> vec2f { return s.v.xy + s.v.ba + vec2f(s.v.x); }');
    expect(problems('struct S { v: vec4f } fn f(s: S) { _ = s.w; }')).toMatchInlineSnapshot(
      `"1:42 'w': 'S' has no member 'w'"`,
    );
    expect(inFunction('let a = vec2f().z;')).toMatchInlineSnapshot(
      `"2:17 'z': swizzle 'z' goes beyond the 2 components of 'vec2<f32>'"`,
    );
    expect(inFunction('let a = vec2f().xg;')).toMatchInlineSnapshot(
      `"2:17 'xg': 'vec2<f32>' has no component or swizzle 'xg'"`,
    );
    expect(inFunction('let a = (1).x;')).toMatchInlineSnapshot(`"2:13 'x': 'abstract-int' has no member 'x'"`);
  });

  test('constant indexes are in range', () => {
    expectValid('fn f(a: array<f32, 4>, i: u32) -> f32 { return a[3] + a[i] + array(1, 2.5)[i] + mat2x2f()[1][0]; }');
    expect(problems('fn f(a: array<f32, 4>) { _ = a[4]; }')).toMatchInlineSnapshot(
      `"1:32 '4': index 4 is out of bounds: 'array<f32, 4>' has the indexes 0 to 3"`,
    );
    expect(inFunction('let a = vec3(1, 2, 3)[-1];')).toMatchInlineSnapshot(
      `"2:23 '-1': index -1 is out of bounds: 'vec3<abstract-int>' has the indexes 0 to 2"`,
    );
    expect(inFunction('let a = vec3(1, 2, 3)[1.0];')).toMatchInlineSnapshot(
      `"2:23 '1.0': an index must be of i32 or u32, not of 'f32'"`,
    );
    expect(inFunction('let a = 1; _ = a[0];')).toMatchInlineSnapshot(
      `"2:16 'a[0]': cannot index a value of type 'i32'"`,
    );
    expect(problems('@group(0) @binding(0) var<storage> a: array<f32>; fn f() { _ = a[-1]; }')).toMatchInlineSnapshot(
      `"1:66 '-1': index -1 is out of bounds: an index is never negative"`,
    );
  });
});

describe('calls', () => {
  test('constructors take what makes up their type', () => {
    expectValidInFunction(
      '_ = vec4(vec2f(1), 2, 3); _ = mat2x2f(vec2f(), vec2f()); _ = array(1, 2.5); _ = u32(-1i); _ = vec3<u32>(vec3f());',
    );
    expect(inFunction('let a = vec3f(1, 2);')).toMatchInlineSnapshot(
      `"2:9 'vec3f(1, 2)': vec3<f32> cannot be made of (abstract-int, abstract-int): it takes one f32, one vec3, or f32 scalars and vectors of 3 components together"`,
    );
    expect(inFunction('let a = array<f32, 3>(1, 2);')).toMatchInlineSnapshot(
      `"2:9 'array<f32, 3>(1, 2)': array<f32, 3> takes 3 values, got 2"`,
    );
    expect(inFunction('let a = i32(vec2i());')).toMatchInlineSnapshot(
      `"2:9 'i32(vec2i())': i32() takes one scalar, got (vec2<i32>)"`,
    );
    expect(problems('struct S { a: i32, b: f32 } fn f() { _ = S(1, true); }')).toMatchInlineSnapshot(
      `"1:42 'S(1, true)': S takes f32 as value 2, got bool"`,
    );
    expect(problems('struct S { a: atomic<u32> } fn f() { _ = S(); }')).toMatchInlineSnapshot(
      `"1:42 'S()': S has no value constructor"`,
    );
  });

  test('a function takes its parameters', () => {
    expectValid('fn g(a: i32, b: vec2f) {} fn f() { g(1, vec2(1, 2)); }');
    expect(problems('fn g(a: i32) {} fn f() { g(1u); }')).toMatchInlineSnapshot(
      `"1:28 '1u': cannot pass 'u32' to 'g' as 'a', which is 'i32'"`,
    );
    expect(problems('fn g(a: i32) {} fn f() { g(); }')).toMatchInlineSnapshot(
      `"1:26 'g': 'g' takes 1 argument, got 0"`,
    );
    expect(problems('fn g() {} fn f() { let x = g(); }')).toMatchInlineSnapshot(
      `"1:28 'g()': 'g' returns nothing, so it has no value to use"`,
    );
    expect(problems('fn f() { nowhere(1); }')).toMatchInlineSnapshot(
      `"1:10 'nowhere': unresolved call target 'nowhere'"`,
    );
    expect(problems('const c = 1; fn f() { c(); }')).toMatchInlineSnapshot(`"1:23 'c': cannot call const 'c'"`);
  });

  test('a built-in function needs a fitting overload, its extension and valid constants', () => {
    expectValidInFunction(
      '_ = max(1, 2.5); _ = select(1, 2, true); _ = bitcast<u32>(1f); _ = clamp(vec2f(1), vec2f(0), vec2f(2));',
    );
    expect(inFunction('let a = abs(true);')).toMatchInlineSnapshot(`
      "2:9 'abs': no overload of abs can be called with (bool); it is:
        abs(T) -> T, where T is S or a vector of S, S is i32, u32, f32 or f16"
    `);
    expect(inFunction('let a = subgroupAdd(1);')).toMatchInlineSnapshot(
      `"2:9 'subgroupAdd': 'subgroupAdd' needs 'enable subgroups;' at the start of the module"`,
    );
    expect(inFunction('let a = sqrt(-1.0);')).toMatchInlineSnapshot(
      `"2:9 'sqrt(-1.0)': sqrt: the argument must be at least 0, got -1"`,
    );
    expect(inFunction('var x = 1; let a = clamp(x, 2, 1);')).toMatchInlineSnapshot(
      `"2:20 'clamp(x, 2, 1)': clamp: low must be at most high, got 2 and 1"`,
    );
  });

  test('a value that must be used is used', () => {
    expectValid('@must_use fn g() -> i32 { return 1; } fn h() -> i32 { return 2; } fn f() { _ = g(); h(); }');
    expect(problems('@must_use fn g() -> i32 { return 1; } fn f() { g(); }')).toMatchInlineSnapshot(
      `"1:48 'g()': the value of 'g' must be used: assign it to '_' to drop it"`,
    );
    expect(inFunction('max(1, 2);')).toMatchInlineSnapshot(
      `"2:1 'max(1, 2)': the value of 'max' must be used: assign it to '_' to drop it"`,
    );
    expect(inFunction('vec2f(1);')).toMatchInlineSnapshot(
      `"2:1 'vec2f(1)': the value of 'vec2f' must be used: assign it to '_' to drop it"`,
    );
  });
});

describe('references and pointers', () => {
  test('pointers may point at parts, come as parameters, and stand for their target', () => {
    expectValid(`
struct S { v: array<vec4f, 2> }
var<workgroup> w: array<S, 4>;
fn g(p: ptr<workgroup, S>, q: ptr<function, f32>) { p.v[1].x = *q; (*p).v[0] = vec4f(); }
fn f() { var x = 1.0; let p = &w[2]; g(p, &x); *(&x) = 2; let e = &p.v[1]; *e = vec4f(); }`);
  });

  test('an address is that of memory, not of a value or a component', () => {
    expect(inFunction('let a = 1; let p = &a;')).toMatchInlineSnapshot(
      `"2:20 '&a': cannot take the address of a value of type 'i32': only of variables and their parts"`,
    );
    expect(inFunction('var v: vec2f; let p = &v.x;')).toMatchInlineSnapshot(
      `"2:23 '&v.x': cannot take the address of a vector's component"`,
    );
    expect(inFunction('var v: vec2f; let p = &v[0];')).toMatchInlineSnapshot(
      `"2:23 '&v[0]': cannot take the address of a vector's component"`,
    );
    expect(inFunction('let a = *1;')).toMatchInlineSnapshot(
      `"2:9 '*1': cannot dereference a value of type 'abstract-int': it is not a pointer"`,
    );
  });

  test('what cannot be a value is not read', () => {
    expect(problems('var<workgroup> a: atomic<u32>; fn f() { let x = a; }')).toMatchInlineSnapshot(
      `"1:49 'a': cannot read a value of type 'atomic<u32>': use 'atomicLoad' with its address"`,
    );
    expect(problems('@group(0) @binding(0) var<storage> a: array<f32>; fn f() { let x = a; }')).toMatchInlineSnapshot(
      `"1:68 'a': cannot read a value of type 'array<f32>'"`,
    );
  });
});
