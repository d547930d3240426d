/** Batches for training steps, by number. */
export interface BatchSource<B> {
  /** Asking for steps one after the other is fast: the next ones are made meanwhile. Any step may be asked for. */
  batch(step: number): Promise<B>;
  /** Ends all that works on batches; harmless when repeated. */
  close(): Promise<void>;
}

/**
 * Makes batches ahead of when they are asked for, in order, and holds at most `ahead` + 1 of them. A step that is not the next one
 * gives up what was made ahead.
 */
export class PrefetchedBatches<B> implements BatchSource<B> {
  readonly #made = new Map<number, Promise<B>>();
  #open = true;

  /** @param make One batch; called in the order of steps. */
  constructor(
    readonly make: (step: number) => Promise<B>,
    readonly ahead: number,
    readonly end: () => Promise<void>,
  ) {}

  async batch(step: number): Promise<B> {
    if (!Number.isSafeInteger(step) || step < 0) {
      throw new RangeError(`data: step must be a whole number from 0, got ${step}`);
    }
    if (!this.#open) throw new Error('data: closed');
    for (const other of this.#made.keys()) if (other < step || other > step + this.ahead) this.#made.delete(other);
    const asked = this.#made.get(step) ?? this.make(step);
    this.#made.delete(step);
    asked.catch(() => {}); // reported below
    for (let next = step + 1; next <= step + this.ahead; next++) {
      if (this.#made.has(next)) continue;
      const made = this.make(next);
      made.catch(() => {}); // reported once it is asked for
      this.#made.set(next, made);
    }
    return asked;
  }

  async close(): Promise<void> {
    this.#open = false;
    this.#made.clear();
    await this.end();
  }
}
