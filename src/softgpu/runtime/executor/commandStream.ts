import type { Allocator } from './allocator.ts';
import type { Completion } from './completion.ts';
import type { KernelMemory } from './memory.ts';
import { CONTROL, OPERATION } from './protocol.ts';

const CHUNK_WORDS = 16_384;
const JUMP_WORDS = 2;

/**
 * Writes commands into the memory, in chunks that are linked by jumps, so that a submission of any size
 * never waits for the leader.
 */
export class CommandStream {
  readonly #memory: KernelMemory;
  readonly #allocator: Allocator;
  readonly #completion: Completion;
  /** Chunks the leader leaves when a fence is passed, oldest first. All have CHUNK_WORDS. */
  readonly #left: { address: number; fence: number }[] = [];
  #chunk = { address: 0, words: 0 };
  /** Indices of words. */
  #cursor = 0;
  #end = 0;

  constructor(memory: KernelMemory, allocator: Allocator, completion: Completion) {
    this.#memory = memory;
    this.#allocator = allocator;
    this.#completion = completion;
    this.#open(0);
    memory.words[CONTROL.start] = this.#cursor << 2;
    memory.words[CONTROL.published] = this.#cursor << 2;
  }

  get words(): Int32Array {
    return this.#memory.words;
  }

  /** Index of the first of `count` words that the caller fills at once. */
  reserve(count: number): number {
    if (this.#cursor + count + JUMP_WORDS > this.#end) this.#open(count + JUMP_WORDS);
    const at = this.#cursor;
    this.#cursor += count;
    return at;
  }

  /** Lets the leader see what was written. */
  publish(): void {
    const { words } = this.#memory;
    Atomics.store(words, CONTROL.published, this.#cursor << 2);
    if (Atomics.load(words, CONTROL.leaderAsleep) === 1) Atomics.notify(words, CONTROL.published);
  }

  #open(least: number): void {
    const leaving = this.#chunk;
    const chunk = this.#recycled(least) ?? this.#allocated(Math.max(least, CHUNK_WORDS));
    if (leaving.words > 0) {
      this.#memory.words[this.#cursor] = OPERATION.jump;
      this.#memory.words[this.#cursor + 1] = chunk.address;
      const fence = this.#completion.submitted + 1;
      if (leaving.words === CHUNK_WORDS) this.#left.push({ address: leaving.address, fence });
      else this.#allocator.give(leaving.address, fence);
    }
    this.#chunk = chunk;
    this.#cursor = chunk.address >>> 2;
    this.#end = this.#cursor + chunk.words;
  }

  #recycled(least: number): { address: number; words: number } | undefined {
    const oldest = this.#left[0];
    if (oldest === undefined || least > CHUNK_WORDS || oldest.fence > this.#completion.completed) return undefined;
    this.#left.shift();
    return { address: oldest.address, words: CHUNK_WORDS };
  }

  #allocated(words: number): { address: number; words: number } {
    const allocation = this.#allocator.take(4 * words, this.#completion.completed);
    if (allocation === null)
      throw new RangeError('softgpu: no memory is left for commands; destroy buffers that are not needed');
    return { address: allocation.address, words };
  }
}
