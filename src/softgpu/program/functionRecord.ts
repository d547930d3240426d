/** What the checker gathers about a function beside its body: who it calls, what it touches, where it may run. */

import type { FunctionDeclaration, Span } from '../wgsl/ast.ts';
import type { Binding, Function as CheckedFunction, Override, Statement, Variable } from './program.ts';
import type { Type } from './wgslType.ts';

/** A pointer's originating variable: a module-scope variable, or the pointer parameter it came in by. */
export type Root = Variable | Binding;

export type Stage = 'compute' | 'vertex' | 'fragment';

export const STAGES: readonly Stage[] = ['compute', 'vertex', 'fragment'];

/** Null for a function that is no entry point. */
export function stageOf({ attributes }: FunctionDeclaration): Stage | null {
  return STAGES.find((stage) => attributes.some(({ name }) => name.text === stage)) ?? null;
}

/** Something that only some stages allow: `discard`, a barrier, a derivative. */
export interface StageRestriction {
  readonly what: string;
  readonly stages: readonly Stage[];
  readonly span: Span;
}

export interface CallSite {
  readonly callee: FunctionRecord;
  /** For each argument: the root of a pointer, or null. */
  readonly roots: readonly (Root | null)[];
  readonly spans: readonly Span[];
  readonly span: Span;
}

export interface FunctionRecord {
  readonly declaration: FunctionDeclaration;
  readonly name: string;
  readonly function: MutableFunction;
  readonly result: Type | null;
  readonly mustUse: boolean;
  readonly calls: CallSite[];
  /** Module-scope variables named in it. */
  readonly variables: Set<Variable>;
  readonly overrides: Set<Override>;
  readonly reads: Set<Root>;
  readonly writes: Set<Root>;
  readonly restrictions: StageRestriction[];
}

/** The function that calls refer to before its body is checked. */
export interface MutableFunction extends CheckedFunction {
  parameters: readonly Binding[];
  body: readonly Statement[];
}
