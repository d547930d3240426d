/** https://www.w3.org/TR/WGSL/#uniformity-statements */

import { type Behavior, BREAK, CONTINUE, loopBehavior, NEXT, RETURN, sequence, switchBehavior } from '../behavior.ts';
import type { Root } from '../functionRecord.ts';
import type { Expression, Statement } from '../program.ts';
import { contents, place, pointer, store, value } from './expressions.ts';
import { type Node, VALUE_RETURN } from './graph.ts';
import type { Note } from './note.ts';
import { Join, meet } from './values.ts';
import type { Walk } from './walk.ts';

/** How control leaves a statement, and whether it does so uniformly. */
interface Exit {
  readonly behavior: Behavior;
  readonly cf: Node;
}

/** Statements one after the other; what is out of reach counts for nothing. */
export function statements(walk: Walk, body: readonly Statement[], cf: Node): Exit {
  let exit: Exit = { behavior: NEXT, cf };
  for (const node of body) {
    const next = statement(walk, node, exit.cf);
    exit = { behavior: sequence(exit.behavior, next.behavior), cf: next.cf };
    if (!(exit.behavior & NEXT)) break;
  }
  return exit;
}

function statement(walk: Walk, node: Statement, cf: Node): Exit {
  switch (node.kind) {
    case 'block':
      return statements(walk, node.body, cf);
    case 'if':
      return ifStatement(walk, node, cf);
    case 'loop':
      return loop(walk, node, cf);
    case 'switch':
      return switchStatement(walk, node, cf);
    case 'break':
      walk.breaks.at(-1)?.add(walk.values);
      return { behavior: BREAK, cf };
    case 'continue':
      walk.continues.at(-1)?.add(walk.values);
      return { behavior: CONTINUE, cf };
    case 'return':
      if (node.value !== null) walk.graph.edge(VALUE_RETURN, value(walk, node.value, cf));
      walk.leave();
      return { behavior: RETURN, cf };
    default:
      simple(walk, node, cf);
      return { behavior: NEXT, cf };
  }
}

type Simple = Statement & { readonly kind: 'variable' | 'let' | 'assign' | 'compound' | 'evaluate' };

function simple(walk: Walk, node: Simple, cf: Node): void {
  switch (node.kind) {
    case 'variable': {
      const { initial } = node.variable;
      walk.values.set(node.variable, initial === null ? cf : value(walk, initial, cf));
      break;
    }
    case 'let':
      if (node.binding.type.kind === 'pointer') walk.pointers.set(node.binding, pointer(walk, node.value, cf));
      else walk.bindings.set(node.binding, value(walk, node.value, cf));
      break;
    case 'assign': {
      const view = place(walk, node.place, cf);
      store(walk, view, value(walk, node.value, cf), cf);
      break;
    }
    case 'compound': {
      const view = place(walk, node.place, cf);
      const before = contents(walk, view, node.place, cf);
      store(walk, view, walk.graph.all(cf, [before, value(walk, node.value, cf)]), cf);
      break;
    }
    case 'evaluate':
      value(walk, node.value, cf);
  }
}

/** Control flow behind a condition. */
function divided(walk: Walk, condition: Expression, cf: Node, kind: Note['kind'] = 'condition'): Node {
  return walk.graph.node({ kind, name: '', span: condition.span }, value(walk, condition, cf));
}

function ifStatement(walk: Walk, node: Statement & { kind: 'if' }, cf: Node): Exit {
  const { graph, values } = walk;
  const inside = divided(walk, node.condition, cf);
  const { mark } = values;
  const then = statements(walk, node.then, inside);
  const thenValues = values.rewind(mark);
  const otherwise = statements(walk, node.otherwise, inside);
  const otherwiseValues = values.rewind(mark);
  meet(graph, values, then.behavior & NEXT ? thenValues : null, otherwise.behavior & NEXT ? otherwiseValues : null);
  return joined(walk, then.behavior | otherwise.behavior, [then, otherwise], cf);
}

/** Control flow that all of leaves in one way is uniform again; otherwise it is what its parts are. */
function joined({ graph }: Walk, behavior: Behavior, parts: readonly Exit[], cf: Node): Exit {
  if (behavior === NEXT) return { behavior, cf };
  const cfs = parts.map((part) => part.cf);
  return { behavior, cf: graph.all(cf, cfs) };
}

function switchStatement(walk: Walk, node: Statement & { kind: 'switch' }, cf: Node): Exit {
  const { values } = walk;
  const inside = divided(walk, node.selector, cf, 'selector');
  const after = new Join(walk.graph, writtenBy(walk, node));
  walk.breaks.push(after);
  const { mark } = values;
  const exits: Exit[] = [];
  for (const { body } of node.cases) {
    const exit = statements(walk, body, inside);
    if (exit.behavior & NEXT) after.add(values);
    values.rewind(mark);
    exits.push(exit);
  }
  walk.breaks.pop();
  after.apply(values);
  const behavior = switchBehavior(exits.reduce((all, exit) => all | exit.behavior, 0));
  return joined(walk, behavior, exits, cf);
}

function loop(walk: Walk, node: Statement & { kind: 'loop' }, cf: Node): Exit {
  const { graph, values } = walk;
  const written = writtenBy(walk, node);
  const [round, after, continuing] = [new Join(graph, written), new Join(graph, written), new Join(graph, written)];
  round.add(values);
  round.apply(values);
  walk.breaks.push(after);
  walk.continues.push(continuing);
  const start = graph.node(null, cf);
  const body = loopBody(walk, node, start, after);
  const goesOn = (body.behavior & (NEXT | CONTINUE)) !== 0;
  let { behavior } = body;
  let end = body.cf;
  if (goesOn) {
    if (body.behavior & NEXT) continuing.add(values);
    continuing.apply(values);
    const last = statements(walk, node.continuing, body.cf);
    end = node.breakIf === null ? last.cf : divided(walk, node.breakIf, last.cf);
    if (node.breakIf !== null) after.add(values);
    graph.edge(start, end);
    round.add(values);
  }
  if (node.breakIf !== null) behavior |= BREAK;
  walk.breaks.pop();
  walk.continues.pop();
  after.apply(values);
  // Without a return inside, whoever left the loop early meets the others behind it.
  const mayReturn = (body.behavior & RETURN) !== 0;
  return { behavior: loopBehavior(behavior), cf: mayReturn ? (goesOn ? start : end) : cf };
}

/** The condition of `for` and `while` is an `if` with a `break` at the start of the body. */
function loopBody(walk: Walk, { condition, body }: Statement & { kind: 'loop' }, start: Node, after: Join): Exit {
  if (condition === null) return statements(walk, body, start);
  const inside = divided(walk, condition, start);
  after.add(walk.values);
  const exit = statements(walk, body, inside);
  return { behavior: exit.behavior | BREAK, cf: exit.cf };
}

function writtenBy(walk: Walk, node: Statement): ReadonlySet<Root> {
  return walk.written.get(node) ?? NONE;
}

const NONE: ReadonlySet<Root> = new Set();
