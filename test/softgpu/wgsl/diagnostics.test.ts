import { describe, expect, it } from 'vitest';
import { position, toCompilationMessage, WgslError } from '../../../src/softgpu/wgsl/diagnostics.ts';
import { parse } from '../../../src/softgpu/wgsl/parser.ts';
import { refusal } from './parsing.ts';

describe('positions', () => {
  it('count every kind of line break once', () => {
    const source = 'a\nb\r\nc\rd\ve\ff\u0085g\u2028h\u2029i';
    const lines = [...'abcdefghi'].map((letter) => position(source, source.indexOf(letter)));
    expect(lines).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((lineNum) => ({ lineNum, linePos: 1 })));
  });

  it('count columns in UTF-16 code units', () => {
    expect(position('/* 𐰓 */ x', 8)).toEqual({ lineNum: 1, linePos: 9 });
  });

  it('past the end are those of the end', () => {
    expect(position('ab\ncd', 99)).toEqual({ lineNum: 2, linePos: 3 });
  });
});

describe('an error', () => {
  it('converts to the fields of a GPUCompilationMessage', () => {
    const source = 'fn f() {\n  let x = 1 +;\n}';
    try {
      parse(source);
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof WgslError)) throw error;
      expect(error.diagnostics.map((diagnostic) => toCompilationMessage(source, diagnostic))).toEqual([
        {
          type: 'error',
          message: "expected an expression, found ';'",
          lineNum: 2,
          linePos: 14,
          offset: 22,
          length: 1,
        },
      ]);
    }
  });

  it('says what was expected and what came', () => {
    expect(refusal('fn f() {\n  let x = 1\n  let y = 2;\n}')).toMatchInlineSnapshot(
      `"2:12: error: expected ';' after the 'let' declaration, found keyword 'let'"`,
    );
    expect(refusal('fn f() {\n  x + 1;\n}')).toMatchInlineSnapshot(
      `"2:5: error: expected an assignment, '++', '--' or a call to make a statement, found '+'"`,
    );
    expect(refusal('fn f() {\n  f(1, 2;\n}')).toMatchInlineSnapshot(
      `"2:9: error: expected ',' or ')' in the list of arguments, found ';'"`,
    );
    expect(refusal('fn f() {\n  a[1;\n}')).toMatchInlineSnapshot(
      `"2:6: error: expected ']' after the index, found ';'"`,
    );
    expect(refusal('fn f() {\n  if (a) b = 1;\n}')).toMatchInlineSnapshot(
      `"2:10: error: expected '{' after the condition of 'if', found 'b'"`,
    );
    expect(refusal('fn f() {\n  else {}\n}')).toMatchInlineSnapshot(`"2:3: error: 'else' without an 'if' before it"`);
    expect(refusal('fn f() {\n  loop {')).toMatchInlineSnapshot(
      `"2:9: error: expected a statement or '}', found the end of the source"`,
    );
    expect(refusal('fn f() {\n  let x: 1 = 2;\n}')).toMatchInlineSnapshot(`"2:10: error: expected a type, found '1'"`);
    expect(refusal('fn f() {\n  let x;\n}')).toMatchInlineSnapshot(
      `"2:8: error: expected '=' and a value: a 'let' is always initialized, found ';'"`,
    );
    expect(refusal('struct S {\n  a: i32;\n}')).toMatchInlineSnapshot(
      `"2:9: error: expected ',' or '}' after the member, found ';'"`,
    );
    expect(refusal('struct S {}')).toMatchInlineSnapshot(`"1:11: error: expected a member name, found '}'"`);
    expect(refusal('let x = 1;')).toMatchInlineSnapshot(
      `"1:1: error: 'let' is for functions only: declare a 'const' or an 'override' at module scope"`,
    );
    expect(refusal('fn f() {}\nenable f16;')).toMatchInlineSnapshot(
      `"2:1: error: directive 'enable' must come before all declarations"`,
    );
    expect(refusal('const x = array<i32>;\nconst y = vec2<>();')).toMatchInlineSnapshot(
      `"2:16: error: expected a template argument, found '>'"`,
    );
    expect(refusal('fn f() { switch x { case 1 {} } }')).toMatchInlineSnapshot(
      `"1:10: error: the switch has no 'default' clause"`,
    );
    expect(refusal('fn f() { loop { continuing {} x = 1; } }')).toMatchInlineSnapshot(
      `"1:31: error: expected '}': the 'continuing' block must end the body of the loop, found 'x'"`,
    );
    expect(refusal('fn f() { loop { break if c; } }')).toMatchInlineSnapshot(
      `"1:17: error: 'break if' may only end a 'continuing' block: write 'if condition { break; }'"`,
    );
    expect(refusal('fn f(a: i32 b: i32) {}')).toMatchInlineSnapshot(
      `"1:13: error: expected ',' or ')' after the parameter, found 'b'"`,
    );
    expect(refusal('fn f() { x = ++y; }')).toMatchInlineSnapshot(
      `"1:14: error: expected an expression, found '++': WGSL has no prefix increment"`,
    );
    expect(refusal('diagnostic(off, x);\ndiagnostic(error, x);')).toMatchInlineSnapshot(
      `"2:11: error: severity 'error' of the rule 'x' conflicts with 'off' above"`,
    );
  });

  it('quotes no more than a line of a long token', () => {
    expect(refusal(`fn f() { ${'x'.repeat(5000)} }`).length).toBeLessThan(200);
    expect(refusal(`const x = 0${'1'.repeat(5000)};`).length).toBeLessThan(200);
  });
});
