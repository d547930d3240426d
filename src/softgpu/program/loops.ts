/** `loop`, `for` and `while`, all one kind of statement in the program. https://www.w3.org/TR/WGSL/#loop-statement */

import type { ContinuingStatement, ForStatement, LoopStatement, Span, WhileStatement } from '../wgsl/ast.ts';
import { type Behavior, BREAK, loopBehavior, NEXT, sequence } from './behavior.ts';
import { type Body, inside, newLoop, skippedByContinue } from './body.ts';
import type { Typed } from './expression.ts';
import type { Statement } from './program.ts';
import { reject } from './rejection.ts';
import { block, condition, statement, statements } from './statements.ts';

interface Continuing {
  readonly body: readonly Statement[];
  readonly breakIf: Typed | null;
  readonly behavior: Behavior;
}

export function loopStatement(body: Body, node: LoopStatement): Behavior {
  const { env } = body;
  const loop = newLoop(body);
  const inner = inside(body, node.span, loop);
  env.enterScope();
  const around = statements(inner, node.statements);
  const { skipped } = env;
  env.skipped = skippedByContinue(inner, loop) ?? skipped;
  // The continuing block sees what the body declares.
  const after = node.continuing === null ? NOTHING : continuing(inner, node.continuing);
  env.skipped = skipped;
  env.leaveScope();
  body.out.push({
    kind: 'loop',
    condition: null,
    body: inner.out,
    continuing: after.body,
    breakIf: after.breakIf,
    span: node.span,
  });
  return exits(loopBehavior(around | after.behavior), node.span, 'loop');
}

const NOTHING: Continuing = { body: [], breakIf: null, behavior: NEXT };

function continuing(body: Body, node: ContinuingStatement): Continuing {
  const { env } = body;
  const inner = inside(body, node.span);
  env.enterScope();
  const behavior = statements(inner, node.statements);
  const breakIf = node.breakIf === null ? null : condition(inner, node.breakIf.condition);
  env.leaveScope();
  return { body: inner.out, breakIf, behavior: breakIf === null ? behavior : sequence(behavior, NEXT | BREAK) };
}

export function whileStatement(body: Body, node: WhileStatement): Behavior {
  const test = condition(body, node.condition);
  const round = block(body, node.body.statements, node.body.span, newLoop(body));
  body.out.push({ kind: 'loop', condition: test, body: round.body, continuing: [], breakIf: null, span: node.span });
  return loopBehavior(round.behavior | BREAK);
}

/** Stands in a block of its own, whose scope holds what the initializer declares. */
export function forStatement(body: Body, node: ForStatement): Behavior {
  const { env } = body;
  const outer = inside(body, node.span);
  env.enterScope();
  if (node.initializer !== null) statement(outer, node.initializer);
  const test = node.condition === null ? null : condition(outer, node.condition);
  const after = inside(outer, node.span);
  if (node.update !== null) statement(after, node.update);
  const round = block(outer, node.body.statements, node.body.span, newLoop(outer));
  env.leaveScope();
  outer.out.push({
    kind: 'loop',
    condition: test,
    body: round.body,
    continuing: after.out,
    breakIf: null,
    span: node.span,
  });
  body.out.push({ kind: 'block', body: outer.out, span: node.span });
  return exits(loopBehavior(test === null ? round.behavior : round.behavior | BREAK), node.span, 'for');
}

function exits(behavior: Behavior, { offset }: Span, keyword: string): Behavior {
  if (behavior === 0)
    reject({ offset, length: keyword.length }, 'this loop never exits: nothing in it breaks or returns');
  return behavior;
}
