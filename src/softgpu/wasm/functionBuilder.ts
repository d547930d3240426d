import { ByteWriter } from './byteWriter.ts';
import {
  INSTRUCTIONS,
  type LaneOp,
  type MemoryLaneOp,
  type MemoryOp,
  type PlainOp,
  VAL_TYPE_CODES,
  type ValType,
} from './instructions.ts';

/** A block, loop or if that is open: what a branch names. Valid until its `end()`. */
export type Label = number & { readonly label: unique symbol };

/** Appends the code of one function; made by `WasmModule.addFunction`. Parameters are the locals 0, 1, … */
export class FunctionBuilder {
  readonly #code = new ByteWriter(512);
  readonly #locals: ValType[] = [];
  readonly #localNames: (string | undefined)[] = [];
  #depth = 0;

  constructor(
    readonly index: number,
    readonly name: string,
    readonly params: readonly ValType[],
    readonly results: readonly ValType[],
  ) {}

  /** Declares a local, zero at entry, and returns its index. */
  local(type: ValType, name?: string): number {
    const index = this.params.length + this.#locals.push(type) - 1;
    if (name !== undefined) this.#localNames[index] = name;
    return index;
  }

  /** Names a local or parameter in the name section. */
  nameLocal(index: number, name: string): void {
    this.#localNames[index] = name;
  }

  localType(index: number): ValType {
    const type = this.params[index] ?? this.#locals[index - this.params.length];
    if (type === undefined) throw new RangeError(`wasm: function ${this.name} has no local ${index}`);
    return type;
  }

  /** An instruction without immediates. */
  op(name: PlainOp): void {
    this.#instruction(name);
  }

  /** A load, store or atomic access; `align` is log2 of bytes and natural when left out (WebAssembly accepts no more than natural). */
  memory(name: MemoryOp, offset = 0, align?: number): void {
    const natural = this.#instruction(name);
    this.#code.u32(align ?? natural);
    this.#code.u32(offset);
  }

  /** A load or store of one lane of a v128. */
  memoryLane(name: MemoryLaneOp, offset: number, lane: number, align?: number): void {
    const natural = this.#instruction(name);
    this.#code.u32(align ?? natural);
    this.#code.u32(offset);
    this.#code.u8(lane);
  }

  /** extract_lane and replace_lane. */
  lane(name: LaneOp, lane: number): void {
    this.#instruction(name);
    this.#code.u8(lane);
  }

  /** i8x16.shuffle: 16 byte indices into the 32 bytes of the two operands. */
  shuffle(bytes: readonly number[]): void {
    if (bytes.length !== 16) throw new RangeError(`wasm: shuffle takes 16 byte indices, got ${bytes.length}`);
    this.#simd(0x0d);
    for (const byte of bytes) this.#code.u8(byte);
  }

  /** i8x16.shuffle that moves 32-bit lanes: 4 indices into the 8 lanes of the two operands. */
  shuffle32(a: number, b: number, c: number, d: number): void {
    this.#simd(0x0d);
    for (const lane of [a, b, c, d]) this.#code.u32le(0x03020100 + 0x04040404 * lane);
  }

  i32Const(value: number): void {
    this.#code.u8(0x41);
    this.#code.s32(value);
  }

  i64Const(value: bigint): void {
    this.#code.u8(0x42);
    this.#code.s64(value);
  }

  f32Const(value: number): void {
    this.#code.u8(0x43);
    this.#code.f32(value);
  }

  /** An f32 by its bits: a JavaScript number does not keep the payload of a NaN. */
  f32Bits(bits: number): void {
    this.#code.u8(0x43);
    this.#code.u32le(bits);
  }

  f64Const(value: number): void {
    this.#code.u8(0x44);
    this.#code.f64(value);
  }

  /** A v128 by its 16 bytes. */
  v128Const(bytes: Uint8Array): void {
    if (bytes.length !== 16) throw new RangeError(`wasm: v128.const takes 16 bytes, got ${bytes.length}`);
    this.#simd(0x0c);
    this.#code.raw(bytes);
  }

  /** A v128 by the bits of its four 32-bit lanes. */
  i32x4Const(a: number, b = a, c = a, d = a): void {
    this.#simd(0x0c);
    this.#code.u32le(a);
    this.#code.u32le(b);
    this.#code.u32le(c);
    this.#code.u32le(d);
  }

  /** A v128 by its four f32 lanes; one value fills all. */
  f32x4Const(a: number, b = a, c = a, d = a): void {
    this.#simd(0x0c);
    this.#code.f32(a);
    this.#code.f32(b);
    this.#code.f32(c);
    this.#code.f32(d);
  }

  /** A v128 by its two f64 lanes; one value fills both. */
  f64x2Const(a: number, b = a): void {
    this.#simd(0x0c);
    this.#code.f64(a);
    this.#code.f64(b);
  }

  get(local: number): void {
    this.#code.u8(0x20);
    this.#code.u32(local);
  }

  set(local: number): void {
    this.#code.u8(0x21);
    this.#code.u32(local);
  }

  tee(local: number): void {
    this.#code.u8(0x22);
    this.#code.u32(local);
  }

  /** select with its operand type written out; the plain `select` covers numeric types and v128 too. */
  selectTyped(type: ValType): void {
    this.#code.u8(0x1c);
    this.#code.u8(1);
    this.#code.u8(VAL_TYPE_CODES[type]);
  }

  /** Opens a block; a branch to its label leaves it. */
  block(result?: ValType): Label {
    return this.#open(0x02, result);
  }

  /** Opens a loop; a branch to its label starts its next round. */
  loop(result?: ValType): Label {
    return this.#open(0x03, result);
  }

  /** Takes an i32 condition and opens its true arm. */
  if(result?: ValType): Label {
    return this.#open(0x04, result);
  }

  else(): void {
    this.#code.u8(0x05);
  }

  /** Closes the innermost block, loop or if. */
  end(): void {
    if (this.#depth === 0) throw new Error(`wasm: function ${this.name} ends a block that was never opened`);
    this.#depth--;
    this.#code.u8(0x0b);
  }

  br(label: Label): void {
    this.#code.u8(0x0c);
    this.#code.u32(this.#distance(label));
  }

  brIf(label: Label): void {
    this.#code.u8(0x0d);
    this.#code.u32(this.#distance(label));
  }

  /** Branches to the label of that index, or to `otherwise` past the last. */
  brTable(labels: readonly Label[], otherwise: Label): void {
    this.#code.u8(0x0e);
    this.#code.u32(labels.length);
    for (const label of labels) this.#code.u32(this.#distance(label));
    this.#code.u32(this.#distance(otherwise));
  }

  call(callee: { readonly index: number }): void {
    this.#code.u8(0x10);
    this.#code.u32(callee.index);
  }

  memorySize(): void {
    this.#code.u8(0x3f);
    this.#code.u8(0);
  }

  memoryGrow(): void {
    this.#code.u8(0x40);
    this.#code.u8(0);
  }

  /** memory.copy: destination, source, byte count. */
  memoryCopy(): void {
    this.#code.u8(0xfc);
    this.#code.u8(10);
    this.#code.u8(0);
    this.#code.u8(0);
  }

  /** memory.fill: destination, byte value, byte count. */
  memoryFill(): void {
    this.#code.u8(0xfc);
    this.#code.u8(11);
    this.#code.u8(0);
  }

  atomicFence(): void {
    this.#code.u8(0xfe);
    this.#code.u8(3);
    this.#code.u8(0);
  }

  /** Bytes of code so far. */
  get size(): number {
    return this.#code.length;
  }

  /** Writes the function's entry of the code section. */
  writeBody(out: ByteWriter): void {
    if (this.#depth !== 0) throw new Error(`wasm: function ${this.name} leaves ${this.#depth} blocks open`);
    const runs: [count: number, type: ValType][] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.[1] === type) last[0]++;
      else runs.push([1, type]);
    }
    const head = new ByteWriter(64);
    head.u32(runs.length);
    for (const [count, type] of runs) {
      head.u32(count);
      head.u8(VAL_TYPE_CODES[type]);
    }
    out.u32(head.length + this.#code.length + 1);
    out.raw(head.view());
    out.raw(this.#code.view());
    out.u8(0x0b);
  }

  /** The named locals, in index order. */
  namedLocals(): [index: number, name: string][] {
    return this.#localNames.flatMap((name, index): [number, string][] => (name === undefined ? [] : [[index, name]]));
  }

  #instruction(name: PlainOp | MemoryOp | LaneOp | MemoryLaneOp): number {
    const { prefix, code, align } = INSTRUCTIONS[name];
    if (prefix === 0) {
      this.#code.u8(code);
    } else {
      this.#code.u8(prefix);
      this.#code.u32(code);
    }
    return align;
  }

  #simd(code: number): void {
    this.#code.u8(0xfd);
    this.#code.u8(code);
  }

  #open(code: number, result: ValType | undefined): Label {
    this.#code.u8(code);
    this.#code.u8(result === undefined ? 0x40 : VAL_TYPE_CODES[result]);
    return this.#depth++ as Label;
  }

  #distance(label: Label): number {
    const distance = this.#depth - 1 - label;
    if (distance < 0) throw new Error(`wasm: function ${this.name} branches to a block that has ended`);
    return distance;
  }
}
