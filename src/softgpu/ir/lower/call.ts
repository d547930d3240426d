/** Calls of user functions: inlined. */

import type { Expression, Function as ProgramFunction, Statement } from '../../program/program.ts';
import type { Span } from '../../wgsl/ast.ts';
import { type Context, type Frame, LoweringError } from './context.ts';
import { scope } from './control.ts';
import { place, value } from './expression.ts';
import { newLocal } from './local.ts';
import { load, store, wholeOf } from './place.ts';
import { statements } from './statement.ts';
import type { Value } from './value.ts';

// WGSL allows chains of 255 calls; each is a level of this program's own stack.
const DEEPEST = 256;

/** The result, or null of a function without one. */
export function callFunction(
  c: Context,
  callee: ProgramFunction,
  args: readonly Expression[],
  span: Span,
): Value | null {
  if (c.frames.length >= DEEPEST) throw new LoweringError(`${callee.name}: calls nest deeper than ${DEEPEST}`, span);
  // All arguments before any parameter: an argument may be a call of the same function.
  const bind = callee.parameters.map((parameter, i) => {
    const arg = args[i]!;
    if (parameter.type.kind === 'pointer') {
      const pointed = place(c, arg);
      return () => c.places.set(parameter, pointed);
    }
    const given = value(c, arg);
    return () => c.values.set(parameter, given);
  });
  for (const each of bind) each();
  return inline(c, callee);
}

/** Runs the body with its parameters bound. */
export function inline(c: Context, callee: ProgramFunction): Value | null {
  const outerTargets = c.targets.splice(0);
  const several = countReturns(callee.body) > 1 || !endsInReturn(callee.body);
  const result = callee.result !== null && several ? newLocal(c, callee.name, callee.result) : null;
  let only: Value | null = null;
  scope(c, (inner) => {
    const frame: Frame = { callee, scope: inner, result, value: null };
    c.frames.push(frame);
    statements(c, callee.body, 'function');
    c.frames.pop();
    only = frame.value;
  });
  c.targets.push(...outerTargets);
  return result === null ? only : load(c, wholeOf(result));
}

/** `tail`: the function ends here anyhow. */
export function giveResult(c: Context, e: Expression | null, tail: boolean): void {
  const frame = c.frames.at(-1)!;
  const given = e === null ? null : value(c, e);
  if (given !== null && frame.result !== null) store(c, wholeOf(frame.result), given);
  else frame.value = given;
  if (!tail) c.b.exit(frame.scope);
}

function endsInReturn(body: readonly Statement[]): boolean {
  const last = body.at(-1);
  return last?.kind === 'return' || (last?.kind === 'block' && endsInReturn(last.body));
}

function countReturns(body: readonly Statement[]): number {
  let count = 0;
  for (const statement of body) {
    switch (statement.kind) {
      case 'return':
        count++;
        break;
      case 'block':
        count += countReturns(statement.body);
        break;
      case 'if':
        count += countReturns(statement.then) + countReturns(statement.otherwise);
        break;
      case 'loop':
        count += countReturns(statement.body) + countReturns(statement.continuing);
        break;
      case 'switch':
        for (const each of statement.cases) count += countReturns(each.body);
        break;
      default:
    }
  }
  return count;
}
