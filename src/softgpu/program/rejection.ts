import type { Span } from '../wgsl/ast.ts';

/**
 * Thrown inside the checker to leave a declaration or a statement that is wrong;
 * the checker reports it and goes on with the next one. With a null message the
 * reason has been reported already, where a name was declared.
 */
export class Rejection {
  constructor(
    readonly span: Span,
    readonly message: string | null,
  ) {}
}

export function reject(span: Span, message: string): never {
  throw new Rejection(span, message);
}

/** For what cannot be judged because what it names did not check. */
export function rejectSilently(span: Span): never {
  throw new Rejection(span, null);
}
