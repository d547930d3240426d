/** The device as its objects see it: errors and their scopes, loss, and the machine below. */

import type { CompileOptions, Compiler } from './compiler.ts';
import { GPUInternalError, GPUOutOfMemoryError, GPUValidationError } from './errors.ts';
import type { Executor } from './executor.ts';
import { GroupNumbers } from './groupNumbers.ts';
import type { Limits } from './limits.ts';

interface ErrorScope {
  readonly filter: GPUErrorFilter;
  /** The first error caught; a scope reports one. */
  error: globalThis.GPUError | null;
}

/** An object that holds mappings, which end with the device. */
interface Mapped {
  unmap(): undefined;
}

const errorClasses = {
  validation: GPUValidationError,
  'out-of-memory': GPUOutOfMemoryError,
  internal: GPUInternalError,
};

export class DeviceState {
  lost = false;
  /** Mapped buffers, and those being mapped. */
  readonly mapped = new Set<Mapped>();
  /** By which bind group layouts compare. */
  readonly groupNumbers = new GroupNumbers();
  readonly #scopes: ErrorScope[] = [];
  /** Gives the memory of objects back that were dropped without `destroy()`. */
  readonly #forgotten = new FinalizationRegistry<() => void>((release) => {
    if (!this.lost) release();
  });

  constructor(
    readonly executor: Executor,
    readonly compiler: Compiler,
    readonly limits: Readonly<Limits>,
    readonly features: ReadonlySet<string>,
    readonly compileOptions: CompileOptions,
    private readonly uncaptured: (error: globalThis.GPUError) => void,
  ) {}

  /** "dispatch error" of the specification. A lost device reports nothing. */
  raise(filter: GPUErrorFilter, message: string): void {
    if (this.lost) return;
    const error = new errorClasses[filter](message);
    for (let at = this.#scopes.length - 1; at >= 0; at--) {
      const scope = this.#scopes[at]!;
      if (scope.filter !== filter) continue;
      scope.error ??= error;
      return;
    }
    this.uncaptured(error);
  }

  /** Reports a validation error where there is a problem; whether there is none. */
  accepts(method: string, problem: string | null): boolean {
    if (problem === null) return true;
    this.raise('validation', `${method}: ${problem}`);
    return false;
  }

  pushScope(filter: GPUErrorFilter): void {
    if (!this.lost) this.#scopes.push({ filter, error: null });
  }

  popScope(): ErrorScope | null {
    return this.#scopes.pop() ?? null;
  }

  /** Calls `release` once `object` is garbage; `release` must not refer to it. */
  releaseWithGarbage(object: WeakKey, release: () => void): void {
    this.#forgotten.register(object, release, object);
  }

  /** The object was released by hand. */
  forgetGarbage(object: WeakKey): void {
    this.#forgotten.unregister(object);
  }
}
