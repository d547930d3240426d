/** A function's body while it is checked: where in it we are. */

import type { Span } from '../wgsl/ast.ts';
import type { Environment } from './context.ts';
import type { FunctionRecord } from './functionRecord.ts';
import type { Meaning } from './meaning.ts';
import type { Statement } from './program.ts';
import { reject } from './rejection.ts';

/** A statement that `break` or `continue` may refer to, or that forbids them. */
export interface Enclosing {
  readonly kind: 'loop' | 'switch' | 'continuing';
  readonly outer: Enclosing | null;
  /** For a loop: what its body had declared at the first `continue`; null before one. */
  declaredAtContinue: number | null;
  /** For a loop: the scope of its body. */
  readonly scope: number;
}

export interface Body {
  readonly env: Environment;
  readonly record: FunctionRecord;
  readonly out: Statement[];
  readonly enclosing: Enclosing | null;
  /** Nesting of statements. */
  readonly depth: number;
}

/** https://www.w3.org/TR/WGSL/#limits */
const MAX_NESTING = 127;

/** The body inside a statement: its statements go to a list of their own. */
export function inside(body: Body, span: Span, enclosing: Enclosing | null = body.enclosing): Body {
  if (body.depth >= MAX_NESTING) reject(span, `statements can be nested at most ${MAX_NESTING} levels deep`);
  return { env: body.env, record: body.record, out: [], enclosing, depth: body.depth + 1 };
}

export function enclose(body: Body, kind: Enclosing['kind']): Enclosing {
  return { kind, outer: body.enclosing, declaredAtContinue: null, scope: body.env.scopeCount };
}

/** What a loop's body declares below its first `continue`: unset when `continuing` is reached from there. */
export function skippedByContinue({ env }: Body, loop: Enclosing): ReadonlySet<Meaning> | null {
  return loop.declaredAtContinue === null ? null : env.declaredSince(loop.scope, loop.declaredAtContinue);
}
