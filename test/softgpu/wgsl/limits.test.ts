import { describe, expect, it } from 'vitest';
import { accepts, refusal } from './parsing.ts';

/** Each would overflow the stack, or take forever, if it were parsed to the end. */
const monsters: Record<string, (count: number) => string> = {
  parentheses: (count) => `const x = ${'('.repeat(count)}`,
  'closed parentheses': (count) => `const x = ${'('.repeat(count)}1${')'.repeat(count)};`,
  'unary operators': (count) => `const x = ${'-'.repeat(count)}1;`,
  negations: (count) => `const x = ${'!'.repeat(count)}a;`,
  'address-of operators': (count) => `const x = ${'&'.repeat(count)}a;`,
  calls: (count) => `const x = ${'f('.repeat(count)}`,
  indexes: (count) => `const x = ${'a['.repeat(count)}`,
  'template lists': (count) => `const x = ${'a<'.repeat(count)}b${'>'.repeat(count)};`,
  'unclosed template lists': (count) => `const x = ${'a<'.repeat(count)}`,
  sums: (count) => `const x = 1${' + 1'.repeat(count)};`,
  'logical operations': (count) => `const x = a${' && a'.repeat(count)};`,
  members: (count) => `const x = a${'.b'.repeat(count)};`,
  'index chains': (count) => `const x = a${'[0]'.repeat(count)};`,
  blocks: (count) => `fn f() ${'{'.repeat(count)}`,
  ifs: (count) => `fn f() { ${'if a {'.repeat(count)}`,
  loops: (count) => `fn f() { ${'loop {'.repeat(count)}`,
  continuing: (count) => `fn f() { ${'loop { continuing {'.repeat(count)}`,
  switches: (count) => `fn f() { ${'switch a { default {'.repeat(count)}`,
  'else ifs': (count) => `fn f() { if a {}${' else if a {}'.repeat(count)} }`,
  'assignment targets': (count) => `fn f() { ${'('.repeat(count)}a`,
  dereferences: (count) => `fn f() { ${'*'.repeat(count)}a = 1; }`,
  'nested comments': (count) => '/*'.repeat(count),
  attributes: (count) => `${'@diagnostic(off, a) '.repeat(count)} fn f() {}`,
};

describe('a hundred thousand of', () => {
  it.each(Object.keys(monsters))('%s are refused without overflowing the stack', (name) => {
    expect(refusal(monsters[name]!(100_000))).toMatch(/^1:\d+: error: /);
  });

  it('statements, declarations and nested, closed comments are no problem', () => {
    expect(accepts(`fn f() { ${'x = 1;'.repeat(100_000)} }`)).toBe(true);
    expect(accepts('const x = 1;'.repeat(100_000))).toBe(true);
    expect(accepts(`${'/*'.repeat(100_000)}${'*/'.repeat(100_000)}`)).toBe(true);
    expect(accepts(`const x = f(${'1,'.repeat(100_000)});`)).toBe(true);
  });
});

describe('expressions', () => {
  it('may be nested a hundred levels deep', () => {
    expect(accepts(monsters['closed parentheses']!(100))).toBe(true);
    expect(accepts(monsters['unary operators']!(100))).toBe(true);
  });

  it('may have five hundred operations in a row', () => {
    expect(accepts(monsters['sums']!(500))).toBe(true);
    expect(accepts(monsters['members']!(500))).toBe(true);
  });

  it('have a tree of limited height, whatever it is made of', () => {
    const wide = (inner: string) => `(${inner})${' + 1'.repeat(100)}`;
    let text = '1';
    for (let i = 0; i < 10; i++) text = wide(text);
    expect(refusal(`const x = ${text};`)).toMatchInlineSnapshot(
      `"1:2053: error: the expression has too many operations: its tree may be 512 levels high"`,
    );
  });
});

describe('the limits of the specification', () => {
  const list = (count: number, item: (index: number) => string) =>
    Array.from({ length: count }, (_, i) => item(i)).join(', ');

  it('are 127 levels of braces in a function', () => {
    const nested = (count: number) => `fn f() { ${'{'.repeat(count)}${'}'.repeat(count)} }`;
    expect(accepts(nested(127))).toBe(true);
    expect(refusal(nested(128))).toMatchInlineSnapshot(
      `"1:138: error: statements are nested too deeply: the limit is 128 levels of braces"`,
    );
  });

  it('are 255 parameters', () => {
    const parameters = (count: number) => `fn f(${list(count, (i) => `p${i}: i32`)}) {}`;
    expect(accepts(parameters(255))).toBe(true);
    expect(refusal(parameters(256))).toMatchInlineSnapshot(
      `"1:4: error: function 'f' has 256 parameters: the limit is 255"`,
    );
  });

  it('are 1023 members', () => {
    const members = (count: number) => `struct S { ${list(count, (i) => `m${i}: i32`)} }`;
    expect(accepts(members(1023))).toBe(true);
    expect(refusal(members(1024))).toMatchInlineSnapshot(
      `"1:8: error: struct 'S' has 1024 members: the limit is 1023"`,
    );
  });

  it('are 1023 case selectors, the default included', () => {
    const selectors = (count: number) => `fn f() { switch x { case ${list(count, String)} {} default {} } }`;
    expect(accepts(selectors(1022))).toBe(true);
    expect(refusal(selectors(1023))).toMatchInlineSnapshot(
      `"1:10: error: the switch has 1024 case selectors: the limit is 1023"`,
    );
  });
});
