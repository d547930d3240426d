import type { PooledBuffer } from './storage.ts';

/** The buffers of one dispatch in the order of the bindings, each with the byte offset of what is bound. */
export interface BoundBuffers {
  readonly buffers: readonly PooledBuffer[];
  readonly offsets: readonly number[];
}

interface Entry {
  readonly ids: readonly number[];
  readonly offsets: readonly number[];
  readonly group: GPUBindGroup;
}

const MOST_GROUPS = 2048;

/**
 * Bind groups of one pipeline by their buffers. Looked up once per dispatch, through a number: building a string from
 * the ids costs more than the rest of the launch.
 */
export class BindGroupCache {
  readonly #byHash = new Map<number, Entry[]>();
  #size = 0;

  get(bound: BoundBuffers): GPUBindGroup | undefined {
    const entries = this.#byHash.get(hash(bound));
    if (entries) for (const entry of entries) if (matches(entry, bound)) return entry.group;
    return undefined;
  }

  add(bound: BoundBuffers, group: GPUBindGroup): void {
    if (this.#size >= MOST_GROUPS) this.clear();
    const entry = { ids: bound.buffers.map(({ id }) => id), offsets: bound.offsets, group };
    const key = hash(bound);
    const entries = this.#byHash.get(key);
    if (entries) entries.push(entry);
    else this.#byHash.set(key, [entry]);
    this.#size++;
  }

  clear(): void {
    this.#byHash.clear();
    this.#size = 0;
  }
}

function hash({ buffers, offsets }: BoundBuffers): number {
  let mixed = 0;
  for (let i = 0; i < buffers.length; i++) mixed = Math.imul(mixed ^ buffers[i]!.id ^ offsets[i]!, 0x9e3779b1);
  return mixed & 0x3fffffff; // a small integer, which V8 keeps without a heap number
}

function matches({ ids, offsets }: Entry, bound: BoundBuffers): boolean {
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] !== bound.buffers[i]!.id || offsets[i] !== bound.offsets[i]) return false;
  }
  return true;
}
