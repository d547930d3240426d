import type { Tensor } from '../tensor.ts';

/** Tensors made while a scope is open; it disposes what does not leave with the result. */
interface Scope {
  readonly made: Tensor[];
}

const scopes: Scope[] = [];
/** Frees what was lost without `dispose()`, and says where it was made. The net, not the policy. */
const lost =
  typeof FinalizationRegistry === 'undefined' ? undefined : /* @__PURE__ */ new FinalizationRegistry(reportLost);
let leakReporter: ((where: string) => void) | undefined;

type NotAsync<T> =
  T extends PromiseLike<unknown> ? 'tidy() is synchronous: return the tensor, then await tensor.data() outside' : T;

/**
 * Runs `fn` and disposes every tensor made meanwhile, except those in its result
 * (a tensor, or plain arrays and objects of them), which move to the enclosing
 * scope or to the caller. Throws TypeError when `fn` is async: its scope would
 * have closed before it ends.
 */
export function tidy<T>(fn: () => T & NotAsync<T>): T {
  const scope: Scope = { made: [] };
  const before = owning;
  owning = false;
  scopes.push(scope);
  try {
    const result = fn();
    if (isPromise(result)) {
      result.then(
        () => {},
        () => {}, // the TypeError below says what is wrong
      );
      throw new TypeError('tidy() is synchronous: return the tensor, then `await tensor.data()` outside');
    }
    releaseTo(result);
    return result;
  } finally {
    scopes.pop();
    owning = before;
    for (const tensor of scope.made) if (tensor.scope === scope) tensor.dispose();
  }
}

/** Takes a tensor out of every scope: the caller disposes it. */
export function keep<T extends Tensor>(tensor: T): T {
  if (tensor.scope !== undefined) adopt(tensor, undefined);
  return tensor;
}

/** Stands for an owner other than a scope: the tape, a module, the leaf a gradient belongs to. */
const OWNED = { made: [] };
let owning = false;

/** Tensors made by `fn` belong to the caller's own object, which disposes them. */
export function owned<T>(fn: () => T): T {
  const before = owning;
  owning = true;
  try {
    return fn();
  } finally {
    owning = before;
  }
}

/** Hands a tensor from its scope to the caller's own object. */
export function own<T extends Tensor>(tensor: T): T {
  if (tensor.scope === undefined) lost?.unregister(tensor);
  tensor.scope = OWNED;
  return tensor;
}

/** Puts a new tensor under the innermost scope. */
export function register(tensor: Tensor): void {
  if (owning) tensor.scope = OWNED;
  else adopt(tensor, scopes[scopes.length - 1]);
}

/** Called on `dispose()`: the net need not watch this tensor any longer. */
export function unregister(tensor: Tensor): void {
  if (tensor.scope === undefined) lost?.unregister(tensor);
  tensor.scope = undefined;
}

/**
 * Calls `reporter` with the place where a tensor was made, for each one the
 * garbage collector finds undisposed. Recording the place costs a stack trace
 * per tensor that leaves its scope, so it is off (undefined) by default.
 */
export function reportLeaks(reporter: ((where: string) => void) | undefined): void {
  leakReporter = reporter;
}

function adopt(tensor: Tensor, scope: Scope | undefined): void {
  tensor.scope = scope;
  if (scope) scope.made.push(tensor);
  else lost?.register(tensor, { holder: tensor.holder, where: leakReporter && new Error().stack }, tensor);
}

function reportLost({ holder, where }: { holder: { release(): void }; where: string | undefined }): void {
  holder.release();
  if (where) leakReporter?.(where);
}

/** Moves the tensors of a result from the scope that closes to the one around it. */
function releaseTo(result: unknown): void {
  const closing = scopes[scopes.length - 1];
  const outer = scopes[scopes.length - 2];
  if (isTensor(result)) {
    if (result.scope === closing) adopt(result, outer);
    return;
  }
  visitTensors(result, (tensor) => {
    if (tensor.scope === closing) adopt(tensor, outer);
  });
}

/** Finds tensors in a value, in plain arrays, maps and plain objects. */
export function visitTensors(value: unknown, visit: (tensor: Tensor) => void, depth = 0): void {
  if (typeof value !== 'object' || value === null || depth > 8) return;
  if (isTensor(value)) {
    visit(value);
    return;
  }
  if (Array.isArray(value) || value instanceof Map) {
    for (const item of value.values()) visitTensors(item, visit, depth + 1);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    for (const item of Object.values(value)) visitTensors(item, visit, depth + 1);
  }
}

export function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && (value as { readonly [TENSOR]?: boolean })[TENSOR] === true;
}

/** Marks tensors without importing their class, which would tie engine and kernels into a knot. */
export const TENSOR: unique symbol = Symbol.for('tympan.tensor');

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
