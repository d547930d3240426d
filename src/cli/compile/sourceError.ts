import { type Diagnostic, position } from '../../softgpu/wgsl/diagnostics.ts';

/** A diagnostic as compilers print it: where and what, then the line with a caret under the place. */
export function sourceError(path: string, source: string, { severity, message, span }: Diagnostic): string {
  const { lineNum, linePos } = position(source, span.offset);
  const start = span.offset - (linePos - 1);
  const line = /^[^\n\v\f\r\u0085\u2028\u2029]*/.exec(source.slice(start))![0];
  const before = line.slice(0, linePos - 1).replace(/[^\t]/g, ' ');
  const width = Math.max(1, Math.min(span.length, line.length - (linePos - 1)));
  return `${path}:${lineNum}:${linePos}: ${severity}: ${message}\n${line}\n${before}${'^'.repeat(width)}`;
}
