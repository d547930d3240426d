/**
 * Uniformity analysis: collective operations are called where all invocations call them.
 * https://www.w3.org/TR/WGSL/#uniformity
 */

import type { Directive } from '../../wgsl/ast.ts';
import { findAttribute } from '../attributes.ts';
import { NEXT } from '../behavior.ts';
import type { Context } from '../context.ts';
import { type FunctionRecord, stageOf } from '../functionRecord.ts';
import type { Function as CheckedFunction } from '../program.ts';
import { varyingInput } from './builtinRules.ts';
import { Filters } from './filters.ts';
import { CF_START, MAY_BE_NON_UNIFORM, Reachability, VALUE_RETURN } from './graph.ts';
import type { Note } from './note.ts';
import { report } from './report.ts';
import { statements } from './statements.ts';
import { demandsOn, influence, type Summary } from './summary.ts';
import { Walk } from './walk.ts';

/** Reports collective operations in `records`, callees first, that may be called in non-uniform control flow. */
export function checkUniformity(
  context: Context,
  records: readonly FunctionRecord[],
  directives: readonly Directive[],
): void {
  // The values of overrides are uniform whatever they are: a module checked without them needs no second look.
  if (context.values !== null) return;
  const concerned = concernedOf(records);
  if (concerned.size === 0 || context.diagnostics.some(({ severity }) => severity === 'error')) return;
  const summaries = new Map<CheckedFunction, Summary>();
  for (const record of records) {
    if (!concerned.has(record)) continue;
    const summary = analyze(context, record, new Filters(directives, record.declaration), summaries);
    summaries.set(record.function, summary);
  }
}

/** The functions that lead to a built-in for some stages only, as all collective ones are, and those these call. */
function concernedOf(records: readonly FunctionRecord[]): Set<FunctionRecord> {
  const concerned = new Set<FunctionRecord>();
  for (const record of records) {
    const leads = record.restrictions.length > 0 || record.calls.some(({ callee }) => concerned.has(callee));
    if (leads) concerned.add(record);
  }
  // A set visits what is added while it is walked.
  for (const record of concerned) for (const { callee } of record.calls) concerned.add(callee);
  return concerned;
}

function analyze(
  context: Context,
  record: FunctionRecord,
  filters: Filters,
  summaries: ReadonlyMap<CheckedFunction, Summary>,
): Summary {
  const walk = new Walk(record.function, filters, summaries);
  const isEntryPoint = stageOf(record.declaration) !== null;
  if (isEntryPoint) declareInputs(context, record, walk);
  else walk.declareParameters();
  const { behavior } = statements(walk, record.function.body, CF_START);
  if (behavior & NEXT) walk.leave();
  const reachability = new Reachability(walk.graph);
  const kept = report(context, walk, reachability);
  if (isEntryPoint) return NO_SUMMARY;
  const { inputs, outputs } = walk;
  return {
    demands: demandsOn(kept, inputs, reachability),
    result: influence(VALUE_RETURN, inputs, reachability),
    outputs: record.function.parameters.map((parameter) => {
      const output = outputs.get(parameter);
      return output === undefined ? undefined : influence(output, inputs, reachability);
    }),
  };
}

const NO_SUMMARY: Summary = { demands: [], result: { varies: null, inputs: [] }, outputs: [] };

/** The parameters of an entry point: a structure is as uniform as the least uniform of its members. */
function declareInputs(
  context: Context,
  { declaration, function: callable }: FunctionRecord,
  { graph, bindings }: Walk,
) {
  const isCompute = stageOf(declaration) === 'compute';
  for (const [i, binding] of callable.parameters.entries()) {
    const { attributes, span } = declaration.parameters[i]!;
    const members = binding.type.kind === 'struct' ? context.interfaces.get(binding.type) : undefined;
    const node = graph.node(null, CF_START);
    for (const of of members ?? [attributes]) {
      const argument = findAttribute(of, 'builtin')?.args[0];
      const name = argument?.kind === 'identifier' ? argument.name.text : null;
      const varies = isCompute && name !== null ? varyingInput(name) : MAY_BE_NON_UNIFORM;
      if (varies === null) continue;
      const note: Note =
        name === null ? { kind: 'userInput', name: binding.name, span } : { kind: 'builtinInput', name, span };
      graph.edge(node, graph.node(note, varies));
    }
    bindings.set(binding, node);
  }
}
