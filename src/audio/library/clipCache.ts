/** Clips used lately, up to a number of bytes. What comes out is a copy: nobody can change what the next one gets. */
export class ClipCache {
  readonly #limit: number;
  readonly #clips = new Map<string, Float32Array>(); // a Map keeps the order of insertion: the first is the one unused longest
  #bytes = 0;

  /** @param limit bytes; a clip that is larger is not kept. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The clip of that key, made by `make` unless it is kept. */
  async get(key: string, make: () => Float32Array | Promise<Float32Array>): Promise<Float32Array> {
    const kept = this.#clips.get(key);
    if (kept) {
      this.#clips.delete(key);
      this.#clips.set(key, kept);
      return kept.slice();
    }
    const made = await make();
    this.#keep(key, made);
    return made.slice();
  }

  #keep(key: string, clip: Float32Array): void {
    if (clip.byteLength > this.#limit || this.#clips.has(key)) return;
    this.#clips.set(key, clip);
    this.#bytes += clip.byteLength;
    for (const [oldest, { byteLength }] of this.#clips) {
      if (this.#bytes <= this.#limit) break;
      this.#clips.delete(oldest);
      this.#bytes -= byteLength;
    }
  }
}
