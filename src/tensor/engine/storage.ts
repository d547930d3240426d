import type { Device } from './device/device.ts';
import { bytesOf, type DType } from './dtype.ts';
import { OutOfMemoryError } from './errors.ts';

/** A GPU buffer with an identity that bind-group keys can be built from. */
export interface PooledBuffer {
  readonly id: number;
  readonly gpu: GPUBuffer;
  readonly bytes: number;
  /** Serial of the last submission that mentions it, under this storage or an earlier one. */
  lastUse: number;
}

/** Where storages take their buffers from: the device's pool, or the private one of a recording. */
export interface BufferSource {
  acquire(bytes: number): PooledBuffer;
  /** Takes a buffer back. A pinned one holds what the host wrote into it. */
  release(buffer: PooledBuffer, pinned: boolean): void;
  /** Told of each storage that a dispatch binds: a recording holds those that are not its own. */
  hold?(storage: Storage): void;
}

const USAGE = 0x80 | 0x08 | 0x04; // STORAGE | COPY_DST | COPY_SRC

/** Bytes of a tensor that has its memory alone: a multiple of 16, so that kernels may read it as vec4. */
export function storageBytes(size: number, dtype: DType): number {
  return Math.max(Math.ceil((size * bytesOf(dtype)) / 16) * 16, 16);
}

/** Four classes per power of two, so that at most a fifth of a buffer is unused; never under 256 bytes. */
export function sizeClass(bytes: number): number {
  if (bytes <= 256) return 256;
  const step = 2 ** Math.floor(Math.log2(bytes)) / 4;
  return Math.ceil(bytes / step) * step;
}

/**
 * Free buffers of each size class, the oldest taken first. What a call gets depends on which buffers are free, not on the
 * order in which they became so: a step that repeats the same calls gets the same buffers, and so finds its bind groups
 * in the cache.
 */
export class FreeBuffers {
  /** Descending ids, so that the oldest is the one to pop. */
  readonly #bySize = new Map<number, PooledBuffer[]>();

  take(size: number): PooledBuffer | undefined {
    return this.#bySize.get(size)?.pop();
  }

  put(buffer: PooledBuffer): void {
    let list = this.#bySize.get(buffer.bytes);
    if (!list) {
      list = [];
      this.#bySize.set(buffer.bytes, list);
    }
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (list[middle]!.id > buffer.id) low = middle + 1;
      else high = middle;
    }
    list.splice(low, 0, buffer);
  }

  /** Takes all. */
  drain(): PooledBuffer[] {
    const all = [...this.#bySize.values()].flat();
    this.#bySize.clear();
    return all;
  }
}

/** The buffers of one device. */
export class BufferPool implements BufferSource {
  readonly #free = new FreeBuffers();
  readonly #device: Device;
  readonly #limit: number;
  #nextId = 1;
  /** Bytes waiting for reuse. */
  pooledBytes = 0;
  /** Buffers created since the pool exists: flat in a steady-state step. */
  created = 0;

  constructor(device: Device) {
    this.#device = device;
    this.#limit = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
  }

  acquire(bytes: number): PooledBuffer {
    const size = Math.min(sizeClass(bytes), this.#limit); // the class above a tensor at the limit would pass it
    const buffer = this.#free.take(size);
    if (buffer) {
      this.pooledBytes -= size;
      return buffer;
    }
    return this.#create(size);
  }

  release(buffer: PooledBuffer): void {
    this.#free.put(buffer);
    this.pooledBytes += buffer.bytes;
  }

  /** Destroys every free buffer. The caller has submitted what may still read them. */
  trim(): void {
    for (const buffer of this.#free.drain()) buffer.gpu.destroy();
    this.pooledBytes = 0;
  }

  #create(size: number): PooledBuffer {
    this.created++;
    const device = this.#device.gpu;
    device.pushErrorScope('out-of-memory');
    const gpu = device.createBuffer({ size, usage: USAGE });
    this.#device.watch(
      device.popErrorScope(),
      ({ message }) =>
        new OutOfMemoryError(
          `the device has no room for a buffer of ${size} bytes (${this.pooledBytes} bytes wait in the pool: \`device.trim()\` frees them): ${message}`,
          size,
        ),
    );
    return { id: this.#nextId++, gpu, bytes: size, lastUse: -1 };
  }
}

/**
 * The memory behind one or more tensors, with a count of who holds it: handles,
 * views and the tape. The buffer is taken at first use and goes back to where
 * it came from when the count reaches zero.
 */
export class Storage {
  #buffer: PooledBuffer | undefined;
  #source: BufferSource | undefined;
  #refs = 1;
  #pinned = false;

  constructor(
    readonly device: Device,
    readonly bytes: number,
  ) {
    device.checkAllocation(bytes);
    device.accountBytes(bytes);
  }

  /** Where the buffer came from; undefined before first use. */
  get source(): BufferSource | undefined {
    return this.#source;
  }

  get refs(): number {
    return this.#refs;
  }

  retain(): this {
    this.#refs++;
    return this;
  }

  release(): void {
    if (--this.#refs > 0) return;
    this.device.accountBytes(-this.bytes);
    if (this.#buffer) this.#source?.release(this.#buffer, this.#pinned);
    this.#buffer = undefined;
  }

  /** The buffer, marked as used by the submission that is being recorded. */
  use(): PooledBuffer {
    const buffer = this.buffer();
    buffer.lastUse = this.device.recorder.serial;
    this.device.bufferSource.hold?.(this);
    return buffer;
  }

  buffer(): PooledBuffer {
    if (this.#buffer === undefined) {
      this.#source = this.device.bufferSource;
      this.#buffer = this.#source.acquire(this.bytes);
    }
    return this.#buffer;
  }

  /** Says that the host wrote the contents: a recording must not use the buffer for anything else. */
  pin(): void {
    this.#pinned = true;
  }
}
