/** Statements. */

import type { ConstantValue, Expression, Statement, Variable } from '../../program/program.ts';
import { TooManyInstructions } from '../blockBuilder.ts';
import { scalarBits } from '../valueType.ts';
import { giveResult } from './call.ts';
import type { Context } from './context.ts';
import { arm, branch, scope } from './control.ts';
import { isLargeLoad, place, typeOf, value } from './expression.ts';
import type { BranchEnd } from './known.ts';
import { clear, newLocal } from './local.ts';
import { lowerLoop } from './loop.ts';
import { binary } from './operator.ts';
import { copy, load, type Place, store, wholeOf } from './place.ts';
import { opOf } from './value.ts';

/** What comes after the last statement of a list: leaving the function, going on as `break` or `continue` would, or something else. */
export type Tail = 'function' | 'break' | 'continue' | null;

const MOST_STEPS = 2_000_000;

export function statements(c: Context, body: readonly Statement[], tail: Tail): void {
  for (const [i, each] of body.entries()) {
    if (!c.b.reachable) return;
    // Calls of functions that do nothing multiply without an instruction.
    if (++c.steps > MOST_STEPS) throw new TooManyInstructions();
    c.b.span = each.span;
    statement(c, each, i === body.length - 1 ? tail : null);
  }
}

function statement(c: Context, s: Statement, tail: Tail): void {
  switch (s.kind) {
    case 'variable':
      declare(c, s.variable);
      break;
    case 'let':
      if (s.binding.type.kind === 'pointer') c.places.set(s.binding, place(c, s.value));
      else if (c.kept.has(s.binding)) keep(c, s);
      else c.values.set(s.binding, value(c, s.value));
      break;
    case 'assign':
      assign(c, s.place, s.value);
      break;
    case 'compound': {
      const target = place(c, s.place);
      // The right side may call a function that changes the target: the value before that counts.
      const left = load(c, target);
      store(c, target, binary(c, s.op, typeOf(s.place), left, typeOf(s.value), value(c, s.value)));
      break;
    }
    case 'evaluate':
      if (s.value.type?.kind !== 'pointer') value(c, s.value);
      break;
    case 'block':
      statements(c, s.body, tail);
      break;
    case 'if':
      branch(
        c,
        opOf(value(c, s.condition)),
        () => statements(c, s.then, tail),
        () => statements(c, s.otherwise, tail),
      );
      break;
    case 'loop':
      lowerLoop(c, s);
      break;
    case 'switch':
      lowerSwitch(c, s);
      break;
    case 'break':
      if (tail !== 'break') c.b.exit(c.targets.at(-1)!.leave);
      break;
    case 'continue':
      if (tail !== 'continue') c.b.exit(c.targets.findLast(({ next }) => next !== null)!.next!);
      break;
    case 'return':
      giveResult(c, s.value, tail === 'function');
      break;
  }
}

export function declare(c: Context, variable: Variable): void {
  const { initial } = variable;
  const local = newLocal(c, variable.name, variable.type);
  if (initial === null || isZero(initial)) clear(c, local);
  else set(c, wholeOf(local), initial);
  c.locals.set(variable, local);
}

// Large arrays are filled rather than set one by one.
function isZero(e: Expression): boolean {
  return e.kind === 'constant' && isZeroValue(e.value);
}

function isZeroValue(value: ConstantValue): boolean {
  if (typeof value === 'object') return value.every(isZeroValue);
  // A negative zero has a bit set.
  return typeof value === 'boolean' ? !value : Object.is(Number(value), 0);
}

function keep(c: Context, s: Extract<Statement, { kind: 'let' }>): void {
  const given = value(c, s.value);
  const kept = wholeOf(newLocal(c, s.binding.name, s.binding.type));
  store(c, kept, given);
  c.places.set(s.binding, kept);
}

function assign(c: Context, target: Expression, e: Expression): void {
  set(c, place(c, target), e);
}

function set(c: Context, to: Place, e: Expression): void {
  if (isLargeLoad(e)) copy(c, place(c, e.place), to);
  else store(c, to, value(c, e));
}

function lowerSwitch(c: Context, s: Extract<Statement, { kind: 'switch' }>): void {
  const selector = opOf(value(c, s.selector));
  scope(c, (inner) => {
    c.targets.push({ leave: inner, next: null });
    const ends: BranchEnd[] = [];
    const run = (body: readonly Statement[]) => () => arm(c, () => statements(c, body, 'break'), ends);
    const fallback = s.cases.find(({ isDefault }) => isDefault)!;
    const constant = scalarBits(selector);
    if (constant !== null) {
      const taken = s.cases.find(({ selectors }) => selectors.includes(constant)) ?? fallback;
      statements(c, taken.body, 'break');
      c.targets.pop();
      return;
    }
    // Values of the default case need no branch of their own.
    const cases = s.cases.filter((each) => !each.isDefault);
    c.b.switch(
      selector,
      cases.map(({ selectors, body }) => ({ values: selectors, body: run(body) })),
      run(fallback.body),
    );
    c.known.join(ends);
    c.targets.pop();
  });
}
