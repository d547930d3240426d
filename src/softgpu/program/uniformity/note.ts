/** What a node stands for, in words: for the chain of reasons in a message. */

import type { Span } from '../../wgsl/ast.ts';
import { position } from '../../wgsl/diagnostics.ts';

export interface Note {
  readonly kind: keyof typeof PHRASES;
  readonly name: string;
  readonly span: Span;
}

const PHRASES = {
  condition: (_: string, at: string) => `the condition at ${at}`,
  selector: (_: string, at: string) => `the selector at ${at}`,
  shortCircuit: (op: string, at: string) => `the left side of '${op}' at ${at}`,
  name: (name: string) => `'${name}'`,
  builtinInput: (name: string) => `the built-in value '${name}'`,
  userInput: (name: string) => `the shader input '${name}'`,
  private: (name: string) => `'${name}', private to each invocation`,
  workgroup: (name: string) => `'${name}' in workgroup memory`,
  storage: (name: string) => `'${name}' in writable storage`,
  result: (name: string, at: string) => `the result of '${name}' at ${at}`,
  written: (name: string, at: string) => `what '${name}' writes at ${at}`,
} satisfies Readonly<Record<string, (name: string, at: string) => string>>;

/** Kinds that name where an input comes from: the name of the parameter before them says nothing more. */
const INPUTS: readonly string[] = ['builtinInput', 'userInput'];

export function placeOf(source: string, { offset }: Span): string {
  const { lineNum, linePos } = position(source, offset);
  return `${lineNum}:${linePos}`;
}

const MOST_LINKS = 6;

/** The phrases of a chain of notes, without repetitions; the middle of a long one is left out. */
export function phrases(source: string, notes: readonly Note[]): string[] {
  const links: string[] = [];
  for (const [i, { kind, name, span }] of notes.entries()) {
    if (kind === 'name' && INPUTS.includes(notes[i + 1]?.kind ?? '')) continue;
    const link = PHRASES[kind](name, placeOf(source, span));
    if (link !== links.at(-1)) links.push(link);
  }
  return links.length <= MOST_LINKS ? links : [...links.slice(0, 3), '…', ...links.slice(-2)];
}

/** `a depends on b, which depends on c`. */
export function dependence(source: string, notes: readonly Note[]): string {
  const [first = 'it', ...rest] = phrases(source, notes);
  return rest.length === 0 ? first : `${first} depends on ${rest.join(', which depends on ')}`;
}
