import { describe, expect, test } from 'vitest';
import { inCompute, isUniform } from './compute.ts';

describe('conditions', () => {
  test('a barrier needs uniform control flow, and the message says what divides it', () => {
    expect(inCompute('if lane > 3 { workgroupBarrier(); }')).toMatchInlineSnapshot(
      `"1:15 'workgroupBarrier()': 'workgroupBarrier' must be called in uniform control flow, but the condition at 1:4 depends on the built-in value 'local_invocation_index'"`,
    );
    expect(inCompute('switch data[0] { case 1: { storageBarrier(); } default: {} }')).toMatchInlineSnapshot(
      `"1:28 'storageBarrier()': 'storageBarrier' must be called in uniform control flow, but the selector at 1:8 depends on 'data' in writable storage"`,
    );
    expect(inCompute('let i = lane + 1;\nvar j = i;\nwhile j < 4 { j++; textureBarrier(); }')).toMatchInlineSnapshot(
      `"3:20 'textureBarrier()': 'textureBarrier' must be called in uniform control flow, but the condition at 3:7 depends on 'j', which depends on 'i', which depends on the built-in value 'local_invocation_index'"`,
    );
  });

  test.each(['else { workgroupBarrier(); }', 'else if true { workgroupBarrier(); }'])('%s is divided too', (rest) => {
    expect(inCompute(`if lane > 3 {} ${rest}`)).not.toBe('');
    expect(inCompute(`if uniforms.x > 3 {} ${rest}`)).toBe('');
  });

  test.each(['if', 'while'])('%s on uniform values divides nothing', (keyword) => {
    expect(inCompute(`${keyword} table[1] > uniforms.x { workgroupBarrier(); }`)).toBe('');
  });

  test.each(['&&', '||'])('the right side of %s is reached as its left side says', (op) => {
    const load = 'workgroupUniformLoad(&tile)[0] == 0';
    expect(inCompute(`_ = lane > 1 ${op} ${load};`)).toContain(`but the left side of '${op}' at 1:5 depends on`);
    expect(inCompute(`_ = uniforms.x > 1 ${op} ${load};`)).toBe('');
    expect(inCompute(`_ = ${load} ${op} lane > 1;`)).toBe('');
  });

  test('control flow is uniform again behind a statement that all leave at its end', () => {
    expect(inCompute('if lane > 3 { mine = 1; }\nworkgroupBarrier();')).toBe('');
    expect(inCompute('switch lane { case 0: { break; } default: {} }\nworkgroupBarrier();')).toBe('');
    expect(inCompute('for (var i = lane; i < 9; i++) {}\nworkgroupBarrier();')).toBe('');
  });

  test('it is not behind one that some leave by a return', () => {
    const message = "but the condition at 1:4 depends on the built-in value 'local_invocation_index'";
    expect(inCompute('if lane > 3 { return; }\nworkgroupBarrier();')).toContain(message);
    expect(inCompute('loop { if lane > 3 { return; } break; }\nworkgroupBarrier();')).not.toBe('');
    expect(inCompute('switch lane { case 0: { return; } default: {} }\nworkgroupBarrier();')).not.toBe('');
    expect(inCompute('if uniforms.x > 3 { return; }\nworkgroupBarrier();')).toBe('');
  });

  test('statements out of reach do not count', () => {
    expect(inCompute('return;\nif lane > 3 { workgroupBarrier(); }')).toBe('');
    expect(inCompute('loop { break; if lane > 3 { workgroupBarrier(); } }')).toBe('');
  });
});

describe('loops', () => {
  test.each(['break', 'continue', 'return'])('a divided %s divides what follows in the loop', (way) => {
    const loop = (condition: string) =>
      `for (var i = 0; i < 3; i++) { if ${condition} { ${way}; } workgroupBarrier(); }`;
    expect(inCompute(loop('lane > 3'))).not.toBe('');
    expect(inCompute(loop('uniforms.x > 3'))).toBe('');
  });

  test.each(['break', 'return'])('a divided %s divides the next round', (way) => {
    expect(inCompute(`loop { workgroupBarrier(); if lane > 3 { ${way}; } }`)).not.toBe('');
    expect(inCompute(`loop { workgroupBarrier(); if uniforms.x > 3 { ${way}; } }`)).toBe('');
  });

  test('a divided continue divides the next round, other than a branch that meets again in the body', () => {
    expect(
      inCompute('loop { workgroupBarrier(); if lane > 3 { continue; } continuing { break if uniforms.x > 1; } }'),
    ).not.toBe('');
    expect(
      inCompute('loop { workgroupBarrier(); if lane > 3 { mine = 1; } continuing { break if uniforms.x > 1; } }'),
    ).toBe('');
  });

  test('so does a divided break if', () => {
    expect(inCompute('loop { workgroupBarrier(); continuing { break if lane > 3; } }')).toContain(
      "but the condition at 1:50 depends on the built-in value 'local_invocation_index'",
    );
    expect(inCompute('loop { workgroupBarrier(); continuing { break if uniforms.x > 3; } }')).toBe('');
  });

  test('a loop of one round is no loop', () => {
    expect(inCompute('loop { workgroupBarrier(); if lane > 3 { mine = 1; } break; }')).toBe('');
    expect(inCompute('var x = 0u; loop { if x > 0 { workgroupBarrier(); } x = lane; break; }')).toBe('');
  });

  test('a value from one round is seen in the next', () => {
    expect(isUniform('', 'true')).toBe(true);
    expect(
      inCompute('var x = 0u; loop { if x > 0 { workgroupBarrier(); } x = lane; if uniforms.x > 1 { break; } }'),
    ).toContain("depends on 'x', which depends on the built-in value");
    expect(
      inCompute(
        'var x = 0u; loop { if x > 0 { workgroupBarrier(); } x = lane; continuing { x = 1; break if uniforms.x > 1; } }',
      ),
    ).toBe('');
  });

  test('continuing sees the values of every way to it', () => {
    const loop = (before: string, after: string) =>
      `var x = 0u; loop { ${before} if uniforms.x > 1 { continue; } ${after}
continuing { if x > 0 { workgroupBarrier(); } x = 0; break if uniforms.y > 1; } }`;
    expect(inCompute(loop('', 'x = lane;'))).not.toBe('');
    expect(inCompute(loop('x = lane;', 'x = 1;'))).not.toBe('');
    expect(inCompute(loop('x = lane; x = 1;', ''))).toBe('');
  });
});
