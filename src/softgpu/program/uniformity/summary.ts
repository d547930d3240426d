/** What callers need to know about a function: its tags, in the words of the specification. */

import type { Span } from '../../wgsl/ast.ts';
import type { Diagnostic } from '../../wgsl/diagnostics.ts';
import type { Rule } from './builtinRules.ts';
import { CF_START, MAY_BE_NON_UNIFORM, MAY_VARY_BETWEEN_SUBGROUPS, type Node, type Reachability } from './graph.ts';

/** What a call of a built-in function asks for, wherever control comes from. */
export interface Demand {
  readonly rule: Rule;
  readonly severity: Diagnostic['severity'];
  readonly builtin: string;
  /** Null: uniform control flow; otherwise the argument that must be uniform. */
  readonly argument: number | null;
  readonly span: Span;
}

/** A demand as it arises in one function: `target` must hold. */
export interface Requirement {
  readonly demand: Demand;
  readonly target: Node;
  /** The call that leads to the built-in function, and the parameter that takes the demand on; null in its own function. */
  readonly through: { readonly callee: string; readonly parameter: string | null; readonly span: Span } | null;
  /** For a value: the requirement that the same call has on control flow. */
  readonly control: Requirement | null;
}

/** The value of a parameter, or what is in the memory that it points at. */
export interface Input {
  readonly parameter: number;
  readonly part: 'value' | 'contents';
}

/** What must be uniform for a result to be. */
export interface Influence {
  /** What makes it vary whatever it depends on. */
  readonly varies: Node | null;
  readonly inputs: readonly Input[];
}

export interface Summary {
  /** `input` of null: on the control flow of the call. */
  readonly demands: readonly { readonly demand: Demand; readonly input: Input | null }[];
  readonly result: Influence;
  /** What the function leaves in the memory that a parameter points at; undefined for other parameters. */
  readonly outputs: readonly (Influence | undefined)[];
}

export interface InputNode {
  readonly input: Input;
  readonly node: Node;
}

/** The demands that the function passes on to its callers; one of each rule and severity for each thing that must be uniform. */
export function demandsOn(
  requirements: readonly Requirement[],
  inputs: readonly InputNode[],
  reachability: Reachability,
): Summary['demands'] {
  const demands: { demand: Demand; input: Input | null }[] = [];
  const starts = [{ input: null, node: CF_START }, ...inputs];
  const groups = new Map<string, { reached: Uint8Array; left: typeof starts }>();
  for (const { demand, target } of requirements) {
    const key = `${demand.rule} ${demand.severity}`;
    const group = groups.get(key) ?? { reached: reachability.nothing(), left: starts };
    reachability.reach(target, group.reached);
    const isReached = ({ node }: { node: Node }) => group.reached[node] === 1;
    for (const { input } of group.left.filter(isReached)) demands.push({ demand, input });
    groups.set(key, { ...group, left: group.left.filter((start) => !isReached(start)) });
  }
  return demands;
}

export function influence(node: Node, inputs: readonly InputNode[], reachability: Reachability): Influence {
  const reached = reachability.reach(node, reachability.nothing());
  const varies = [MAY_BE_NON_UNIFORM, MAY_VARY_BETWEEN_SUBGROUPS].find((end) => reached[end]) ?? null;
  return { varies, inputs: inputs.filter((start) => reached[start.node]).map(({ input }) => input) };
}
