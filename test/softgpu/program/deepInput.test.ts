import { expect, test } from 'vitest';
import { checkModule } from '../../../src/softgpu/program/check.ts';
import { WgslError } from '../../../src/softgpu/wgsl/diagnostics.ts';
import { parse } from '../../../src/softgpu/wgsl/parser.ts';

/** The first message, from the parser or the checker; null for a valid module. */
function verdict(source: string): string | null {
  try {
    return checkModule(parse(source), null).diagnostics[0]?.message ?? null;
  } catch (error) {
    if (error instanceof WgslError) return error.diagnostics[0]!.message;
    throw error;
  }
}

function chain(count: number, link: (i: number) => string, end: string): string {
  return `${Array.from({ length: count }, (_, i) => link(i)).join('\n')}\n${end}`;
}

test('long chains of declarations are checked without recursion', () => {
  const N = 5000;
  expect(verdict(chain(N, (i) => `alias a${i} = a${i + 1};`, `alias a${N} = i32;`))).toBeNull();
  expect(verdict(chain(N, (i) => `const a${i} = a${i + 1} + 1;`, `const a${N} = 1;`))).toBeNull();
  expect(verdict(chain(N, (i) => `fn f${i}() { f${i + 1}(); }`, `fn f${N}() {}`))).toBeNull();
});

test('structures nested too deeply are refused', () => {
  expect(verdict(chain(5000, (i) => `struct S${i} { x: S${i + 1} }`, 'struct S5000 { x: i32 }'))).toBe(
    'types can be nested at most 15 levels deep',
  );
});

test('deep expressions and statements are checked or refused', () => {
  const conditions = 'if x == 0 { '.repeat(100);
  const calls = `${'min(x, '.repeat(100)}x${' + x'.repeat(300)}${')'.repeat(100)}`;
  expect(verdict(`fn f(x: i32) { ${conditions} let y = ${calls}; ${'}'.repeat(100)} }`)).toBeNull();
  expect(verdict(`fn f(x: i32) { ${'if x == 0 {} else '.repeat(400)} {} }`)).toContain('at most 127 levels');
  expect(verdict(`const x = ${'-'.repeat(10000)}1;`)).toContain('nested too deeply');
});

test('a variable outside of buffers cannot have more elements than the limit', () => {
  expect(verdict('fn f() { var x = array<i32, 65536>(); }')).toContain('at most 65535 elements');
});
