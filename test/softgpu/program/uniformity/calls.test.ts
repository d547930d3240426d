import { describe, expect, test } from 'vitest';
import { inCompute, isUniform } from './compute.ts';

describe('calls', () => {
  test('a function that reaches a barrier needs uniform control flow', () => {
    const functions = 'fn f() { g(); } fn g() { workgroupBarrier(); }';
    expect(inCompute('f();', functions)).toBe('');
    expect(inCompute('if lane > 3 {\nf();\n}', functions)).toMatchInlineSnapshot(
      `"-1:26 'workgroupBarrier()': 'workgroupBarrier' must be called in uniform control flow; it is reached by the call of 'f' at 2:1, but the condition at 1:4 depends on the built-in value 'local_invocation_index'"`,
    );
  });

  test('a parameter that decides whether a barrier is reached must be uniform', () => {
    const functions = 'fn f(x: u32, y: u32) { _ = x; if y > 1 { workgroupBarrier(); } }';
    expect(inCompute('f(lane, 1);', functions)).toBe('');
    expect(inCompute('f(1, lane);', functions)).toMatchInlineSnapshot(
      `"-1:42 'workgroupBarrier()': 'workgroupBarrier' must be called in uniform control flow; that needs a uniform 'y' in the call of 'f' at 1:1, but it depends on the built-in value 'local_invocation_index'"`,
    );
    expect(inCompute('if lane > 1 { f(lane, lane); }', functions).split('\n')).toHaveLength(1);
  });

  test('what is behind a call is as uniform as what is before it', () => {
    expect(inCompute('f();\nworkgroupBarrier();', 'fn f() { if mine > 1 { return; } mine = 2; }')).toBe('');
  });

  test.each([
    ['fn f(x: u32) -> u32 { return x; }', 'f(1)', true],
    ['fn f(x: u32) -> u32 { return x; }', 'f(lane)', false],
    ['fn f(x: u32) -> u32 { return 1; }', 'f(lane)', true],
    ['fn f(x: u32) -> u32 { if x > 1 { return 2; } return 1; }', 'f(lane)', false],
    ['fn f(x: u32) -> u32 { return mine; }', 'f(1)', false],
    ['fn f(x: u32) -> u32 { return g(x, 1); } fn g(x: u32, y: u32) -> u32 { return y; }', 'f(lane)', true],
    ['fn f(x: u32) -> u32 { return g(x, 1); } fn g(x: u32, y: u32) -> u32 { return x; }', 'f(lane)', false],
    ['fn f(x: u32) -> u32 { return tile[x]; }', 'f(1)', false],
    ['fn f(x: u32) -> u32 { return atomicAdd(&counter, x); }', 'f(1)', false],
  ])('%s', (functions, call, uniform) => {
    expect(isUniform('', `${call} > 0`, functions)).toBe(uniform);
  });

  test('the result is named among the reasons', () => {
    expect(
      inCompute('if f() > 1 { workgroupBarrier(); }', 'fn f() -> u32 { return atomicAdd(&counter, 1); }'),
    ).toContain("but the condition at 1:4 depends on the result of 'f' at 1:4");
  });
});

describe('pointer parameters', () => {
  const P = 'p: ptr<function, u32>';

  test.each([
    [`fn f(${P}) { *p = 1; }`, 'var x = lane; f(&x);', true],
    [`fn f(${P}) { *p = mine; }`, 'var x = 1u; f(&x);', false],
    [`fn f(${P}) { *p += 1; }`, 'var x = lane; f(&x);', false],
    [`fn f(${P}) { if uniforms.x > 1 { *p = 1; } }`, 'var x = lane; f(&x);', false],
    [`fn f(${P}) { if uniforms.x > 1 { *p = mine; return; } }`, 'var x = 1u; f(&x);', false],
    [`fn f(${P}) { if mine > 1 { *p = 1; } }`, 'var x = 1u; f(&x);', false],
    [`fn f(${P}) { *p = 1; }`, 'var x = 1u; if lane > 1 { f(&x); }', false],
    [`fn f(${P}) { *p = 1; }`, 'var a = array(lane, 1); let x = 1; f(&a[0]);', true],
    [`fn f(${P}) {}`, 'var x = lane; f(&x);', false],
    [`fn f(${P}) { g(p); } fn g(${P}) { *p = 1; }`, 'var x = lane; f(&x);', true],
    [`fn f(${P}, v: u32) { *p = v; }`, 'var x = 1u; f(&x, lane);', false],
    [`fn f(${P}, v: u32) { *p = v; }`, 'var x = lane; f(&x, 1);', true],
    [`fn f(${P}, q: ptr<function, u32>) { *p = *q; }`, 'var x = 1u; var y = lane; f(&x, &y);', false],
    [`fn f(${P}, q: ptr<function, u32>) { *p = *q; }`, 'var x = lane; var y = 1u; f(&x, &y);', true],
    [`fn f(${P}) { *p = mine; }`, 'var x = 1u; for (var i = 0; i < 2; i++) { f(&x); }', false],
    [`fn f(${P}) -> bool { *p = 1; return true; }`, 'var x = lane; _ = uniforms.x > 1 && f(&x);', false],
    [`fn f(${P}) -> bool { *p = mine; return true; }`, 'var x = 1u; _ = uniforms.x > 1 || f(&x);', false],
  ])('%s %s', (functions, statements, uniform) => {
    expect(isUniform(statements, 'x > 0', functions)).toBe(uniform);
  });

  test('a pointer to a part leaves the other parts', () => {
    expect(isUniform('var a = array(lane, 1); f(&a[0]);', 'a[0] > 0', `fn f(${P}) { *p = 1; }`)).toBe(false);
    expect(isUniform('var a = array(1u, 1); f(&a[lane]);', 'a[0] > 0', `fn f(${P}) { *p = 1; }`)).toBe(false);
  });

  test('what a pointer shows can be required to be uniform', () => {
    const functions = `fn f(${P}) { if *p > 1 { workgroupBarrier(); } }`;
    expect(inCompute('var x = 1u; f(&x);', functions)).toBe('');
    expect(inCompute('var x = lane; f(&x);', functions)).toContain(
      "that needs a uniform 'p' in the call of 'f' at 1:15, but it depends on 'x'",
    );
    expect(inCompute('var x = lane; f(&x);', `fn f(${P}) { *p = 1; if *p > 1 { workgroupBarrier(); } }`)).toBe('');
  });

  test('so can the place that a pointer means', () => {
    const functions = 'fn f(p: ptr<workgroup, u32>) -> u32 { return workgroupUniformLoad(p); }';
    expect(isUniform('let x = f(&tile[1]);', 'x > 0', functions)).toBe(true);
    expect(inCompute('let x = f(&tile[lane]);', functions)).toContain(
      "argument 1 of 'workgroupUniformLoad' must be uniform; that needs a uniform 'p' in the call of 'f' at 1:9",
    );
  });

  test('what a pointer into shared memory shows varies', () => {
    const functions =
      'fn f(p: ptr<workgroup, u32>) -> u32 { *p = 1; return *p; } fn g(p: ptr<storage, u32>) -> u32 { return *p; }';
    expect(isUniform('', 'f(&tile[1]) > 0', functions)).toBe(false);
    expect(isUniform('', 'g(&table[1]) > 0', functions)).toBe(true);
    expect(isUniform('', 'g(&table[lane]) > 0', functions)).toBe(false);
  });
});
