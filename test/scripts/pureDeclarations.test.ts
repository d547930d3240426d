import { transform } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { pureDeclarations } from '../../scripts/pureDeclarations.ts';

describe('pureDeclarations', () => {
  test('wraps what a bundler would keep and leaves alone what it drops by itself', () => {
    expect(
      pureDeclarations(`var a = 1, b = make({ ...a });
var c = [-1, 'x', { d: () => make() }];
var e = \`\${a} \${b}\`;
function f() { var g = make(); }`),
    ).toMatchInlineSnapshot(`
      "var a = 1, b = /* @__PURE__ */ (() => (make({ ...a })))();
      var c = [-1, 'x', { d: () => make() }];
      var e = /* @__PURE__ */ (() => (\`\${a} \${b}\`))();
      function f() { var g = make(); }"
    `);
  });

  test('a class that runs code when it is defined is wrapped and keeps its name', () => {
    const code = pureDeclarations('var A = class { static x = Math.sqrt(4); }; var B = class extends A { y = A.x; };');
    expect(code).toContain('var B = class extends A');
    expect(new Function(`${code} return [A.name, A.x, B.name, new B().y];`)()).toEqual(['A', 2, 'B', 2]);
  });

  test('values stay the same', () => {
    const code = 'var a = { x: 1 }; var b = { ...a, y: [a.x, 2 ** 3] }; var { length } = [1, 2];';
    const result = new Function(`${pureDeclarations(code)} return [a, b, length];`)();
    expect(result).toEqual([{ x: 1 }, { x: 1, y: [1, 8] }, 2]);
  });

  test('lines keep their numbers', () => {
    const code = 'var a = make({\n  b: 1,\n});\nvar c = 2;';
    expect(pureDeclarations(code).split('\n')).toHaveLength(4);
  });

  test('a bundler drops what is not used', async () => {
    const code = pureDeclarations(
      'var a = make({ ...other, [other.b]: call() }); var kept = make(1); export { kept };',
    );
    const { code: left } = await transform(code, { treeShaking: true, format: 'esm' });
    expect(left).toContain('make(1)');
    expect(left).not.toContain('other');
  });
});
