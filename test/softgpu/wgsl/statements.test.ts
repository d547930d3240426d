import { describe, expect, it } from 'vitest';
import { accepts, acceptsStatement, print, refusal, statements } from './parsing.ts';

describe('a statement', () => {
  it.each([
    ';',
    ';;;',
    '{}',
    '{;}',
    '{ {} };',
    'var x: i32;',
    'var x = 1;',
    'var<function> x: vec2<f32> = vec2(1);',
    'let x = 1;',
    'let x: array<i32, 2> = y;',
    'const x = 1;',
    'x = 1;',
    'x.y[0].z = 1;',
    '*p = 1;',
    '(*p).x = 1;',
    '*&x.y = 1;',
    '&x = 1;',
    '&&x = 1;',
    '((x)) = 1;',
    'f().x = 1;',
    'f(1)[2] += 1;',
    '_ = f(x);',
    '_ = v;',
    'x++;',
    '(x)--;',
    '*&*&a++;',
    'a\n++;',
    'a[i]--;',
    'f();',
    'vec2<f32>(1, 2);',
    'return;',
    'return 1 + 2;',
    'return x;',
    'discard;',
    'const_assert true;',
    'const_assert(1 < 2);',
    'if x {}',
    'if (x) {} else {}',
    'if a == b {} else if (c) {} else if d {} else {};',
    'loop { break; }',
    'loop { continue; }',
    'loop { if c { break; } continuing { x++; } }',
    'loop { continuing { ; break if (c); } };',
    'loop { continuing { break if a < b; } }',
    'loop { continuing { switch 2 { default: { break; } } } }',
    'loop { continuing { loop { if c { break; } continue; } } }',
    'while true {}',
    'while (i < n) { i++; continue; }',
    'for (;;) { break; }',
    'for (var i = 0; i < 4; i++) {}',
    'for (let i = 0; ; ) {}',
    'for (const i : u32 = 0; ; f()) {}',
    'for (f(); ; _ = v) {}',
    'for (i += 1; ; a[i] -= 2) { continue; }',
    'for (_ = v; false; ) {}',
    'switch x { default {} }',
    'switch (x) { case 1, 2, default, {} case 3: { break; } }',
    'switch x { default: {} case 1 + 1, f(2) {} }',
    'while true { switch x { default: { continue; } } }',
  ])('is %j', (text) => {
    expect(accepts(`fn f() { ${text} }`)).toBe(true);
  });

  it.each([
    '}',
    '{',
    'return',
    'return 1',
    'break;',
    'if c { break; }',
    'continue;',
    'switch x { default { continue; } }',
    'switch x { break; }',
    'loop { continuing { break; } }',
    'loop { continuing { if c { break; } } }',
    'loop { continuing { continue; } }',
    'loop { continuing { return; } }',
    'loop { continuing { for (;;) { return; } } }',
    'loop { continuing { while c { loop { continuing { return; } } } } }',
    'loop { break if c; }',
    'break if c;',
    'loop { continuing { break if c; x++; } }',
    'loop { continuing { break if c } }',
    'loop { continuing { if c { break if c; } } }',
    'loop { continuing {} x++; }',
    'loop { continuing {}; }',
    'loop { continuing {} continuing {} }',
    'loop { { continuing {} } }',
    'continuing {}',
    'while c { continuing {} }',
    'loop c { break; }',
    'loop ({})',
    'if {}',
    'if c;',
    'if c x++;',
    'if (c {}',
    'if c( {}',
    'if c {} else if {}',
    'if c {} else x++;',
    'if c {} elif c {}',
    'else {}',
    'while {}',
    'while c;',
    'for () {}',
    'for (;) {}',
    'for (;;;) {}',
    'for ;; {}',
    'for (true;;) {}',
    'for (;var i = 0;) {}',
    'for (;;var i = 0) {}',
    'for (;;let i = 0) {}',
    'for (;;true) {}',
    'for (;;i++;) {}',
    'for (continue;;) {}',
    'for (;i++;) {}',
    'switch { default {} }',
    'switch x {}',
    'switch x;',
    'switch x { case 1 {} }',
    'switch x { case {} default {} }',
    'switch x { case , {} default {} }',
    'switch x { case 1 {}; default {} }',
    'switch x { default {}; }',
    'switch x { default {} default {} }',
    'switch x { case default, default {} }',
    'switch x { default, 1 {} }',
    'switch x { default { break } }',
    'var x;;x',
    'var x',
    'var;',
    'let x;',
    'const x: i32;',
    'let x: i32',
    'override x = 1;',
    'alias x = i32;',
    'struct S { x: i32 }',
    'fn g() {}',
    'enable f16;',
    'x;',
    'x.y;',
    'a[1];',
    '(f());',
    'f().x;',
    '1;',
    '1 = x;',
    '1++;',
    'x + 1;',
    'x + y = 1;',
    '(x + y) = 1;',
    '-x = 1;',
    'x == 1;',
    'x =;',
    'x = y = z;',
    'x++ = 1;',
    'x++++;',
    'x++.y;',
    '++x;',
    '--x;',
    'x+ +;',
    'x = y++;',
    '(x++);',
    'vec2<f32>;',
    'vec2<f32> = 1;',
    '_;',
    '_ += 1;',
    '_++;',
    '_ = _;',
    '(_) = 1;',
    '_ = {};',
    'true = 1;',
    'discard 1;',
    'const_assert;',
    'const_assert(true;',
  ])('is not %j', (text) => {
    expect(acceptsStatement(text)).toBe(false);
  });

  it('keeps its source form', () => {
    const [first, second, third, fourth] = statements('x.y <<= 1 + 2; x--; _ = x; g(1);');
    expect(first).toMatchObject({ kind: 'compoundAssignment', operator: '<<' });
    expect(second).toMatchObject({ kind: 'decrement', target: { kind: 'identifier' } });
    expect(third).toMatchObject({ kind: 'assignment', target: null });
    expect(fourth).toMatchObject({ kind: 'callStatement', call: { kind: 'call', args: [{ kind: 'int', value: 1n }] } });
  });
});

describe('compound assignments', () => {
  it.each(['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>'])('with %s', (operator) => {
    expect(statements(`x ${operator}= y;`)).toMatchObject([{ kind: 'compoundAssignment', operator }]);
  });
});

describe('the tree of', () => {
  it('an if chain nests the links after else', () => {
    const [statement] = statements('if a {} else if b { x = 1; } else { y = 2; }');
    expect(statement).toMatchObject({
      kind: 'if',
      condition: { name: { text: 'a' } },
      otherwise: {
        kind: 'if',
        attributes: [],
        condition: { name: { text: 'b' } },
        body: { statements: [{ kind: 'assignment' }] },
        otherwise: { kind: 'compound', statements: [{ kind: 'assignment' }] },
      },
    });
  });

  it('a loop keeps the continuing block and its break if apart', () => {
    const [statement] = statements('loop { x = 1; continuing { y = 2; break if z; } }');
    expect(statement).toMatchObject({
      kind: 'loop',
      statements: [{ kind: 'assignment' }],
      continuing: { statements: [{ kind: 'assignment' }], breakIf: { condition: { name: { text: 'z' } } } },
    });
  });

  it('a for has null where its header is empty', () => {
    expect(statements('for (;;) { break; }')).toMatchObject([
      { kind: 'for', initializer: null, condition: null, update: null },
    ]);
    expect(statements('for (var i = 0; i < 3; i += 2) {}')).toMatchObject([
      {
        initializer: { kind: 'var' },
        condition: { operator: '<' },
        update: { kind: 'compoundAssignment', operator: '+' },
      },
    ]);
  });

  it('a switch has the selectors of each clause in order', () => {
    const [statement] = statements('switch x { case 1, default, 3, { } case 4: { } }');
    if (statement?.kind !== 'switch') throw new Error('not a switch');
    const selectors = statement.clauses.map((clause) =>
      clause.selectors.map((selector) => (selector.kind === 'default' ? 'default' : print(selector))),
    );
    expect(selectors).toEqual([['1', 'default', '3'], ['4']]);
  });
});

describe('attributes of statements', () => {
  const diagnostic = '@diagnostic(info, derivative_uniformity)';

  it.each([
    `${diagnostic} {}`,
    `${diagnostic} if c {}`,
    `if c ${diagnostic} {}`,
    `if c {} else ${diagnostic} {}`,
    `${diagnostic} switch 0 { default {} }`,
    `switch 0 ${diagnostic} { default {} }`,
    `switch 0 { default ${diagnostic} {} }`,
    `switch 0 { case 0 ${diagnostic} {} default: ${diagnostic} {} }`,
    `${diagnostic} loop { break; }`,
    `loop ${diagnostic} { break; }`,
    `loop { continuing ${diagnostic} { break if c; } }`,
    `${diagnostic} while c {}`,
    `while c ${diagnostic} {}`,
    `${diagnostic} for (;;) {}`,
    `for (;;) ${diagnostic} {}`,
    `${diagnostic} @diagnostic(off, another.rule) {}`,
  ])('are allowed in %s', (text) => {
    expect(acceptsStatement(text)).toBe(true);
  });

  it.each([
    `${diagnostic} var x = 0;`,
    `${diagnostic} let x = 0;`,
    `${diagnostic} const x = 0;`,
    `${diagnostic} x = 0;`,
    `${diagnostic} f();`,
    `${diagnostic} ;`,
    `${diagnostic}`,
    `if c {} ${diagnostic} else {}`,
    `if c {} else ${diagnostic} if c {}`,
    `switch 0 { ${diagnostic} default {} }`,
    `switch 0 { ${diagnostic} case 0 {} default {} }`,
    `loop { ${diagnostic} continuing {} }`,
    `loop { continuing { ${diagnostic} break if c; } }`,
    `for ${diagnostic} (;;) {}`,
    `for (${diagnostic} var i = 0;;) {}`,
    `${diagnostic} ${diagnostic} {}`,
    '@must_use f();',
    '@compute {}',
    '@align(4) if c {}',
  ])('are refused in %s', (text) => {
    expect(acceptsStatement(text)).toBe(false);
  });
});

describe('jumps that leave a continuing block', () => {
  it('are reported with what to do', () => {
    expect(refusal('fn f() { loop { continuing { break; } } }')).toMatchInlineSnapshot(
      `"1:30: error: 'break' cannot leave a 'continuing' block: end it with 'break if condition;' instead"`,
    );
    expect(refusal('fn f() { loop { continuing { loop { continuing { continue; } } } } }')).toMatchInlineSnapshot(
      `"1:50: error: 'continue' cannot leave a 'continuing' block"`,
    );
    expect(refusal('fn f() { loop { continuing { return; } } }')).toMatchInlineSnapshot(
      `"1:30: error: 'return' cannot leave a 'continuing' block"`,
    );
  });
});
