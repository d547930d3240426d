/** A range given out. */
export interface Allocation {
  readonly address: number;
  /** How many of its first bytes were in use before and hold old data. Memory never used is zero. */
  readonly dirtyBytes: number;
}

interface FreeBlock {
  address: number;
  bytes: number;
  /** The last fence of work that may still use some of it. */
  fence: number;
}

export const ALIGNMENT = 256;

/** Best fit over the freed blocks, which merge with their neighbors; what fits in none comes from untouched memory behind. */
export class Allocator {
  readonly #sizes = new Map<number, number>(); // bytes of what is in use, by address
  readonly #byStart = new Map<number, FreeBlock>();
  readonly #byEnd = new Map<number, FreeBlock>();
  /** By size, then address. */
  readonly #free: FreeBlock[] = [];
  readonly #grow: (end: number) => boolean;
  #top: number;
  #inUse = 0;

  /** `grow` makes the memory reach to an address, and says whether it does. */
  constructor(start: number, grow: (end: number) => boolean) {
    this.#top = start;
    this.#grow = grow;
  }

  get bytesInUse(): number {
    return this.#inUse;
  }

  /** Null where memory ran out. Work up to `fence` is done: with it given, the range is one no work still uses. */
  take(bytes: number, fence = Number.POSITIVE_INFINITY): Allocation | null {
    const size = Math.max(1, Math.ceil(bytes / ALIGNMENT)) * ALIGNMENT;
    const allocation = this.#takeFreed(size, fence) ?? this.#takeFresh(size, fence);
    if (allocation === null) return null;
    this.#sizes.set(allocation.address, size);
    this.#inUse += size;
    return allocation;
  }

  /** Commands are run in order, so a range can be given out again at once to those that use it by commands only. */
  give(address: number, fence: number): void {
    const bytes = this.#sizes.get(address);
    if (bytes === undefined) throw new Error(`free: ${address} is not the address of an allocation`);
    this.#sizes.delete(address);
    this.#inUse -= bytes;
    const block = { address, bytes, fence };
    const [before, after] = [this.#byEnd.get(address), this.#byStart.get(address + bytes)];
    for (const neighbor of [before, after]) {
      if (neighbor === undefined) continue;
      this.#remove(neighbor);
      block.address = Math.min(block.address, neighbor.address);
      block.bytes += neighbor.bytes;
      block.fence = Math.max(block.fence, neighbor.fence);
    }
    this.#insert(block);
  }

  #takeFreed(size: number, fence: number): Allocation | null {
    for (let i = this.#position(size, 0); i < this.#free.length; i++) {
      const block = this.#free[i]!;
      if (block.fence > fence) continue;
      this.#remove(block);
      const rest = block.bytes - size;
      if (rest > 0) this.#insert({ address: block.address + size, bytes: rest, fence: block.fence });
      return { address: block.address, dirtyBytes: size };
    }
    return null;
  }

  /** From the top, together with a freed block that reaches up to it. */
  #takeFresh(size: number, fence: number): Allocation | null {
    const last = this.#byEnd.get(this.#top);
    const kept = last !== undefined && last.fence <= fence ? last : undefined;
    const address = kept?.address ?? this.#top;
    if (!this.#grow(address + size)) return null;
    if (kept !== undefined) this.#remove(kept);
    this.#top = address + size;
    return { address, dirtyBytes: kept?.bytes ?? 0 };
  }

  #insert(block: FreeBlock): void {
    this.#free.splice(this.#position(block.bytes, block.address), 0, block);
    this.#byStart.set(block.address, block);
    this.#byEnd.set(block.address + block.bytes, block);
  }

  #remove(block: FreeBlock): void {
    this.#free.splice(this.#position(block.bytes, block.address), 1);
    this.#byStart.delete(block.address);
    this.#byEnd.delete(block.address + block.bytes);
  }

  /** Index of the first free block that is not before (bytes, address). */
  #position(bytes: number, address: number): number {
    let [low, high] = [0, this.#free.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const block = this.#free[middle]!;
      if (block.bytes < bytes || (block.bytes === bytes && block.address < address)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
