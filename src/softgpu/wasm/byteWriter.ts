const scratch = new DataView(new ArrayBuffer(8));

/** A growing byte array with the number formats of the WebAssembly binary format. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** The bytes so far: a view that the next write may leave behind. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  u8(byte: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = byte;
  }

  /** Unsigned LEB128 of an integer in [0, 2³²). */
  u32(value: number): void {
    value >>>= 0;
    while (value > 0x7f) {
      this.u8((value & 0x7f) | 0x80);
      value >>>= 7;
    }
    this.u8(value);
  }

  /** Signed LEB128 of an i32; a value in [2³¹, 2³²) is taken as its two's complement. */
  s32(value: number): void {
    value |= 0;
    while (value < -64 || value > 63) {
      this.u8((value & 0x7f) | 0x80);
      value >>= 7;
    }
    this.u8(value & 0x7f);
  }

  /** Signed LEB128 of an i64. */
  s64(value: bigint): void {
    value = BigInt.asIntN(64, value);
    while (value < -64n || value > 63n) {
      this.u8(Number(value & 0x7fn) | 0x80);
      value >>= 7n;
    }
    this.u8(Number(value & 0x7fn));
  }

  u32le(value: number): void {
    if (this.#length + 4 > this.#bytes.length) this.#grow(4);
    const bytes = this.#bytes;
    bytes[this.#length++] = value;
    bytes[this.#length++] = value >>> 8;
    bytes[this.#length++] = value >>> 16;
    bytes[this.#length++] = value >>> 24;
  }

  f32(value: number): void {
    scratch.setFloat32(0, value, true);
    this.u32le(scratch.getUint32(0, true));
  }

  f64(value: number): void {
    scratch.setFloat64(0, value, true);
    this.u32le(scratch.getUint32(0, true));
    this.u32le(scratch.getUint32(4, true));
  }

  raw(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Bytes preceded by their count: how the format writes sections and bodies. */
  sized(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.raw(bytes);
  }

  /** A name: UTF-8 preceded by its byte count. */
  name(text: string): void {
    this.sized(new TextEncoder().encode(text));
  }

  #grow(more: number): void {
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}
