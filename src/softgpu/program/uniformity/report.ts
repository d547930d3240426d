/** Uniformity failures, and why they are. */

import type { Context } from '../context.ts';
import { type Graph, MAY_BE_NON_UNIFORM, MAY_VARY_BETWEEN_SUBGROUPS, type Node, type Reachability } from './graph.ts';
import { dependence, type Note, phrases, placeOf } from './note.ts';
import type { Requirement } from './summary.ts';
import type { Walk } from './walk.ts';

/** Reports the requirements that do not hold; returns the others. */
export function report(context: Context, { graph, requirements }: Walk, reachability: Reachability): Requirement[] {
  const kept: Requirement[] = [];
  const failed = new Set<Requirement>();
  const ways = new Map<boolean, Int32Array>();
  for (const requirement of requirements) {
    const { demand, target, control } = requirement;
    const inSubgroup = demand.rule === 'subgroup_uniformity';
    const way = ways.get(inSubgroup) ?? reachability.towards(endsOf(inSubgroup));
    ways.set(inSubgroup, way);
    if (way[target] === -1) {
      kept.push(requirement);
      continue;
    }
    failed.add(requirement);
    // In non-uniform control flow no value is uniform: that is one failure, not two.
    if (control !== null && failed.has(control)) continue;
    const { severity, span } = demand;
    context.diagnostics.push({ severity, message: message(context.source, graph, requirement, way), span });
  }
  return kept;
}

/** What is false at the scope of the operation. */
function endsOf(inSubgroup: boolean): Node[] {
  return inSubgroup ? [MAY_BE_NON_UNIFORM] : [MAY_BE_NON_UNIFORM, MAY_VARY_BETWEEN_SUBGROUPS];
}

function message(source: string, graph: Graph, requirement: Requirement, way: Int32Array): string {
  const { demand, target, through } = requirement;
  const { builtin, argument } = demand;
  const reasons = notesAlong(graph, target, way);
  const chain = dependence(source, reasons);
  const depends = `depends on ${phrases(source, reasons).join(', which depends on ')}`;
  const what =
    argument === null
      ? `'${builtin}' must be called in uniform control flow`
      : `argument ${argument + 1} of '${builtin}' must be uniform`;
  if (through === null) return `${what}, but ${argument === null ? chain : depends}`;
  const { callee, parameter, span } = through;
  const at = placeOf(source, span);
  if (parameter === null) return `${what}; it is reached by the call of '${callee}' at ${at}, but ${chain}`;
  return `${what}; that needs a uniform '${parameter}' in the call of '${callee}' at ${at}, but it ${depends}`;
}

/** The notes on the way from a node to what makes it vary. */
function notesAlong(graph: Graph, from: Node, way: Int32Array): Note[] {
  const notes: Note[] = [];
  for (let at = from, next = way[at]!; ; at = next, next = way[at]!) {
    const note = graph.noteOf(at);
    if (note !== null) notes.push(note);
    if (next === at) return notes;
  }
}
