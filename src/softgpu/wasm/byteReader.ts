/** Reads the number formats of the WebAssembly binary format; refuses to read past the end. */
export class ByteReader {
  readonly #view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    public position = 0,
    readonly end = bytes.length,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u32(): number {
    return Number(BigInt.asUintN(32, this.#leb128().value));
  }

  s32(): number {
    return Number(this.s64());
  }

  s64(): bigint {
    const { value, bits } = this.#leb128();
    return BigInt.asIntN(Math.min(bits, 64), value);
  }

  /** Four bytes, little endian, as an unsigned number. */
  u32le(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  u64le(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true);
  }

  name(): string {
    const length = this.u32();
    const start = this.#advance(length);
    return new TextDecoder().decode(this.bytes.slice(start, start + length));
  }

  /** A reader of the next `length` bytes, which this one skips. */
  slice(length: number): ByteReader {
    const start = this.#advance(length);
    return new ByteReader(this.bytes, start, start + length);
  }

  #leb128(): { value: bigint; bits: number } {
    let value = 0n;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << BigInt(shift);
      if (byte < 0x80) return { value, bits: shift + 7 };
    }
    throw new RangeError(`wasm: the number before byte ${this.position} has more than ten bytes`);
  }

  #advance(count: number): number {
    const start = this.position;
    if (start + count > this.end) throw new RangeError(`wasm: byte ${start} asks for ${count} bytes past the end`);
    this.position = start + count;
    return start;
  }
}
