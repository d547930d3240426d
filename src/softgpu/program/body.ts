/** A function's body while it is checked: where in it we are. */

import type { Span } from '../wgsl/ast.ts';
import type { Environment } from './context.ts';
import type { FunctionRecord } from './functionRecord.ts';
import type { Meaning } from './meaning.ts';
import type { Statement } from './program.ts';
import { reject } from './rejection.ts';

/** The loop that `continue` refers to. */
export interface Loop {
  /** The scope of its body. */
  readonly scope: number;
  /** How many names its body had declared at the first `continue`; null before one. */
  declaredAtContinue: number | null;
}

export interface Body {
  readonly env: Environment;
  readonly record: FunctionRecord;
  readonly out: Statement[];
  readonly loop: Loop | null;
  /** Nesting of statements. */
  readonly depth: number;
}

/** https://www.w3.org/TR/WGSL/#limits */
const MAX_NESTING = 127;

/** The body inside a statement: its statements go to a list of their own. */
export function inside(body: Body, span: Span, loop: Loop | null = body.loop): Body {
  if (body.depth >= MAX_NESTING) reject(span, `statements can be nested at most ${MAX_NESTING} levels deep`);
  return { env: body.env, record: body.record, out: [], loop, depth: body.depth + 1 };
}

/** A loop whose body opens the next scope. */
export function newLoop({ env }: Body): Loop {
  return { scope: env.scopeCount, declaredAtContinue: null };
}

/** What a loop's body declares below its first `continue`: unset when `continuing` is reached from there. */
export function skippedByContinue({ env }: Body, loop: Loop): ReadonlySet<Meaning> | null {
  return loop.declaredAtContinue === null ? null : env.declaredSince(loop.scope, loop.declaredAtContinue);
}
