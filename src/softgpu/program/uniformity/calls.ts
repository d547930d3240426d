/** https://www.w3.org/TR/WGSL/#uniformity-function-calls */

import type { Expression } from '../program.ts';
import { type BuiltinRule, builtinRule, type Rule } from './builtinRules.ts';
import { contents, pointer, store, value } from './expressions.ts';
import type { Node } from './graph.ts';
import type { Influence, Input, Requirement, Summary } from './summary.ts';
import type { View, Walk } from './walk.ts';

type Call = Expression & { readonly kind: 'builtin' | 'call' };

/** The node of the call's result. */
export function call(walk: Walk, node: Call, cf: Node): Node {
  return node.kind === 'builtin' ? builtinCall(walk, node, cf) : userCall(walk, node, cf);
}

function builtinCall(walk: Walk, node: Call & { kind: 'builtin' }, cf: Node): Node {
  const { name, args, span } = node;
  const rule = builtinRule(name, args);
  const given = args.map((arg) => value(walk, arg, cf));
  require(walk, node, rule, given, cf);
  if (rule.result === null) return walk.graph.all(cf, given);
  return walk.graph.node({ kind: 'result', name, span }, cf, rule.result, ...given);
}

function require(
  { requirements, filters }: Walk,
  { name, args, span }: Call & { kind: 'builtin' },
  { rule, uniformArgument }: BuiltinRule,
  given: readonly Node[],
  cf: Node,
): void {
  if (rule === null) return;
  const severity = rule === 'barrier' ? 'error' : filters.severity(rule, span.offset);
  if (severity === 'off') return;
  const demand = { rule, severity, builtin: name };
  const control = { demand: { ...demand, argument: null, span }, target: cf, through: null, control: null };
  requirements.push(control);
  if (uniformArgument === null) return;
  const at = { argument: uniformArgument, span: args[uniformArgument]!.span };
  requirements.push({ demand: { ...demand, ...at }, target: given[uniformArgument]!, through: null, control });
}

/** An argument: its value, and the memory it shows if it is a pointer into the function address space. */
interface Argument {
  readonly value: Node;
  readonly view: View | null;
  readonly contents: Node;
}

function userCall(walk: Walk, node: Call & { kind: 'call' }, cf: Node): Node {
  const { graph, summaries } = walk;
  const { callee, span } = node;
  const args = evaluated(walk, node, cf);
  const summary = summaries.get(callee);
  const result = graph.node({ kind: 'result', name: callee.name, span }, cf);
  if (summary === undefined) return result;
  demand(walk, node, summary, args, cf);
  influenced(walk, result, summary.result, args);
  for (const [i, output] of summary.outputs.entries()) {
    const view = args[i]?.view;
    if (output === undefined || !view) continue;
    const written = graph.node({ kind: 'written', name: callee.name, span }, cf);
    influenced(walk, written, output, args);
    store(walk, view, written, cf);
  }
  return result;
}

function evaluated(walk: Walk, { args }: Call, cf: Node): Argument[] {
  const given = args.map((arg) => {
    const view = arg.type?.kind === 'pointer' ? pointer(walk, arg, cf) : null;
    return { arg, view, value: view?.address ?? value(walk, arg, cf) };
  });
  return given.map(({ arg, view, value }) => {
    const isLocal = view !== null && walk.values.get(view.root) !== undefined;
    return { value, view: isLocal ? view : null, contents: isLocal ? contents(walk, view, arg, cf) : value };
  });
}

function demand(
  { requirements }: Walk,
  { callee, span }: Call & { kind: 'call' },
  { demands }: Summary,
  args: readonly Argument[],
  cf: Node,
): void {
  const onControl = new Map<Rule, Requirement>();
  for (const { demand, input } of demands) {
    const parameter = input === null ? null : (callee.parameters[input.parameter]?.name ?? null);
    const target = input === null ? cf : given(args, input);
    const through = { callee: callee.name, parameter, span };
    const control = input === null ? null : (onControl.get(demand.rule) ?? null);
    const requirement = { demand, target, through, control };
    requirements.push(requirement);
    if (input === null) onControl.set(demand.rule, requirement);
  }
}

function influenced({ graph }: Walk, node: Node, { varies, inputs }: Influence, args: readonly Argument[]): void {
  if (varies !== null) graph.edge(node, varies);
  for (const input of inputs) graph.edge(node, given(args, input));
}

function given(args: readonly Argument[], { parameter, part }: Input): Node {
  return args[parameter]![part];
}
