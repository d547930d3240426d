import { describe, expect, test } from 'vitest';
import { checkModule } from '../../../src/softgpu/program/check.ts';
import { parse } from '../../../src/softgpu/wgsl/parser.ts';
import { expectValid, problems, program } from './checked.ts';

const SIZED = `
override n = 4u;
@id(7) override width: u32;
override scale = f32(n) * 0.5;
override unused: bool;
var<workgroup> tile: array<f32, n * 2>;
@compute @workgroup_size(width, n) fn main() { tile[0] = scale; }`;

describe('overrides without values', () => {
  test('leave sizes open', () => {
    const { entryPoints, variables, overrides } = program(SIZED);
    expect(entryPoints[0]!.workgroupSize).toBeNull();
    expect(variables[0]!.type).toMatchObject({ kind: 'array', count: null });
    expect(overrides).toMatchObject([
      { name: 'n', id: null, type: 'u32', hasDefault: true },
      { name: 'width', id: 7, type: 'u32', hasDefault: false },
      { name: 'scale', type: 'f32' },
      { name: 'unused', type: 'bool' },
    ]);
  });

  test('are listed for the entry points that reach them', () => {
    expect([...program(SIZED).entryPoints[0]!.overrides].sort()).toEqual(['n', 'scale', 'width']);
  });

  test('are scalars, have a type and distinct ids', () => {
    expect(problems('override v = vec2f();')).toMatchInlineSnapshot(
      `"1:10 'v': an override must be a scalar, not 'vec2<f32>'"`,
    );
    expect(problems('override v;')).toMatchInlineSnapshot(`"1:10 'v': 'v' needs a type or an initializer"`);
    expect(problems('@id(1) override a = 1; @id(1) override b = 1;')).toMatchInlineSnapshot(
      `"1:40 'b': override 'b' has an @id that is taken: 1"`,
    );
    expect(problems('@id(65536) override a = 1;')).toMatchInlineSnapshot(
      `"1:1 '@id(65536)': @id must be less than 65536, got 65536"`,
    );
  });

  test('give array lengths in workgroup memory only', () => {
    expectValid(
      'override n = 1; var<workgroup> a: array<f32, n>; fn f(p: ptr<workgroup, array<f32, n>>) {} fn g() { f(&a); }',
    );
    expect(problems('override n = 1; var<private> a: array<f32, n>;')).toMatchInlineSnapshot(
      `"1:33 'array<f32, n>': 'a', in 'private', cannot be of type 'array<f32, n>'"`,
    );
    expect(problems('override n = 1; var<workgroup> a: array<array<f32, n>, 2>;')).toMatchInlineSnapshot(
      `"1:41 'array<f32, n>': 'array<f32, n>' cannot be the element type of an array"`,
    );
  });
});

describe('overrides with values', () => {
  const values = new Map<string, number | boolean>([
    ['7', 16],
    ['n', 8],
  ]);

  test('are constants, and all that depends on them is folded', () => {
    const { entryPoints, variables } = checkModule(parse(SIZED), values, { entryPoint: 'main' }).program!;
    expect(entryPoints[0]!.workgroupSize).toEqual([16, 8, 1]);
    expect(variables[0]!.type).toMatchObject({ kind: 'array', count: 16 });
    expect(entryPoints[0]!.function.body[0]).toMatchObject({ kind: 'assign', value: { kind: 'constant', value: 4 } });
  });

  test('must be there for what the entry point reaches', () => {
    expect(problems(SIZED, new Map(), { entryPoint: 'main' })).toMatchInlineSnapshot(
      `"3:17 'width': override 'width' has no default, so it must be given a value"`,
    );
  });

  test('are checked as constants are', () => {
    const zero = new Map([['n', 0]]);
    expect(
      problems('override n = 1; @compute @workgroup_size(n) fn f() {}', zero, { entryPoint: 'f' }),
    ).toMatchInlineSnapshot(`"1:42 'n': @workgroup_size must be at least 1, got 0"`);
    expect(
      problems(
        'override n = 1; var<workgroup> a: array<f32, n>; @compute @workgroup_size(1) fn f() { _ = a[0]; }',
        zero,
        { entryPoint: 'f' },
      ),
    ).toMatchInlineSnapshot(`"1:46 'n': an array's length must be at least 1, got 0"`);
    expect(
      problems('override n = 1; @compute @workgroup_size(1) fn f() { _ = 1 / n; }', zero, { entryPoint: 'f' }),
    ).toMatchInlineSnapshot(`"1:58 '1 / n': 1 / 0: division by zero"`);
  });

  test('do not matter to what the entry point does not reach', () => {
    const source =
      'override n = 1; fn g() { _ = 1 / n; } @compute @workgroup_size(1) fn f() {} @compute @workgroup_size(n) fn h() {}';
    expect(problems(source, new Map([['n', 0]]), { entryPoint: 'f' })).toBe('');
  });

  test('are no const-expressions: abstract numbers next to them become concrete', () => {
    const of = (expression: string, value: number) =>
      problems(`override o = 1u; fn f() { _ = ${expression}; }`, new Map([['o', value]]));
    expect(of('1 << o', 30)).toBe('');
    expect(of('1 << o', 32)).toMatchInlineSnapshot(
      `"1:31 '1 << o': <<: cannot shift by 32, the shifted value has 32 bits"`,
    );
    // 1e-50 is zero as an f32.
    expect(of('vec2(0)[i32(vec2(1e-50)[o] * 1e27 * 1e27)]', 1)).toBe('');
  });

  test('must fit their type', () => {
    const of = (type: string, value: number) =>
      problems(`override o: ${type}; fn f() { _ = o; }`, new Map([['o', value]]));
    expect(of('u32', -1)).toMatchInlineSnapshot(`"1:10 'o': override 'o' of type 'u32' cannot be -1"`);
    expect(of('f32', 1e39)).toMatchInlineSnapshot(`"1:10 'o': override 'o' of type 'f32' cannot be 1e+39"`);
    expect(of('i32', Number.NaN)).toMatchInlineSnapshot(`"1:10 'o': override 'o' of type 'i32' cannot be NaN"`);
    expect(of('i32', -2.9)).toBe('');
  });
});
