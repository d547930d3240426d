/** Loops: unrolled where the number of rounds is constant and the result is small. */

import { BOOL } from '../../program/intern.ts';
import type { Binding, Expression, Statement, Variable } from '../../program/program.ts';
import type { Context } from './context.ts';
import { branch, loop, scope } from './control.ts';
import { value } from './expression.ts';
import { bodySize, declaredIn, indexesBy, mentions } from './size.ts';
import { statements } from './statement.ts';
import { type Counter, counterOf, mostRounds } from './trip.ts';
import { opOf } from './value.ts';
import { writtenRegisters } from './written.ts';

type LoopStatement = Extract<Statement, { kind: 'loop' }>;

const MOST_ROUNDS = 64;
// Instructions, roughly. What indexes a variable's array by the counter is worth more: its elements become registers.
const BUDGET = 2_000;
const ARRAY_BUDGET = 8_000;
const MOST_CHECKED = 16;

export function lowerLoop(c: Context, written: LoopStatement): void {
  const s = withCondition(written);
  const counter = counterOf(c, s, MOST_ROUNDS);
  if (counter?.complete && isWorthUnrolling(c, s, counter)) {
    unroll(c, s, counter.rounds.length, false);
    return;
  }
  const bounded = counter === null ? mostRounds(c, s, (e) => opOf(value(c, e))) : null;
  if (bounded !== null && isWorthChecking(c, s, bounded)) unroll(c, s, bounded.rounds, true);
  else repeat(c, s, counter);
}

function isWorthUnrolling(c: Context, s: LoopStatement, { rounds, variable }: Counter): boolean {
  if (rounds.length <= 1) return true;
  // Of all copies, where this loop stands in unrolled ones.
  const size = c.copies * rounds.length * bodySize(s);
  return size <= BUDGET || (size <= ARRAY_BUDGET && indexesBy(s, variable));
}

// A loop of at most so many rounds, to keep an array in registers.
function isWorthChecking(
  c: Context,
  s: LoopStatement,
  { rounds, variable }: { rounds: number; variable: Variable },
): boolean {
  return rounds <= MOST_CHECKED && c.copies * rounds * bodySize(s) <= BUDGET && indexesBy(s, variable);
}

const withConditions = new WeakMap<LoopStatement, LoopStatement>();

/** `loop { if (done) { break; } … }` as a loop with a condition. */
function withCondition(s: LoopStatement): LoopStatement {
  const [first, ...rest] = s.body;
  if (s.condition !== null || first?.kind !== 'if' || first.otherwise.length > 0) return s;
  if (first.then.length !== 1 || first.then[0]!.kind !== 'break') return s;
  let changed = withConditions.get(s);
  if (changed === undefined) {
    const { condition } = first;
    const goesOn: Expression = { kind: 'unary', type: BOOL, span: condition.span, op: '!', operand: condition };
    changed = { ...s, condition: goesOn, body: rest };
    withConditions.set(s, changed);
  }
  return changed;
}

/** `checked`: each round may be the one that does not come. */
function unroll(c: Context, s: LoopStatement, rounds: number, checked: boolean): void {
  const outer = c.copies;
  c.copies *= Math.max(1, rounds);
  scope(c, (leave) => {
    for (let round = 0; round < rounds && c.b.reachable; round++) {
      if (checked) exitIf(c, c.b.not(opOf(value(c, s.condition!))), leave);
      scope(c, (next) => {
        c.targets.push({ leave, next });
        statements(c, s.body, 'continue');
        c.targets.pop();
      });
      statements(c, s.continuing, null);
      if (checked && s.breakIf !== null) exitIf(c, opOf(value(c, s.breakIf)), leave);
    }
  });
  c.copies = outer;
}

function repeat(c: Context, s: LoopStatement, counter: Counter | null): void {
  const kept = keptLets(s);
  for (const binding of kept) c.kept.add(binding);
  loop(c, writtenRegisters(c, s), (node) => {
    if (s.condition !== null) exitIf(c, c.b.not(opOf(value(c, s.condition))), node);
    if (counter !== null) bound(c, counter);
    scope(c, (next) => {
      c.targets.push({ leave: node, next });
      statements(c, s.body, 'continue');
      c.targets.pop();
    });
    if (!c.b.reachable) return;
    statements(c, s.continuing, null);
    if (s.breakIf !== null) exitIf(c, opOf(value(c, s.breakIf)), node);
  });
  for (const binding of kept) c.kept.delete(binding);
}

function exitIf(c: Context, condition: Parameters<typeof branch>[1], node: Parameters<Context['b']['exit']>[0]): void {
  branch(
    c,
    condition,
    () => c.b.exit(node),
    () => {},
  );
}

/** From here to the end of the round the counter is in its range: a reading of its own says so. */
function bound(c: Context, { variable, range }: Counter): void {
  if (range === null) return;
  const { register } = c.locals.get(variable)!.leaves.get(0)!;
  const reading = c.b.get(register);
  c.b.ranges.set(reading, range);
  c.known.learn(register, reading);
}

/** `let`s of the body that `continuing` uses. */
function keptLets(s: LoopStatement): Binding[] {
  const declared = declaredIn(s.body);
  if (declared.length === 0) return [];
  const used = mentions(s.continuing, s.breakIf);
  return declared.filter((binding) => used.has(binding));
}
