import { describe, expect, it } from 'vitest';
import { accepts, expression, refusal, structure } from './parsing.ts';

describe('operators', () => {
  it.each([
    ['a + b * c', '[a + [b * c]]'],
    ['a * b + c', '[[a * b] + c]'],
    ['a - b - c', '[[a - b] - c]'],
    ['a / b % c', '[[a / b] % c]'],
    ['a + b < c * d', '[[a + b] < [c * d]]'],
    ['a << b == c >> d', '[[a << b] == [c >> d]]'],
    ['a < b && c >= d && e', '[[[a < b] && [c >= d]] && e]'],
    ['a == b || c != d', '[[a == b] || [c != d]]'],
    ['a & b & -c', '[[a & b] & [- c]]'],
    ['a | b | c', '[[a | b] | c]'],
    ['a ^ ~b', '[a ^ [~ b]]'],
    ['-a.b[c]', '[- [[a . b] at c]]'],
    ['!!a', '[! [! a]]'],
    ['*p + 1', '[[* p] + 1]'],
    ['(*p).x', '[([* p]) . x]'],
    ['&a[1].b', '[& [[a at 1] . b]]'],
    ['(a & b) | c', '[([a & b]) | c]'],
    ['f(a, g(b),)[0].x', '[[f(a, g(b)) at 0] . x]'],
    ['f()', 'f()'],
    ['vec2(1, 2u).xy', '[vec2(1, 2u) . xy]'],
    ['- 1 * - 2', '[[- 1] * [- 2]]'],
  ])('%s is %s', (text, expected) => {
    expect(structure(text)).toBe(expected);
  });

  it('that have no precedence over each other need parentheses', () => {
    const groups: Record<string, string[]> = {
      product: ['*', '/', '%'],
      sum: ['+', '-'],
      shift: ['<<', '>>'],
      comparison: ['<', '>', '<=', '>=', '==', '!='],
      and: ['&'],
      xor: ['^'],
      or: ['|'],
      logicalAnd: ['&&'],
      logicalOr: ['||'],
    };
    // What may follow an operation of the group on its right side without parentheses.
    const follows: Record<string, string[]> = {
      product: ['product', 'sum', 'comparison', 'logicalAnd', 'logicalOr'],
      sum: ['product', 'sum', 'comparison', 'logicalAnd', 'logicalOr'],
      shift: ['comparison', 'logicalAnd', 'logicalOr'],
      comparison: ['product', 'sum', 'shift', 'logicalAnd', 'logicalOr'],
      and: ['and'],
      xor: ['xor'],
      or: ['or'],
      logicalAnd: ['product', 'sum', 'shift', 'comparison', 'logicalAnd'],
      logicalOr: ['product', 'sum', 'shift', 'comparison', 'logicalOr'],
    };
    for (const [firstGroup, firsts] of Object.entries(groups)) {
      for (const [secondGroup, seconds] of Object.entries(groups)) {
        for (const first of firsts) {
          for (const second of seconds) {
            if (first === '<' && second.startsWith('>')) continue; // a template list
            const text = `a ${first} b ${second} c`;
            expect([text, accepts(`const x = ${text};`)]).toEqual([text, follows[firstGroup]!.includes(secondGroup)]);
          }
        }
      }
    }
  });

  it('are as long as they may be, and no longer', () => {
    expect(structure('a--b')).toBe('[a - [- b]]');
    expect(structure('a---b')).toBe('[a - [- [- b]]]');
    expect(structure('--a')).toBe('[- [- a]]');
    expect(structure('a&&&b')).toBe('[a && [& b]]');
    expect(structure('a&&&&b')).toBe('[a && [& [& b]]]');
    expect(structure('a<-b')).toBe('[a < [- b]]');
    expect(accepts('const x = ++a;')).toBe(false);
    expect(accepts('const x = a+++b;')).toBe(false);
    expect(accepts('const x = a->b;')).toBe(false);
  });

  it('that are mixed are reported with the way out', () => {
    expect(refusal('const x = a & b | c;')).toMatchInlineSnapshot(
      `"1:17: error: '|' cannot follow '&' without parentheses: put parentheses around one of the two operations"`,
    );
    expect(refusal('const x = a < b < c;')).toMatchInlineSnapshot(
      `"1:17: error: '<' cannot follow '<' without parentheses: put parentheses around one of the two operations"`,
    );
    expect(refusal('const x = a && b || c;')).toMatchInlineSnapshot(
      `"1:18: error: '||' cannot follow '&&' without parentheses: put parentheses around one of the two operations"`,
    );
    expect(refusal('const x = a << b + c;')).toMatchInlineSnapshot(
      `"1:18: error: '+' cannot follow '<<' without parentheses: put parentheses around one of the two operations"`,
    );
  });
});

describe('an expression', () => {
  it.each([
    '',
    'a +',
    '(a',
    'a)',
    'f(,)',
    'f(a b)',
    'f(a,,b)',
    'a[',
    'a[]',
    'a.',
    'a.1',
    'a b',
    '+a',
    '()',
    '_',
    'a ? b : c',
    '1!2',
  ])('is not %j', (text) => {
    expect(accepts(`const x = ${text};`)).toBe(false);
  });

  it('has the span of its text', () => {
    const text = 'vec2<f32>(a, -b)[1].x + (c * 2)';
    const spans: string[] = [];
    const collect = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      if ('kind' in node && 'span' in node) {
        const { offset, length } = node.span as { offset: number; length: number };
        spans.push(text.slice(offset - 10, offset - 10 + length));
      }
      for (const child of Object.values(node)) collect(child);
    };
    collect(expression(text));
    expect(spans).toEqual([
      text,
      'vec2<f32>(a, -b)[1].x',
      'vec2<f32>(a, -b)[1]',
      'vec2<f32>(a, -b)',
      'vec2<f32>',
      'f32',
      'a',
      '-b',
      'b',
      '1',
      '(c * 2)',
      'c * 2',
      'c',
      '2',
    ]);
  });
});
