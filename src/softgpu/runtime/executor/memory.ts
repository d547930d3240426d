import { CONTROL, CONTROL_BYTES } from './protocol.ts';

export const PAGE_BYTES = 65_536;

/** One page short of 4 GiB, so that the address after the last byte is a u32 too. */
const MAXIMA = [65_535, 49_152, 32_768, 16_384, 8_192, 4_096, 2_048];

/** Where four invocations load together, those past the end of a row read up to 12 bytes behind what they are given. */
const SLACK_BYTES = 16;

const LEAST_GROWTH = 256; // pages, 16 MiB: growing interrupts every thread

/** The one WebAssembly memory, and views of it that are never stale. */
export class KernelMemory {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  readonly maximumPages: number;
  #words: Int32Array;
  #bytes: Uint8Array;

  constructor(shared: boolean, mostPages = MAXIMA[0]!) {
    const { memory, maximum } = reserve(shared, mostPages);
    this.memory = memory;
    this.shared = shared;
    this.maximumPages = maximum;
    this.#words = new Int32Array(memory.buffer);
    this.#bytes = new Uint8Array(memory.buffer);
    this.#words[CONTROL.pages] = this.pages;
  }

  get words(): Int32Array {
    return this.#words;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get pages(): number {
    return this.#bytes.length / PAGE_BYTES;
  }

  /** Makes the memory reach to an address. False where it cannot. */
  reach(end: number): boolean {
    const needed = Math.ceil((end + SLACK_BYTES) / PAGE_BYTES) - this.pages;
    if (needed <= 0) return true;
    const room = this.maximumPages - this.pages;
    const generous = Math.max(needed, LEAST_GROWTH, this.pages >>> 2);
    return needed <= room && (this.#grow(Math.min(generous, room)) || this.#grow(needed));
  }

  #grow(pages: number): boolean {
    try {
      this.memory.grow(pages);
    } catch {
      return false; // a RangeError: the system has no more
    }
    this.#words = new Int32Array(this.memory.buffer);
    this.#bytes = new Uint8Array(this.memory.buffer);
    Atomics.store(this.#words, CONTROL.pages, this.pages);
    return true;
  }
}

/** Engines reserve addresses for the maximum, and where these are scarce refuse large ones. */
function reserve(shared: boolean, mostPages: number): { memory: WebAssembly.Memory; maximum: number } {
  const maxima = [mostPages, ...MAXIMA.filter((pages) => pages < mostPages)];
  const initial = Math.ceil(CONTROL_BYTES / PAGE_BYTES);
  for (const maximum of maxima) {
    try {
      return { memory: new WebAssembly.Memory({ initial, maximum, shared }), maximum };
    } catch (error) {
      if (maximum === maxima.at(-1)) throw error;
    }
  }
  throw new RangeError('softgpu: no WebAssembly memory can be had');
}
