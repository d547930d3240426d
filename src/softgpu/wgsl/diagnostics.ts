/** Messages about a WGSL module, with their place in the source, and the error that carries them. */

import type { Span } from './ast.ts';

export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly span: Span;
}

/** Thrown when a module is not valid WGSL. `diagnostics` holds at least one error, and may hold warnings. */
export class WgslError extends Error {
  override readonly name = 'WgslError';

  constructor(
    readonly source: string,
    readonly diagnostics: readonly Diagnostic[],
  ) {
    super(diagnostics.map((diagnostic) => formatDiagnostic(source, diagnostic)).join('\n'));
  }
}

/** One-based line and column of an offset; the column counts UTF-16 code units, as GPUCompilationMessage does. */
export interface Position {
  readonly lineNum: number;
  readonly linePos: number;
}

/** Line and column of `offset` in `source`. */
export function position(source: string, offset: number): Position {
  const end = Math.min(offset, source.length);
  let lineNum = 1;
  let lineStart = 0;
  for (let at = 0; at < end; at++) {
    const code = source.charCodeAt(at);
    if (!isLineBreak(code)) continue;
    // CR LF is one line break: it ends at the LF.
    if (code === 0x0d && source.charCodeAt(at + 1) === 0x0a) continue;
    lineNum++;
    lineStart = at + 1;
  }
  return { lineNum, linePos: end - lineStart + 1 };
}

/** WGSL section 3.2: LF, VT, FF, CR, NEL, LINE SEPARATOR and PARAGRAPH SEPARATOR break a line (CR LF is one break). */
export function isLineBreak(code: number): boolean {
  return (code >= 0x0a && code <= 0x0d) || code === 0x85 || code === 0x2028 || code === 0x2029;
}

/** `3:14: error: message` */
export function formatDiagnostic(source: string, { severity, message, span }: Diagnostic): string {
  const { lineNum, linePos } = position(source, span.offset);
  return `${lineNum}:${linePos}: ${severity}: ${message}`;
}

/** The fields of a GPUCompilationMessage. */
export interface CompilationMessage extends Position {
  readonly message: string;
  readonly type: 'error' | 'warning' | 'info';
  readonly offset: number;
  readonly length: number;
}

/** `diagnostic` as `GPUShaderModule.getCompilationInfo()` reports it. */
export function toCompilationMessage(source: string, { severity, message, span }: Diagnostic): CompilationMessage {
  return { message, type: severity, ...position(source, span.offset), offset: span.offset, length: span.length };
}
