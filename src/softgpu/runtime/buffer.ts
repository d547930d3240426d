import { BufferMapping } from './bufferMapping.ts';
import type { DeviceState } from './deviceState.ts';
import { GPUBufferUsage, GPUMapMode } from './flags.ts';
import { construct, GPUObject, inner, nameOf, type ObjectInner, useProblem } from './object.ts';
import { required, toU32, toU64 } from './webidl.ts';

interface BufferInner extends ObjectInner {
  /** Where the bytes are; 0 where the buffer has none. */
  readonly address: number;
  readonly size: number;
  readonly usage: number;
  /** Whether commands may use it ("available"), a mapping holds it, or it is gone. */
  state: 'available' | 'unavailable' | 'destroyed';
  mapping: BufferMapping | null;
  pending: PendingMap | null;
}

interface PendingMap {
  readonly reject: (error: DOMException) => void;
}

const allUsages = Object.values(GPUBufferUsage).reduce((all, bit) => all | bit, 0);

export class GPUBuffer extends GPUObject<BufferInner> implements globalThis.GPUBuffer {
  declare readonly __brand: 'GPUBuffer';

  get size(): number {
    return this[inner].size;
  }

  get usage(): number {
    return this[inner].usage;
  }

  get mapState(): GPUBufferMapState {
    if (this[inner].mapping !== null) return 'mapped';
    return this[inner].pending === null ? 'unmapped' : 'pending';
  }

  mapAsync(mode: number, offset?: number, size?: number): Promise<undefined> {
    return new Promise((resolve, reject) => {
      // What is thrown in here rejects the promise, as Web IDL asks of methods that return one.
      this.#map(
        toU32(mode, 'mode'),
        toU64(offset ?? 0, 'offset'),
        size === undefined ? undefined : toU64(size, 'size'),
        () => resolve(undefined),
        reject,
      );
    });
  }

  #map(
    mode: number,
    offset: number,
    size: number | undefined,
    resolve: () => void,
    reject: (error: DOMException) => void,
  ): void {
    const slots = this[inner];
    const { device } = slots;
    if (slots.pending !== null) {
      reject(
        new DOMException(`The ${nameOf('buffer', this)} is being mapped already. Await that first.`, 'OperationError'),
      );
      return;
    }
    const pending: PendingMap = { reject };
    slots.pending = pending;
    device.mapped.add(this);

    const fail = (message: string, name: 'AbortError' | 'OperationError'): void => {
      if (slots.pending !== pending) return; // unmap() rejected it
      slots.pending = null;
      if (slots.mapping === null) device.mapped.delete(this);
      reject(new DOMException(message, name));
    };

    if (device.lost) {
      queueMicrotask(() => fail('The device is lost: none of its buffers can be mapped any more.', 'AbortError'));
      return;
    }
    const rangeSize = size ?? Math.max(0, slots.size - offset);
    const problem = this.#mapProblem(mode, offset, rangeSize);
    if (problem !== null) {
      device.raise('validation', `mapAsync: ${problem}`);
      queueMicrotask(() => fail(problem, 'OperationError'));
      return;
    }
    slots.state = 'unavailable';
    device.executor.done().then(
      () => {
        if (slots.pending !== pending) return;
        slots.pending = null;
        slots.mapping = new BufferMapping(
          device.executor,
          slots.address,
          mode === GPUMapMode.WRITE,
          offset,
          offset + rangeSize,
        );
        resolve();
      },
      (error: unknown) => fail(`The device was lost before the buffer was mapped: ${String(error)}`, 'AbortError'),
    );
  }

  #mapProblem(mode: number, offset: number, size: number): string | null {
    const slots = this[inner];
    const name = nameOf('buffer', this);
    const use = useProblem(slots.device, 'buffer', this);
    if (use !== null) return use;
    if (slots.state === 'destroyed') return `The ${name} is destroyed.`;
    if (slots.state === 'unavailable') return `The ${name} is mapped already. Call unmap() first.`;
    if (offset % 8 !== 0) return `The offset ${offset} into the ${name} is not a multiple of 8.`;
    if (size % 4 !== 0) return `The size ${size} of the range of the ${name} is not a multiple of 4.`;
    if (offset + size > slots.size) {
      return `Bytes ${offset} to ${offset + size} are not all inside the ${name} of ${slots.size} bytes.`;
    }
    if (mode !== GPUMapMode.READ && mode !== GPUMapMode.WRITE) {
      return `The mode ${mode} is neither GPUMapMode.READ nor GPUMapMode.WRITE.`;
    }
    const usage = mode === GPUMapMode.READ ? 'MAP_READ' : 'MAP_WRITE';
    if ((slots.usage & GPUBufferUsage[usage]) === 0) return `The ${name} was made without GPUBufferUsage.${usage}.`;
    return null;
  }

  getMappedRange(offset?: number, size?: number): ArrayBuffer {
    const start = toU64(offset ?? 0, 'offset');
    const bytes = size === undefined ? Math.max(0, this[inner].size - start) : toU64(size, 'size');
    const { mapping } = this[inner];
    if (mapping === null) {
      throw new DOMException(`The ${nameOf('buffer', this)} is not mapped. Await mapAsync() first.`, 'OperationError');
    }
    const problem = mapping.problem(start, bytes);
    if (problem !== null) throw new DOMException(`${nameOf('buffer', this)}: ${problem}`, 'OperationError');
    return mapping.take(start, bytes);
  }

  unmap(): undefined {
    this.#endMapping(true);
  }

  #endMapping(keep: boolean): void {
    const slots = this[inner];
    if (slots.pending === null && slots.mapping === null) return;
    slots.device.mapped.delete(this);
    const { pending } = slots;
    slots.pending = null;
    pending?.reject(new DOMException(`The ${nameOf('buffer', this)} was unmapped before it was mapped.`, 'AbortError'));
    slots.mapping?.close(keep && !slots.device.lost);
    slots.mapping = null;
    if (slots.state === 'unavailable') slots.state = 'available';
  }

  destroy(): undefined {
    const slots = this[inner];
    this.#endMapping(false);
    if (slots.state === 'destroyed') return;
    slots.state = 'destroyed';
    if (!slots.valid) return;
    slots.device.forgetGarbage(this);
    if (!slots.device.lost) slots.device.executor.free(slots.address);
  }
}

/** createBuffer of the specification. */
export function createBuffer(device: DeviceState, descriptor: GPUBufferDescriptor): GPUBuffer {
  const size = toU64(required(descriptor.size, 'size'), 'size');
  const usage = toU32(required(descriptor.usage, 'usage'), 'usage');
  const mapped = Boolean(descriptor.mappedAtCreation);
  if (mapped && size % 4 !== 0) {
    throw new RangeError(`createBuffer: a buffer mapped at creation has a size that is a multiple of 4, not ${size}.`);
  }
  if (mapped && size > mostMappable) {
    throw new RangeError(
      `createBuffer: ${size} bytes are more than one ArrayBuffer can hold. Leave out mappedAtCreation.`,
    );
  }
  const valid = device.accepts('createBuffer', descriptorProblem(device, size, usage, descriptor.label));
  const address = valid && !device.lost ? allocate(device, size, mapped, descriptor.label) : null;
  const buffer = new GPUBuffer(construct, descriptor.label, {
    device,
    valid: address !== null,
    address: address ?? 0,
    size,
    usage,
    state: mapped ? 'unavailable' : 'available',
    mapping: mapped ? new BufferMapping(device.executor, address, true, 0, size) : null,
    pending: null,
  });
  if (mapped) device.mapped.add(buffer);
  if (address !== null) {
    const { executor } = device;
    device.releaseWithGarbage(buffer, () => executor.free(address));
  }
  return buffer;
}

/** No buffer of a 32-bit memory is larger, so a longer mapping can only fail. */
const mostMappable = 2 ** 32;

function descriptorProblem(device: DeviceState, size: number, usage: number, label?: string): string | null {
  const name = nameOf('buffer', { label: label ?? '' });
  if (usage === 0) return `The ${name} has no usage. Combine flags of GPUBufferUsage.`;
  if ((usage & ~allUsages) !== 0)
    return `The usage 0x${usage.toString(16)} of the ${name} has bits no flag of GPUBufferUsage has.`;
  if ((usage & GPUBufferUsage.MAP_READ) !== 0 && (usage & ~(GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST)) !== 0) {
    return `The ${name}: MAP_READ goes only with COPY_DST. Copy into a second buffer to read results.`;
  }
  if (
    (usage & GPUBufferUsage.MAP_WRITE) !== 0 &&
    (usage & ~(GPUBufferUsage.MAP_WRITE | GPUBufferUsage.COPY_SRC)) !== 0
  ) {
    return `The ${name}: MAP_WRITE goes only with COPY_SRC. Copy from a second buffer, or use queue.writeBuffer.`;
  }
  if (size > device.limits.maxBufferSize) {
    return `The ${name} of ${size} bytes is larger than the device's maxBufferSize of ${device.limits.maxBufferSize}. Ask requestDevice for a higher limit.`;
  }
  return null;
}

function allocate(device: DeviceState, size: number, mapped: boolean, label: string | undefined): number | null {
  // A mapping at creation reads and writes the memory at once; all other access waits for the commands before it.
  const address = device.executor.allocate(Math.max(size, 4), mapped ? 'host' : 'commands');
  if (address === null) {
    const name = nameOf('buffer', { label: label ?? '' });
    device.raise(
      'out-of-memory',
      `createBuffer: no memory is left for the ${name} of ${size} bytes. destroy() buffers you no longer need.`,
    );
  }
  return address;
}
