/** Keeps what was used last, as long as all of it together stays below a number of bytes. */
export class BoundedCache<T> {
  readonly #kept = new Map<string, { readonly value: T; readonly bytes: number }>();
  #bytes = 0;

  constructor(readonly mostBytes: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): T | undefined {
    const found = this.#kept.get(key);
    if (!found) return undefined;
    this.#kept.delete(key); // a Map gives the oldest insertion first
    this.#kept.set(key, found);
    return found.value;
  }

  set(key: string, value: T, bytes: number): void {
    this.#bytes += bytes - (this.#kept.get(key)?.bytes ?? 0);
    this.#kept.delete(key);
    this.#kept.set(key, { value, bytes });
    for (const [oldest, kept] of this.#kept) {
      if (this.#bytes <= this.mostBytes) return;
      this.#kept.delete(oldest);
      this.#bytes -= kept.bytes;
    }
  }
}
