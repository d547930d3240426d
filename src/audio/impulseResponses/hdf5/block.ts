import type { ByteSource } from '../../../tensor/files/byteSource.ts';
import { ResponseFileError } from '../responseFileError.ts';

/** Bytes of addresses and of lengths, as the superblock gives them. */
export interface FieldSizes {
  readonly address: number;
  readonly length: number;
}

/** A piece of the file's metadata, read from its beginning on. Numbers are little-endian. */
export class Block {
  #at = 0;
  readonly #view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    readonly sizes: FieldSizes,
    /** Of the file, for messages. */
    readonly file: string,
    /** What the bytes hold, for messages. */
    readonly what: string,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.#at;
  }

  fail(reason: string): ResponseFileError {
    return new ResponseFileError(this.file, this.what, reason);
  }

  skip(count: number): this {
    if (count > this.left) throw this.fail(`ends after ${this.bytes.length} bytes, within a field of ${count}`);
    this.#at += count;
    return this;
  }

  u8(): number {
    this.skip(1);
    return this.#view.getUint8(this.#at - 1);
  }

  u16(): number {
    this.skip(2);
    return this.#view.getUint16(this.#at - 2, true);
  }

  u32(): number {
    this.skip(4);
    return this.#view.getUint32(this.#at - 4, true);
  }

  /** A number of `size` bytes. What no number holds exactly becomes Infinity, which every check of a range refuses. */
  uint(size: number): number {
    this.skip(size);
    let value = 0;
    for (let n = size - 1; n >= 0; n--) value = value * 256 + this.bytes[this.#at - size + n]!;
    return Number.isSafeInteger(value) ? value : Number.POSITIVE_INFINITY;
  }

  length(): number {
    return this.uint(this.sizes.length);
  }

  /** null: the one that says there is nothing. */
  address(): number | null {
    const start = this.#at;
    const value = this.uint(this.sizes.address);
    return this.bytes.subarray(start, this.#at).every((byte) => byte === 255) ? null : value;
  }

  take(count: number): Uint8Array {
    this.skip(count);
    return this.bytes.subarray(this.#at - count, this.#at);
  }

  part(count: number, what = this.what): Block {
    return new Block(this.take(count), this.sizes, this.file, what);
  }

  text(count: number): string {
    return new TextDecoder().decode(this.take(count));
  }

  /** The name of this kind of structure, four letters. */
  signature(expected: string): this {
    const found = this.text(4);
    if (found !== expected) throw this.fail(`must begin with ${expected}, got ${JSON.stringify(found)}`);
    return this;
  }

  version(...known: number[]): number {
    const version = this.u8();
    if (!known.includes(version)) throw this.fail(`has version ${version}; versions ${known.join(', ')} can be read`);
    return version;
  }
}

/** Reads pieces of a file by HDF5 addresses, which count from `base`. */
export class Blocks {
  #budget: number;
  readonly #heaps = new Map<number, Map<number, Uint8Array>>();

  constructor(
    readonly source: ByteSource,
    readonly sizes: FieldSizes,
    readonly base: number,
  ) {
    this.#budget = 2 ** 20 + 4 * source.size;
  }

  /**
   * Metadata at an address. A file in which structures point at each other in a circle runs out of what all of them together
   * could take.
   */
  async at(address: number | null, length: number, what: string): Promise<Block> {
    this.#budget -= length + 64;
    if (this.#budget < 0) throw this.#error(what, 'comes again and again: the file points at itself in a circle');
    return new Block(await this.data(address, length, what), this.sizes, this.source.name, what);
  }

  /** As `at`, with fewer bytes where the file ends. */
  upTo(address: number | null, length: number, what: string): Promise<Block> {
    const left = address === null ? 0 : Math.max(0, this.source.size - this.base - address);
    return this.at(address, Math.min(length, left), what);
  }

  /** Objects that several others point at, by number. HDF5 File Format Specification 3.0, III.E. */
  async globalHeap(address: number): Promise<ReadonlyMap<number, Uint8Array>> {
    const known = this.#heaps.get(address);
    if (known) return known;
    const prefix = 8 + this.sizes.length;
    const header = (await this.at(address, prefix, 'global heap')).signature('GCOL');
    header.version(1);
    const heap = (await this.at(address, header.skip(3).length(), 'global heap')).skip(prefix);
    const objects = new Map<number, Uint8Array>();
    while (heap.left >= prefix) {
      const object = heap.u16();
      if (object === 0) break; // the free space behind the last one
      const size = heap.skip(6).length();
      objects.set(object, heap.take(Math.min(heap.left, Math.ceil(size / 8) * 8)).subarray(0, size));
    }
    this.#heaps.set(address, objects);
    return objects;
  }

  async data(address: number | null, length: number, what: string): Promise<Uint8Array> {
    if (address === null) throw this.#error(what, 'is missing');
    const start = this.base + address;
    if (!(start + length <= this.source.size)) {
      throw this.#error(what, `must lie in the file of ${this.source.size} bytes, got ${length} at ${start}`);
    }
    return this.source.read(start, length);
  }

  #error(what: string, reason: string): ResponseFileError {
    return new ResponseFileError(this.source.name, what, reason);
  }
}
