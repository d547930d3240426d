/** Statements. https://www.w3.org/TR/WGSL/#statements */

import type {
  CallStatement,
  Expression,
  IfStatement,
  ReturnStatement,
  Span,
  Statement as Syntax,
} from '../wgsl/ast.ts';
import { checkAssertion } from './assertion.ts';
import { assign, compoundAssign, increment } from './assignment.ts';
import { type Behavior, BREAK, CONTINUE, NEXT, RETURN, sequence } from './behavior.ts';
import { type Body, inside, type Loop } from './body.ts';
import { call, isMustUse } from './calls.ts';
import { convertTo, type Typed, value } from './expression.ts';
import { BOOL } from './intern.ts';
import { localConst, localLet, localVar } from './locals.ts';
import { forStatement, loopStatement, whileStatement } from './loops.ts';
import type { Statement } from './program.ts';
import { reject } from './rejection.ts';
import { switchStatement } from './switch.ts';
import { typeName } from './typeRules.ts';

/** Checks the statements one after the other, in the scope at hand; those that are wrong are reported and left out. */
export function statements(body: Body, nodes: readonly Syntax[]): Behavior {
  let behavior: Behavior = NEXT;
  for (const node of nodes) behavior = sequence(behavior, guarded(body, node));
  return behavior;
}

function guarded(body: Body, node: Syntax): Behavior {
  const { env } = body;
  const scopes = env.scopeCount;
  const behavior = env.module.attempt(() => statement(body, node));
  if (behavior !== null) return behavior;
  env.reset(scopes);
  // As if it had been right, so that one mistake is one message.
  if (node.kind === 'return') return RETURN;
  if ('name' in node) env.declare(node.name.text, { kind: 'broken' });
  return node.kind === 'loop' ? NEXT | RETURN : NEXT;
}

export interface Block {
  readonly body: readonly Statement[];
  readonly behavior: Behavior;
}

/** The statements in a scope of their own. */
export function block(body: Body, nodes: readonly Syntax[], span: Span, loop: Loop | null = body.loop): Block {
  const inner = inside(body, span, loop);
  inner.env.enterScope();
  const behavior = statements(inner, nodes);
  inner.env.leaveScope();
  return { body: inner.out, behavior };
}

/** One statement; what it declares goes to the scope at hand. */
export function statement(body: Body, node: Syntax): Behavior {
  switch (node.kind) {
    case 'compound': {
      const inner = block(body, node.statements, node.span);
      body.out.push({ kind: 'block', body: inner.body, span: node.span });
      return inner.behavior;
    }
    case 'if':
      return ifStatement(body, node);
    case 'switch':
      return switchStatement(body, node);
    case 'loop':
      return loopStatement(body, node);
    case 'for':
      return forStatement(body, node);
    case 'while':
      return whileStatement(body, node);
    case 'break':
      body.out.push({ kind: 'break', span: node.span });
      return BREAK;
    case 'continue':
      return continueStatement(body, node.span);
    case 'return':
      body.out.push({ kind: 'return', value: returned(body, node), span: node.span });
      return RETURN;
    default:
      simple(body, node);
      return NEXT;
  }
}

type Simple = Exclude<
  Syntax,
  { kind: 'compound' | 'if' | 'switch' | 'loop' | 'for' | 'while' | 'break' | 'continue' | 'return' }
>;

/** Statements that control passes through. */
function simple(body: Body, node: Simple): void {
  switch (node.kind) {
    case 'var':
      localVar(body, node);
      break;
    case 'let':
      localLet(body, node);
      break;
    case 'const':
      localConst(body, node);
      break;
    case 'constAssert':
      checkAssertion(body.env, node);
      break;
    case 'assignment':
      assign(body, node);
      break;
    case 'compoundAssignment':
      compoundAssign(body, node);
      break;
    case 'increment':
    case 'decrement':
      increment(body, node);
      break;
    case 'callStatement':
      callStatement(body, node);
      break;
    case 'discard':
      body.record.restrictions.push({ what: "'discard'", stages: ['fragment'], span: node.span });
  }
}

/** The value of a condition. */
export function condition({ env }: Body, node: Expression): Typed {
  const checked = value(env, node);
  if (checked.type !== BOOL) reject(node.span, `a condition must be a bool, not '${typeName(checked.type)}'`);
  return checked;
}

function ifStatement(body: Body, node: IfStatement): Behavior {
  const test = condition(body, node.condition);
  const then = block(body, node.body.statements, node.body.span);
  const otherwise = elseBlock(body, node.otherwise);
  body.out.push({ kind: 'if', condition: test, then: then.body, otherwise: otherwise.body, span: node.span });
  return then.behavior | otherwise.behavior;
}

function elseBlock(body: Body, node: IfStatement['otherwise']): Block {
  if (node === null) return { body: [], behavior: NEXT };
  return node.kind === 'if' ? block(body, [node], node.span) : block(body, node.statements, node.span);
}

/** Where `break`, `continue` and `return` may stand, the parser has seen to. */
function continueStatement({ loop, env, out }: Body, span: Span): Behavior {
  if (loop !== null) loop.declaredAtContinue ??= env.declaredCount(loop.scope);
  out.push({ kind: 'continue', span });
  return CONTINUE;
}

function returned({ env, record }: Body, { value: node, span }: ReturnStatement): Typed | null {
  const { name, result } = record;
  if (node === null) {
    if (result !== null) reject(span, `'${name}' must return a value of type '${typeName(result)}'`);
    return null;
  }
  const given = value(env, node);
  if (result === null)
    reject(node.span, `'${name}' returns nothing, so it cannot return a value of type '${typeName(given.type)}'`);
  return convertTo(
    env,
    given,
    result,
    node.span,
    () => `cannot return '${typeName(given.type)}' from '${name}', which returns '${typeName(result)}'`,
  );
}

function callStatement(body: Body, { call: node, span }: CallStatement): void {
  const called = call(body.env, node);
  if (isMustUse(body.env, called))
    reject(span, `the value of '${node.callee.name.text}' must be used: assign it to '_' to drop it`);
  body.out.push({ kind: 'evaluate', value: called, span });
}
