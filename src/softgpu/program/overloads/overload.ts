/** What resolving a call of a built-in function gives. */

import { typeName } from '../typeRules.ts';
import type { Type } from '../wgslType.ts';

/** The shader stages that may call a function. */
export type Stages = 'any' | 'fragment' | 'compute' | 'compute-or-fragment';

export interface BuiltinOverload {
  readonly name: string;
  /** The types the arguments convert to. Abstract ones only in const-expressions. */
  readonly parameters: readonly Type[];
  /** Null: the call is a statement. */
  readonly result: Type | null;
  readonly constEvaluable: boolean;
  readonly mustUse: boolean;
  readonly stages: Stages;
  /** The extension that must be enabled. */
  readonly requires: 'subgroups' | null;
  /** Positions of arguments that must be const-expressions. */
  readonly constArguments: readonly number[];
}

/** `failure` is a whole message. */
export interface Failure {
  readonly failure: string;
}

export function noOverload(name: string, args: readonly Type[], candidates: readonly string[]): string {
  const given = args.length === 0 ? 'without arguments' : `with (${args.map(typeName).join(', ')})`;
  const lines = candidates.map((candidate) => `\n  ${candidate}`).join('');
  return `no overload of ${name} can be called ${given}; ${candidates.length === 1 ? 'it is' : 'there are'}:${lines}`;
}
