/** Ranges of a mapped buffer: real ArrayBuffers, copied out when asked for and back when unmapped. */

import type { Executor } from './executor.ts';

interface MappedRange {
  readonly start: number;
  readonly bytes: ArrayBuffer;
  readonly size: number;
}

/** An "active buffer mapping" of the specification. */
export class BufferMapping {
  readonly #ranges: MappedRange[] = [];

  constructor(
    private readonly executor: Executor,
    /** Null where the buffer has no memory: its mapping then reads as zeros and writes nowhere. */
    private readonly address: number | null,
    private readonly writable: boolean,
    private readonly start: number,
    private readonly end: number,
  ) {}

  /** Why getMappedRange cannot give this range, or null. */
  problem(offset: number, size: number): string | null {
    if (offset % 8 !== 0) return `The offset ${offset} is not a multiple of 8.`;
    if (size % 4 !== 0) return `The size ${size} is not a multiple of 4.`;
    if (offset < this.start || offset + size > this.end) {
      return `Bytes ${offset} to ${offset + size} are not all mapped: the mapping covers ${this.start} to ${this.end}.`;
    }
    const other = this.#ranges.find((range) => range.start < offset + size && offset < range.start + range.size);
    if (other === undefined) return null;
    return `Bytes ${offset} to ${offset + size} overlap the range ${other.start} to ${other.start + other.size} taken before.`;
  }

  /** The bytes of a range that has no problem. */
  take(offset: number, size: number): ArrayBuffer {
    const bytes = this.#read(offset, size);
    this.#ranges.push({ start: offset, bytes, size });
    return bytes;
  }

  #read(offset: number, size: number): ArrayBuffer {
    if (this.address === null) return new ArrayBuffer(size);
    const from = this.address + offset;
    // slice() of a view on shared memory makes a plain ArrayBuffer.
    return this.executor.bytes().slice(from, from + size).buffer as ArrayBuffer;
  }

  /** Writes the ranges back where the mapping is for writing, and detaches them. */
  close(keep: boolean): void {
    for (const range of this.#ranges) {
      // A program can have transferred the range away; then there is nothing to write.
      if (keep && this.writable && this.address !== null && range.bytes.byteLength === range.size) {
        this.executor.bytes().set(new Uint8Array(range.bytes), this.address + range.start);
      }
      if (range.bytes.byteLength > 0) structuredClone(range.bytes, { transfer: [range.bytes] });
    }
    this.#ranges.length = 0;
  }
}
