import type { Allocator } from './allocator.ts';

interface Block {
  readonly address: number;
  /** Of the last work that reads it. */
  readonly fence: number;
}

const SMALLEST = 256;

/**
 * Memory for bytes on their way to their buffers. It keeps what it took, by powers of two, and hands out again what no work
 * reads any more. Given back to the allocator at once, blocks would merge with their neighbors, and the whole would be as
 * busy as the part used last: where work never pauses, nothing would ever be free.
 */
export class Staging {
  readonly #allocator: Allocator;
  /** Oldest first, so that the first is the one to be done with earliest. */
  readonly #bySize = new Map<number, Block[]>();

  constructor(allocator: Allocator) {
    this.#allocator = allocator;
  }

  /** Room that no work after `completed` uses; null where memory ran out. */
  take(bytes: number, completed: number): number | null {
    const size = sizeOf(bytes);
    const kept = this.#bySize.get(size);
    if (kept?.[0] !== undefined && kept[0].fence <= completed) return kept.shift()!.address;
    const fresh = this.#allocator.take(size, completed);
    if (fresh !== null) return fresh.address;
    this.release(completed);
    return this.#allocator.take(size, completed)?.address ?? null;
  }

  /** Keeps the room for later, once work up to `fence` is done. */
  give(address: number, bytes: number, fence: number): void {
    const size = sizeOf(bytes);
    const kept = this.#bySize.get(size);
    if (kept === undefined) this.#bySize.set(size, [{ address, fence }]);
    else kept.push({ address, fence });
  }

  /** Gives back what no work reads: others need it. */
  release(completed: number): void {
    for (const [size, blocks] of this.#bySize) {
      for (const { address, fence } of blocks) if (fence <= completed) this.#allocator.give(address, fence);
      this.#bySize.set(
        size,
        blocks.filter(({ fence }) => fence > completed),
      );
    }
  }
}

function sizeOf(bytes: number): number {
  return Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(bytes)));
}
