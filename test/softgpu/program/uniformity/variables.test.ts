import { describe, expect, test } from 'vitest';
import { inCompute, isUniform } from './compute.ts';

describe('variables', () => {
  test.each([
    ['var x = uniforms.x;', true],
    ['var x: u32;', true],
    ['var x = lane;', false],
    ['var x = lane; x = 1;', true],
    ['var x = 1u; x = lane;', false],
    ['var x = 1u; x += lane;', false],
    ['var x = lane; x += 1;', false],
    ['var x = lane; x++;', false],
    ['var x = lane; { x = 1; }', true],
    ['var x = 1u; if lane > 3 { x = 2; }', false],
    ['var x = 1u; if uniforms.x > 3 { x = 2; }', true],
    ['var x = lane; if uniforms.x > 3 { x = 2; }', false],
    ['var x = lane; if uniforms.x > 3 { x = 2; } else { x = 3; }', true],
    ['var x = lane; if uniforms.x > 3 { x = 2; } else { return; }', true],
    ['var x = 1u; if uniforms.x > 3 { x = lane; return; }', true],
    ['var x = lane; switch uniforms.x { case 1: { x = 1; } default: { x = 2; } }', true],
    ['var x = lane; switch uniforms.x { case 1: { if table[0] > 1 { break; } x = 1; } default: { x = 2; } }', false],
    ['var x = 1u; switch uniforms.x { case 1: { x = lane; return; } default: {} }', true],
    ['var x = 1u; loop { x = lane; if uniforms.x > 1 { break; } x = 2; }', false],
    ['var x = lane; loop { x = 2; if uniforms.x > 1 { break; } }', true],
    ['var x = lane; loop { if uniforms.x > 1 { break; } x = 2; }', false],
    ['var x = lane; for (var i = 0; i < 3; i++) { x = 2; }', false],
    ['var x = 1u; for (var i = 0; i < 3; i++) { x = 2; continue; }', true],
    ['var x = 1u; for (var i = 0; i < 3; i++) { var x = lane; }', true],
    ['var x = lane; loop { x = 1; continuing { break if uniforms.x > 1; } }', true],
    ['var x = 1u; loop { loop { x = lane; break; } if uniforms.x > 1 { break; } }', false],
    [
      'var x = 1u; loop { switch uniforms.x { case 1: { x = lane; break; } default: {} } if uniforms.y > 1 { break; } }',
      false,
    ],
  ])('%s', (statements, uniform) => {
    expect(isUniform(statements, 'x > 0')).toBe(uniform);
  });

  test('one part that varies makes the whole vary, until all is written', () => {
    expect(isUniform('var v = vec4u(); v.x = lane;', 'v.y > 0')).toBe(false);
    expect(isUniform('var v = vec4u(lane); v.x = 1; v.y = 1; v.z = 1; v.w = 1;', 'v.x > 0')).toBe(false);
    expect(isUniform('var v = vec4u(lane); v = vec4u();', 'v.x > 0')).toBe(true);
    expect(isUniform('var a = array(1, 2); a[lane] = 1;', 'a[0] > 0')).toBe(false);
    expect(isUniform('var a = array(lane); a[0] = 1;', 'a[0] > 0')).toBe(false);
    expect(isUniform('var a = array(1, 2);', 'a[lane] > 0')).toBe(false);
    expect(isUniform('var s: S; s.x = lane; s = S(1);', 's.x > 0', 'struct S { x: u32 }')).toBe(true);
  });

  test('memory that invocations write varies, whatever is written to it', () => {
    expect(isUniform('mine = 1;', 'mine > 0')).toBe(false);
    expect(isUniform('tile[0] = 1;', 'tile[0] > 0')).toBe(false);
    expect(isUniform('data[0] = 1;', 'data[0] > 0')).toBe(false);
    expect(isUniform('', 'atomicLoad(&counter) > 0')).toBe(false);
    expect(isUniform('', 'table[lane] > 0')).toBe(false);
    expect(isUniform('', 'table[uniforms.x] > 0')).toBe(true);
    expect(
      isUniform('', 'arrayLength(&list) > 0', '@group(1) @binding(0) var<storage, read_write> list: array<u32>;'),
    ).toBe(true);
    expect(isUniform('', 'o > 0', 'override o: u32;')).toBe(true);
  });

  test('a long chain of reasons is cut short', () => {
    const lets = Array.from({ length: 9 }, (_, i) => `let x${i + 1} = x${i};`).join(' ');
    expect(inCompute(`let x0 = lane; ${lets}\nif x9 > 1 { workgroupBarrier(); }`)).toContain(
      "but the condition at 2:4 depends on 'x9', which depends on 'x8', which depends on …, which depends on 'x0', which depends on the built-in",
    );
  });
});

describe('pointers', () => {
  test.each([
    ['var x = 1u; let p = &x; *p = lane;', 'x > 0', false],
    ['var x = lane; let p = &x; *p = 1;', 'x > 0', true],
    ['var x = lane; *&x = 1;', '*&x > 0', true],
    ['var x = 1u; let p = &x; x = lane;', '*p > 0', false],
    ['var x = lane; let p = &x; x = 1;', '*p > 0', true],
    ['var x = 1u; let p = &x; let q = p; *q = lane;', '*p > 0', false],
    ['var a = array(lane, 1); let p = &a; *p = array(1u, 2u);', 'a[0] > 0', true],
    ['var a = array(lane, 1); let p = &a[0]; *p = 1;', 'a[0] > 0', false],
    ['var a = array(1, 2); let p = &a[lane]; *p = 1;', 'a[0] > 0', false],
    ['var a = array(1, 2); let p = &a[lane];', '*p > 0', false],
    ['var i = 0u; var a = array(1, 2); let p = &a[i]; i = lane;', '*p > 0', true],
    ['var a = array(1, 2); let p = &a; p[lane] = 1;', 'p[0] > 0', false],
    ['let p = &table[lane];', '*p > 0', false],
    ['let p = &table[1];', '*p > 0', true],
    ['let p = &tile[1];', '*p > 0', false],
    ['var x = 1u; let p = &x; for (var i = 0; i < 3; i++) { *p = lane; }', 'x > 0', false],
  ])('%s %s', (statements, condition, uniform) => {
    expect(isUniform(statements, condition)).toBe(uniform);
  });

  test('workgroupUniformLoad gives a uniform value from one uniform place', () => {
    expect(isUniform('let x = workgroupUniformLoad(&tile[uniforms.x]);', 'x > 0')).toBe(true);
    expect(inCompute('_ = workgroupUniformLoad(&tile[lane]);')).toMatchInlineSnapshot(
      `"1:26 '&tile[lane]': argument 1 of 'workgroupUniformLoad' must be uniform, but depends on the built-in value 'local_invocation_index'"`,
    );
    expect(inCompute('let p = &tile[data[0]];\n_ = workgroupUniformLoad(p);')).toMatchInlineSnapshot(
      `"2:26 'p': argument 1 of 'workgroupUniformLoad' must be uniform, but depends on 'p', which depends on 'data' in writable storage"`,
    );
    expect(inCompute('if lane > 1 {\n_ = workgroupUniformLoad(&tile[0]);\n}')).toMatchInlineSnapshot(
      `"2:5 'workgroupUniformLoad(&tile[0])': 'workgroupUniformLoad' must be called in uniform control flow, but the condition at 1:4 depends on the built-in value 'local_invocation_index'"`,
    );
  });
});
