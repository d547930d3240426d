import { describe, expect, it } from 'vitest';
import { accepts, acceptsStatement, statements, structure } from './parsing.ts';

describe('template lists', () => {
  it.each([
    ['a<b, c>(d)', 'a<b, c>(d)'],
    ['a<b>(c)', 'a<b>(c)'],
    ['A ( B < C, D > ( E ) )', 'A(B<C, D>(E))'],
    ['vec3<vec2<f32>>()', 'vec3<vec2<f32>>()'],
    ['a<b<c<d>>>()', 'a<b<c<d>>>()'],
    ['a[b<d]>c', '[[a at [b < d]] > c]'],
    ['a<b||c>d', '[[a < b] || [c > d]]'],
    ['a<b || c>d', '[[a < b] || [c > d]]'],
    ['a<b && c>d', '[[a < b] && [c > d]]'],
    ['array<i32,(1<<2)>()', 'array<i32, ([1 << 2])>()'],
    ['array<i32,1<<2>()', 'array<i32, [1 << 2]>()'],
    ['A<B<<C>()', 'A<[B << C]>()'],
    ['A<B<=C>()', 'A<[B <= C]>()'],
    ['A<(B>=C)>()', 'A<([B >= C])>()'],
    ['A<(B!=C)>()', 'A<([B != C])>()'],
    ['A<(B==C)>()', 'A<([B == C])>()'],
    ['A<B==C>()', 'A<[B == C]>()'],
    ['array<i32,select(2,3,a>b)>()', 'array<i32, select(2, 3, [a > b])>()'],
    ['array<i32,select(2,3,f(x)<=b)>()', 'array<i32, select(2, 3, [f(x) <= b])>()'],
    ['a<b>>c', '[a<b> > c]'],
    ['a<b>>>c', '[a<b> >> c]'],
    ['a<b>==c', '[a<b> == c]'],
    ['a<b>>=c', '[a<b> >= c]'],
    ['a >= b', '[a >= b]'],
    ['a > b', '[a > b]'],
    ['a >> b', '[a >> b]'],
    ['1 < b', '[1 < b]'],
    ['1u < b', '[1u < b]'],
    ['true < b', '[true < b]'],
    ['(a) < b', '[(a) < b]'],
    ['a /* < */ < /* > */ b // >\n > (c)', 'a<b>(c)'],
    ['array<i32, 2,>()', 'array<i32, 2>()'],
    ['ptr<function, vec3<f32>, read_write>', 'ptr<function, vec3<f32>, read_write>'],
    ['bitcast<u32>(x) >> 3u', '[bitcast<u32>(x) >> 3u]'],
  ])('%s', (text, expected) => {
    expect(structure(text)).toBe(expected);
  });

  it.each(['f(a < b, c > d)', 'a[b<d]>()', 'a<b>()>', 'a<(b>)', 'a<[b]>', 'a<,>()', 'a<b,,c>()', 'a<b c>()'])(
    'make nonsense of %s',
    (text) => {
      expect(accepts(`const x = ${text};`)).toBe(false);
    },
  );

  it('may end right before an initializer', () => {
    expect(accepts('var<private>x:array<i32,2>=array<i32,2>(1,2);')).toBe(true);
    expect(accepts('var<private> x: vec2<vec2<f32>>=y;')).toBe(true);
  });

  it('are not seen across statements, blocks and assignments', () => {
    expect(acceptsStatement('if a < b { c = d > e; }')).toBe(true);
    expect(acceptsStatement('for (var i = 0; i < n; i = select(a, b, c > d)) {}')).toBe(true);
    expect(acceptsStatement('x = a < b; y = c > d;')).toBe(true);
    expect(acceptsStatement('switch a < b { case c: {} case d > e: {} default: {} }')).toBe(true);
    expect(acceptsStatement('a += b < c; d -= e > f;')).toBe(true);
  });

  it('are not seen across the operands of && and ||, at their own depth', () => {
    expect(acceptsStatement('if (a < b && c > d) {}')).toBe(true);
    expect(acceptsStatement('if (a < b || (c > d)) {}')).toBe(true);
    expect(acceptsStatement('let x = f(a < b, c && d > (e));')).toBe(true);
  });

  it('cannot be empty', () => {
    expect(accepts('const x = a<>();')).toBe(false);
    expect(accepts('var<> x: i32;')).toBe(false);
  });

  it('stand after var', () => {
    const [declaration] = statements('var<function> x: i32;');
    expect(declaration).toMatchObject({
      kind: 'var',
      templateArgs: [{ kind: 'identifier', name: { text: 'function' } }],
    });
  });
});
