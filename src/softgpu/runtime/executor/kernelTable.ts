import type { CompiledKernel, KernelOptions } from '../executor.ts';
import type { Allocator } from './allocator.ts';
import type { KernelMemory } from './memory.ts';
import { KERNEL, REPORT } from './protocol.ts';

/** A kernel as the calling thread knows it. */
export class Kernel {
  /** Set once compiled here; with workers this keeps the engine's own copy alive, which they look up by its bytes. */
  module: WebAssembly.Module | null = null;

  constructor(
    readonly id: number,
    readonly slot: number,
    /** Address of its record. */
    readonly record: number,
    readonly label: string,
  ) {}
}

const LEAST_SCRATCH = 65_536;
const MOST_ARGUMENT_WORDS = REPORT.argsBytes / 4;

/** The kernels in the memory: for each a record and its code, which threads compile when they first run it. */
export class KernelTable {
  readonly #memory: KernelMemory;
  readonly #allocator: Allocator;
  readonly #threads: number;
  readonly #kernels = new Map<number, Kernel>();
  readonly #freeSlots: number[] = [];
  #slots = 0;
  #ids = 0;
  #scratch = { address: 0, stride: 0 };

  constructor(memory: KernelMemory, allocator: Allocator, threads: number) {
    this.#memory = memory;
    this.#allocator = allocator;
    this.#threads = threads;
  }

  /** Work up to the fence `completed` is done. */
  add(
    compiled: CompiledKernel,
    completed: number,
    { label = 'without label', reports = false }: KernelOptions,
  ): Kernel {
    const { code, scratchBytes, bindings } = compiled;
    if (reports && 4 + 2 * bindings.length > MOST_ARGUMENT_WORDS)
      throw new RangeError(
        `kernel ${label}: one that reports has at most ${MOST_ARGUMENT_WORDS / 2 - 2} bindings, got ${bindings.length}`,
      );
    const scratch = this.#scratchOf(scratchBytes, label);
    const record = this.#allocator.take(KERNEL.codeOffset + code.length, completed)?.address;
    if (record === undefined)
      throw new RangeError(`kernel ${label}: no memory is left for its ${code.length} bytes of code`);
    const kernel = new Kernel(++this.#ids, this.#freeSlots.pop() ?? this.#slots++, record, label);
    const { words, bytes } = this.#memory;
    const at = record >>> 2;
    words[at + KERNEL.slot] = kernel.slot;
    words[at + KERNEL.id] = kernel.id;
    words[at + KERNEL.codeBytes] = code.length;
    words[at + KERNEL.scratch] = scratch.address;
    words[at + KERNEL.scratchStride] = scratch.stride;
    words[at + KERNEL.reports] = reports ? 1 : 0;
    bytes.set(code, record + KERNEL.codeOffset);
    this.#kernels.set(kernel.id, kernel);
    return kernel;
  }

  /** Work up to the fence `submitted` may still run it. */
  remove(kernel: Kernel, submitted: number): void {
    if (!this.#kernels.delete(kernel.id)) return;
    this.#freeSlots.push(kernel.slot);
    this.#allocator.give(kernel.record, submitted);
    kernel.module = null;
  }

  find(id: number): Kernel | undefined {
    return this.#kernels.get(id);
  }

  /** One scratch serves all kernels it is large enough for. A smaller one stays, for the kernels that know it. */
  #scratchOf(bytes: number, label: string): { address: number; stride: number } {
    if (bytes <= this.#scratch.stride) return this.#scratch;
    const stride = Math.ceil(Math.max(bytes, 2 * this.#scratch.stride, LEAST_SCRATCH) / 256) * 256;
    const address = this.#allocator.take(this.#threads * stride)?.address;
    if (address === undefined)
      throw new RangeError(
        `kernel ${label}: no memory is left for ${bytes} bytes of scratch on each of ${this.#threads} threads`,
      );
    this.#scratch = { address, stride };
    return this.#scratch;
  }
}
