import { expect } from 'vitest';
import { type CheckOptions, checkModule } from '../../../src/softgpu/program/check.ts';
import type { OverrideValues } from '../../../src/softgpu/program/context.ts';
import type { Program } from '../../../src/softgpu/program/program.ts';
import { position } from '../../../src/softgpu/wgsl/diagnostics.ts';
import { parse } from '../../../src/softgpu/wgsl/parser.ts';

/** Messages with the text they point at, one a line: `1:5 'x': …`. */
export function problems(source: string, values: OverrideValues | null = null, options: CheckOptions = {}): string {
  return checkModule(parse(source), values, options)
    .diagnostics.map(({ message, span }) => {
      const { lineNum, linePos } = position(source, span.offset);
      return `${lineNum}:${linePos} '${source.slice(span.offset, span.offset + span.length)}': ${message}`;
    })
    .join('\n');
}

/** The same for statements in a function. */
export function inFunction(statements: string): string {
  return problems(`fn f() {\n${statements}\n}`);
}

export function expectValid(source: string): void {
  expect(problems(source)).toBe('');
}

export function expectValidInFunction(statements: string): void {
  expect(inFunction(statements)).toBe('');
}

export function program(source: string, values: OverrideValues | null = null): Program {
  expect(problems(source, values)).toBe('');
  return checkModule(parse(source), values).program!;
}
