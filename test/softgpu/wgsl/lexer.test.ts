import { describe, expect, it } from 'vitest';
import { keywords } from '../../../src/softgpu/wgsl/tokens.ts';
import { accepts, refusal } from './parsing.ts';

const reserved =
  `NULL Self abstract active alignas alignof as asm asm_fragment async attribute auto await become cast catch class
  co_await co_return co_yield coherent column_major common compile compile_fragment concept const_cast consteval constexpr
  constinit crate debugger decltype delete demote demote_to_helper do dynamic_cast enum explicit export extends extern external
  fallthrough filter final finally friend from fxgroup get goto groupshared highp impl implements import inline instanceof
  interface layout lowp macro macro_rules match mediump meta mod module move mut mutable namespace new nil noexcept noinline
  nointerpolation non_coherent noncoherent noperspective null nullptr of operator package packoffset partition pass patch
  pixelfragment precise precision premerge priv protected pub public readonly ref regardless register reinterpret_cast require
  resource restrict self set shared sizeof smooth snorm static static_assert static_cast std subroutine super target template
  this thread_local throw trait try type typedef typeid typename typeof union unless unorm unsafe unsized use using varying
  virtual volatile wgsl where with writeonly yield`.split(/\s+/);

function acceptsName(name: string): boolean {
  const places = [
    `const ${name} = 0;`,
    `override ${name} = 0;`,
    `var<private> ${name}: x;`,
    `fn ${name}() {}`,
    `fn f(${name}: x) {}`,
    `struct ${name} { a: x }`,
    `struct S { ${name}: x }`,
    `alias ${name} = x;`,
    `fn f() { let ${name} = 0; }`,
    `const x = ${name} + 0;`,
    `const x = y.${name};`,
  ];
  const verdicts = new Set(places.map(accepts));
  if (verdicts.size !== 1) throw new Error(`${name} is accepted in some places only`);
  return verdicts.has(true);
}

describe('an identifier', () => {
  it.each([
    ...[
      'foo',
      'Foo',
      '_0',
      '_foo0',
      '_0foo',
      'foo__0',
      'f',
      'array',
      'vec4',
      'f16',
      'binding_array',
      'sampler',
      'ptr',
      'elseif',
    ],
    ...['Δέλτα', 'réflexion', 'Кызыл', '𐰓𐰏𐰇', '朝焼け', 'سلام', '검정', 'שָׁלוֹם', 'गुलाबी', 'փիրուզ', '\u212b'],
  ])('is %s', (name) => {
    expect(acceptsName(name)).toBe(true);
  });

  it.each([
    '_',
    '__',
    '__foo',
    '0foo',
    'foo#bar',
    'foo\\bar',
    'foo@bar',
    'foo::bar',
    '"foo"',
    '$foo',
    '😀',
    '\u0301x',
    'x\u200d',
  ])('is not %s', (name) => {
    expect(acceptsName(name)).toBe(false);
  });

  it('is not a keyword, except the literals where a value may stand', () => {
    for (const word of keywords.keys()) {
      expect([word, accepts(`fn ${word}() {}`)]).toEqual([word, false]);
      expect([word, accepts(`struct S { ${word}: x }`)]).toEqual([word, false]);
      expect([word, accepts(`const x = ${word};`)]).toEqual([word, word === 'true' || word === 'false']);
    }
  });

  it('is not a reserved word', () => {
    for (const word of reserved) expect([word, acceptsName(word)]).toEqual([word, false]);
  });

  it('is compared by code points, not normalized', () => {
    expect(accepts('var<private> \u212b: i32; var<private> \u00c5: i32;')).toBe(true);
  });
});

describe('blankspace', () => {
  it.each([' ', '\t', '\n', '\v', '\f', '\r', '\r\n', '\u0085', '\u200e', '\u200f', '\u2028', '\u2029'])(
    '%j separates tokens',
    (space) => {
      expect(accepts(`const${space}x${space}=${space}1${space};${space}`)).toBe(true);
    },
  );

  it.each(['\ufeff', '\u00a0', '\u0000', '\u200b', '\u3000', '\u001c'])('is not %j', (character) => {
    expect(accepts(`const x = 1;${character}`)).toBe(false);
    expect(accepts(`${character}const x = 1;`)).toBe(false);
  });
});

describe('comments', () => {
  it('may nest and separate tokens', () => {
    expect(accepts('/** a /* b /**/ c */ // d\n **/const/**/x/* */=/*/**/*/1;/* end */')).toBe(true);
    expect(accepts('const x = 1;// end')).toBe(true);
    expect(accepts('//')).toBe(true);
    expect(accepts('/**/')).toBe(true);
  });

  it('must end', () => {
    expect(accepts('/*')).toBe(false);
    expect(accepts('/*/')).toBe(false);
    expect(accepts('/* /* */')).toBe(false);
    expect(accepts('const x = 1; /* *')).toBe(false);
    expect(accepts('*/')).toBe(false);
  });

  it.each([
    [' ', true],
    ['\t', true],
    ['\u200e', true],
    ['\n', false],
    ['\v', false],
    ['\f', false],
    ['\r', false],
    ['\r\n', false],
    ['\u0085', false],
    ['\u2028', false],
    ['\u2029', false],
  ])('to the end of the line go on after %j: %s', (space, goesOn) => {
    expect(accepts(`// comment${space}this is no WGSL`)).toBe(goesOn);
  });

  it('contain no null character', () => {
    expect(refusal('// a \0 b')).toBe('1:6: error: the source contains a null character');
    expect(refusal('/* a \0 b */')).toBe('1:6: error: the source contains a null character');
  });
});

describe('text that is no token', () => {
  it('is reported where it stands, unless something before it is wrong', () => {
    expect(refusal('const x = 1 # 2;')).toMatchInlineSnapshot(`"1:13: error: unexpected character '#' (U+0023)"`);
    expect(refusal('const x = "text";')).toMatchInlineSnapshot(`"1:11: error: unexpected character '"' (U+0022)"`);
    expect(refusal('const 😀 = 1;')).toMatchInlineSnapshot(`"1:7: error: unexpected character '😀' (U+1F600)"`);
    expect(refusal('const x\u00a0= 1;')).toMatchInlineSnapshot(`"1:8: error: unexpected character U+00A0"`);
    expect(refusal('const type = 1;')).toMatchInlineSnapshot(
      `"1:7: error: 'type' is a reserved word: choose another name"`,
    );
    expect(refusal('const __x = 1;')).toMatchInlineSnapshot(
      `"1:7: error: '__x' starts with two underscores, which is reserved: choose another name"`,
    );
    expect(refusal('const if = 1;')).toMatchInlineSnapshot(
      `"1:7: error: expected a name after 'const', found keyword 'if', which cannot be a name"`,
    );
    expect(refusal('const = 1; #')).toMatchInlineSnapshot(`"1:7: error: expected a name after 'const', found '='"`);
    expect(refusal('const x = 1; /* and so on')).toMatchInlineSnapshot(
      `"1:14: error: block comment without an end: '*/' is missing"`,
    );
  });
});
