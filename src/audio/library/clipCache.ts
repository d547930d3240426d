import { BoundedCache } from '../scene/mixture/boundedCache.ts';

/** Clips used lately, up to a number of bytes. What comes out is a copy: nobody can change what the next one gets. */
export class ClipCache {
  readonly #kept: BoundedCache<Float32Array>;

  /** @param limit bytes; a clip that is larger is not kept. */
  constructor(limit: number) {
    this.#kept = new BoundedCache(limit);
  }

  get bytes(): number {
    return this.#kept.bytes;
  }

  /** The clip of that key, made by `make` unless it is kept. */
  async get(key: string, make: () => Float32Array | Promise<Float32Array>): Promise<Float32Array> {
    const kept = this.#kept.get(key);
    if (kept) return kept.slice();
    const made = await make();
    this.#kept.set(key, made, made.byteLength);
    return made.slice();
  }
}
