import type { Random } from './fuzzRandom.ts';
import { tokensOf } from './wgslDeclarations.ts';

const FOREIGN = [
  ...[
    '{',
    '}',
    '(',
    ')',
    '<',
    '>',
    '[',
    ']',
    ';',
    ',',
    '@',
    '=',
    '->',
    '&&',
    '*',
    '&',
    '_',
    '0',
    '1u',
    '1.0h',
    '0x',
    '1e999',
    '.5',
  ],
  ...[
    'fn',
    'var',
    'let',
    'const',
    'override',
    'struct',
    'return',
    'loop',
    'continuing',
    'break',
    'if',
    'switch',
    'default',
    'case',
  ],
  ...[
    'i32',
    'vec4<f32>',
    'array',
    'array<u32>',
    'atomic<i32>',
    'ptr<function, i32>',
    'mat2x2f',
    'bool',
    'main',
    'texture_2d<f32>',
  ],
  ...[
    '/*',
    '//',
    '\u0000',
    '\ud800',
    '\u2028',
    'é',
    '"',
    '`',
    '99999999999999999999',
    '-2147483648',
    'enable f16;',
    'diagnostic(off, x);',
  ],
];

/** A text that was a program: tokens dropped, doubled, exchanged, replaced or cut off. Most are invalid, all must be answered. */
export function mutate(code: string, random: Random): string {
  const tokens = tokensOf(code);
  for (let i = 1 + random.below(3); i > 0; i--) {
    const at = random.below(tokens.length);
    switch (random.below(7)) {
      case 0:
        tokens.splice(at, 1 + random.below(3));
        break;
      case 1:
        tokens.splice(at, 0, tokens[at] ?? '');
        break;
      case 2:
        tokens[at] = random.pick(FOREIGN);
        break;
      case 3:
        tokens.splice(at, 0, random.pick(FOREIGN));
        break;
      case 4:
        [tokens[at], tokens[random.below(tokens.length)]] = [
          tokens[random.below(tokens.length)] ?? '',
          tokens[at] ?? '',
        ];
        break;
      case 5:
        tokens.length = at + 1;
        break;
      default:
        tokens[at] = random.pick(tokens);
    }
    if (tokens.length === 0) return '';
  }
  return tokens.join(' ');
}

/** Text that is valid in no way and large in one: nesting and lengths that a recursive compiler would fall over. */
export function extremes(): Readonly<Record<string, string>> {
  const deep = 50_000;
  const wrap = (expression: string) => `@compute @workgroup_size(1) fn main() { let x = ${expression}; }`;
  return {
    empty: '',
    parentheses: wrap(`${'('.repeat(deep)}1${')'.repeat(deep)}`),
    negations: wrap(`${'-'.repeat(deep)}1`),
    nots: wrap(`${'!'.repeat(deep)}true`),
    sums: wrap(Array(deep).fill('1').join(' + ')),
    indexes: wrap(`a${'[0'.repeat(deep)}${']'.repeat(deep)}`),
    calls: wrap(`${'abs('.repeat(deep)}1${')'.repeat(deep)}`),
    templates: `var<private> a: ${'array<'.repeat(deep)}i32${', 2>'.repeat(deep)};`,
    blocks: `fn f() ${'{'.repeat(deep)}${'}'.repeat(deep)}`,
    ifs: `fn f() { ${'if true { '.repeat(deep)}${'}'.repeat(deep)} }`,
    elses: `fn f() { if true {} ${'else if true {} '.repeat(deep)} }`,
    comment: '/*'.repeat(deep),
    unclosed: `fn f() { ${'loop { '.repeat(deep)}`,
    identifier: `const ${'a'.repeat(deep)} = 1;`,
    number: `const a = ${'9'.repeat(deep)};`,
    aliases: Array.from({ length: 2000 }, (_, i) => `alias A${i} = A${i + 1};`).join('\n'),
    constants: `${Array.from({ length: 2000 }, (_, i) => `const c${i} = c${i + 1} + c${i + 1};`).join('\n')} const c2000 = 1;`,
    recursion: 'fn f() -> i32 { return g(); } fn g() -> i32 { return f(); }',
    structs: Array.from({ length: 2000 }, (_, i) => `struct S${i} { a: S${i + 1}, b: S${i + 1} }`).join('\n'),
    arrays: `${Array.from({ length: 40 }, (_, i) => `alias A${i} = array<A${i + 1}, 1000>;`).join('\n')} alias A40 = i32; var<private> a: A0;`,
    callTree: `${Array.from({ length: 40 }, (_, i) => `fn f${i}() { f${i + 1}(); f${i + 1}(); }`).join('\n')} fn f40() {} @compute @workgroup_size(1) fn main() { f0(); }`,
  };
}
