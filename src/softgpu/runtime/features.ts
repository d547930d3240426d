/** `features` and `wgslLanguageFeatures`: sets that programs can only read. */

import { type construct, forbidConstruction } from './object.ts';

class ReadonlyStringSet implements ReadonlySet<string> {
  readonly #names: Set<string>;

  /** @internal */
  constructor(token: typeof construct, names: Iterable<string>) {
    forbidConstruction(token);
    this.#names = new Set(names);
  }

  get size(): number {
    return this.#names.size;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  keys(): SetIterator<string> {
    return this.#names.keys();
  }

  values(): SetIterator<string> {
    return this.#names.values();
  }

  entries(): SetIterator<[string, string]> {
    return this.#names.entries();
  }

  [Symbol.iterator](): SetIterator<string> {
    return this.#names.values();
  }

  forEach(visit: (name: string, key: string, set: ReadonlySet<string>) => void, self?: unknown): void {
    for (const name of this.#names) visit.call(self, name, name, this);
  }
}

export class GPUSupportedFeatures extends ReadonlyStringSet {}

export class WGSLLanguageFeatures extends ReadonlyStringSet {}

/** The feature every device of a core adapter has without asking. */
export const coreFeature: GPUFeatureName = 'core-features-and-limits';

/** Optional features that need nothing of the compiler. */
export const runtimeFeatures: readonly GPUFeatureName[] = [coreFeature, 'timestamp-query'];

/** Optional features that kernels can use, as far as the compiler goes. */
export const compilerFeatures: readonly GPUFeatureName[] = ['shader-f16'];
