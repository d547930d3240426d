import { describe, expect, test } from 'vitest';
import { expectValid, expectValidInFunction, inFunction, problems } from './checked.ts';

describe('assignments', () => {
  test('a value is stored where it fits and may be written', () => {
    expectValidInFunction('var v: vec4f; v.x = 1; v[1] += 2; v *= 2; var i = 1; i++; i <<= 2u; _ = v; _ = 1 << 40;');
    expect(inFunction('var a = 1; a = 1u;')).toMatchInlineSnapshot(`"2:16 '1u': cannot assign 'u32' to 'i32'"`);
    expect(inFunction('let a = 1; a = 2;')).toMatchInlineSnapshot(
      `"2:12 'a': cannot assign to 'a': only a 'var' can change"`,
    );
    expect(inFunction('var v: vec4f; v.xy = vec2f();')).toMatchInlineSnapshot(
      `"2:15 'v.xy': cannot assign to a swizzle of several components: assign them one by one"`,
    );
    expect(problems('@group(0) @binding(0) var<storage> a: u32; fn f() { a = 1; }')).toMatchInlineSnapshot(
      `"1:53 'a': cannot write: this memory is read-only without 'read_write'"`,
    );
    expect(problems('var<workgroup> a: atomic<u32>; fn f() { a = 1; }')).toMatchInlineSnapshot(
      `"1:41 'a': cannot assign to a value of type 'atomic<u32>': use 'atomicStore' with its address"`,
    );
    expect(inFunction('var v: vec2f; v += vec3f();')).toMatchInlineSnapshot(
      `"2:15 'v += vec3f()': no operator + for vec2<f32> and vec3<f32>: it takes numbers of one type, vectors of them of one size, or a vector and a scalar; or two float matrices of one shape"`,
    );
    expect(inFunction('var i = 1.0; i++;')).toMatchInlineSnapshot(
      `"2:14 'i': '++' and '--' work on i32 and u32, not on 'f32'"`,
    );
  });
});

describe('control flow', () => {
  test('conditions are bool', () => {
    expect(inFunction('if 1 {}')).toMatchInlineSnapshot(`"2:4 '1': a condition must be a bool, not 'abstract-int'"`);
    expect(inFunction('while 1 {}')).toMatchInlineSnapshot(`"2:7 '1': a condition must be a bool, not 'abstract-int'"`);
    expect(inFunction('loop { continuing { break if 1; } }')).toMatchInlineSnapshot(
      `"2:30 '1': a condition must be a bool, not 'abstract-int'"`,
    );
  });

  test('continuing uses nothing that a continue skips', () => {
    expectValidInFunction('loop { let x = 1; if x == 1 { continue; } let y = 1; continuing { break if x == 1; } }');
    expect(
      inFunction('loop { if true { continue; } let y = 1; continuing { break if y == 1; } }'),
    ).toMatchInlineSnapshot(
      `"2:63 'y': 'y' cannot be used in 'continuing': a 'continue' above its declaration skips it"`,
    );
  });

  test('a switch has one type, distinct cases and one default', () => {
    expectValid(
      'fn f(x: u32) { switch x { case 1, 2: {} case 3u, default: {} } switch 1 { case 2u: {} default: {} } }',
    );
    expect(inFunction('switch 1.5 { default {} }')).toMatchInlineSnapshot(
      `"2:8 '1.5': a switch selects by i32 or u32, not by 'abstract-float'"`,
    );
    expect(inFunction('switch 1 { case 1u: {} case 2i: {} default {} }')).toMatchInlineSnapshot(
      `"2:29 '2i': a case of type 'i32' does not fit a switch on 'u32'"`,
    );
    expect(inFunction('switch 1 { case 1, 1: {} default {} }')).toMatchInlineSnapshot(
      `"2:20 '1': the switch has a case 1 already"`,
    );
    expect(problems('fn f(x: i32) { switch x { case x: {} default {} } }')).toMatchInlineSnapshot(
      `"1:32 'x': a case selector must be a const-expression"`,
    );
  });

  test('a loop exits, and a function returns on every path', () => {
    expectValid('fn f(x: i32) -> i32 { if x == 1 { return 1; } else { loop { return 2; } } }');
    expectValid('fn f(x: i32) -> i32 { switch x { case 1: { return 1; } default { return 2; } } }');
    expect(inFunction('loop {}')).toMatchInlineSnapshot(
      `"2:1 'loop': this loop never exits: nothing in it breaks or returns"`,
    );
    expect(inFunction('for (;;) { continue; }')).toMatchInlineSnapshot(
      `"2:1 'for': this loop never exits: nothing in it breaks or returns"`,
    );
    expect(problems('fn f(x: i32) -> i32 { if x == 1 { return 1; } }')).toMatchInlineSnapshot(
      `"1:47 '}': 'f' must return a value of type 'i32' on every path"`,
    );
    expect(problems('fn f() -> i32 { while true { return 1; } }')).toMatchInlineSnapshot(
      `"1:42 '}': 'f' must return a value of type 'i32' on every path"`,
    );
  });

  test('a return gives what the function returns', () => {
    expect(problems('fn f() -> i32 { return 1.5; }')).toMatchInlineSnapshot(
      `"1:24 '1.5': cannot return 'abstract-float' from 'f', which returns 'i32'"`,
    );
    expect(problems('fn f() -> i32 { return; }')).toMatchInlineSnapshot(
      `"1:17 'return': 'f' must return a value of type 'i32'"`,
    );
    expect(problems('fn f() { return 1; }')).toMatchInlineSnapshot(
      `"1:17 '1': 'f' returns nothing, so it cannot return a value of type 'abstract-int'"`,
    );
  });
});
