/** Branches, scopes and loops, with what is known of variables kept in step. */

import type { Loop, Op, Register, Scope } from '../ir.ts';
import type { Context } from './context.ts';
import type { BranchEnd } from './known.ts';

export function branch(c: Context, condition: Op, then: () => void, otherwise: () => void): void {
  if (condition.code === 'const') {
    c.b.if(condition, then, otherwise);
    return;
  }
  const ends: BranchEnd[] = [];
  c.b.if(
    condition,
    () => arm(c, then, ends),
    () => arm(c, otherwise, ends),
  );
  c.known.join(ends);
}

/** One of several branches; `join` goes on behind them. */
export function arm(c: Context, body: () => void, ends: BranchEnd[]): void {
  c.known.enter();
  body();
  ends.push(c.known.leave(c.b.reachable));
}

export function scope(c: Context, body: (scope: Scope) => void): void {
  c.known.enter();
  let opened: Scope | null = null;
  c.b.scope((inner) => {
    opened = inner;
    body(inner);
  });
  if (opened !== null && c.b.isLeft(opened)) c.known.forgetAll(c.known.leave(true).touched);
  else c.known.merge();
}

/** `written`: the registers that some round may change. */
export function loop(c: Context, written: Iterable<Register>, body: (loop: Loop) => void): void {
  c.known.forgetAll(written);
  c.known.enter();
  c.b.loop(body);
  c.known.forgetAll(c.known.leave(true).touched);
}
