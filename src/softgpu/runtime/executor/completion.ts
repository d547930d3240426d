import type { KernelMemory } from './memory.ts';
import { CONTROL } from './protocol.ts';

/** ES2024, which the library's language level does not include. */
interface AsyncWaiting {
  waitAsync?: (words: Int32Array, index: number, value: number) => { async: boolean; value: string | Promise<string> };
}

/** Where false, the leader sends a message for each fence that is waited for. */
export const waitsWithoutMessages = typeof (Atomics as AsyncWaiting).waitAsync === 'function';

interface Waiter {
  readonly fence: number;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/** Which submissions are done, and who waits for them. */
export class Completion {
  readonly #memory: KernelMemory;
  /** Whether something is waited for changed, or something was passed. */
  readonly #changed: (waiting: boolean) => void;
  readonly #waiters: Waiter[] = [];
  #submitted = 0;
  #completed = 0;
  #watching = false;

  constructor(memory: KernelMemory, changed: (waiting: boolean) => void) {
    this.#memory = memory;
    this.#changed = changed;
  }

  get submitted(): number {
    return this.#submitted;
  }

  /** The last fence that was passed. The memory has its lower 32 bits. */
  get completed(): number {
    const word = Atomics.load(this.#memory.words, CONTROL.completed);
    this.#completed += (word - this.#completed) | 0;
    return this.#completed;
  }

  /** Whether no work is under way. */
  get idle(): boolean {
    return this.completed === this.#submitted;
  }

  /** The number of the fence that ends a submission. */
  submit(): number {
    return ++this.#submitted;
  }

  wait(): Promise<void> {
    if (this.idle) {
      this.#changed(this.#waiters.length > 0);
      return Promise.resolve();
    }
    const { promise, resolve, reject } = withResolvers();
    this.#waiters.push({ fence: this.#submitted, resolve, reject });
    this.#changed(true);
    this.check();
    return promise;
  }

  /** Resolves what is done and watches for the next. */
  check(): void {
    const waiting = this.#waiters.length;
    if (waiting === 0) return;
    this.#want(this.#waiters[0]!.fence);
    const { completed } = this;
    const done = this.#waiters.findIndex(({ fence }) => fence > completed);
    const passed = this.#waiters.splice(0, done < 0 ? waiting : done);
    const next = this.#waiters[0];
    if (next === undefined) Atomics.store(this.#memory.words, CONTROL.fenceWanted, 0);
    else if (passed.length > 0) this.#want(next.fence);
    if (passed.length > 0) this.#changed(next !== undefined);
    for (const { resolve } of passed) resolve();
    if (next !== undefined) this.#watch(completed);
  }

  reject(reason: Error): void {
    for (const { reject } of this.#waiters.splice(0)) reject(reason);
    Atomics.notify(this.#memory.words, CONTROL.completed); // a wait that goes on keeps the memory
  }

  /**
   * Only this thread clears `fenceWanted`, and only when nobody waits: were the leader to clear it at one fence, a wish for the next,
   * made between its look and its clearing, would be lost.
   */
  #want(fence: number): void {
    const { words } = this.#memory;
    Atomics.store(words, CONTROL.wantedFence, fence);
    Atomics.store(words, CONTROL.fenceWanted, 1);
  }

  /** The leader wakes no one before the wanted fence; one passed since `completed` was read changed the word, and the wait ends at once. */
  #watch(completed: number): void {
    const { words, shared } = this.#memory;
    const { waitAsync } = Atomics as AsyncWaiting;
    if (this.#watching || !shared || waitAsync === undefined) return;
    const waiting = waitAsync(words, CONTROL.completed, completed | 0);
    this.#watching = true;
    void Promise.resolve(waiting.value).then(() => {
      this.#watching = false;
      this.check();
    });
  }
}

function withResolvers(): Pick<Waiter, 'resolve' | 'reject'> & { promise: Promise<void> } {
  let resolve: Waiter['resolve'] = () => {};
  let reject: Waiter['reject'] = () => {};
  const promise = new Promise<void>((onDone, onLost) => {
    resolve = onDone;
    reject = onLost;
  });
  return { promise, resolve, reject };
}
