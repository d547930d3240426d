import { GPUBuffer } from './buffer.ts';
import { GPUCommandBuffer } from './commandBuffer.ts';
import type { DeviceState } from './deviceState.ts';
import { GPUBufferUsage } from './flags.ts';
import { GPUObject, inner, nameOf, useProblem } from './object.ts';
import { stateProblem } from './recording.ts';
import { computeOnly } from './texture.ts';
import { toObject, toSequence, toU64 } from './webidl.ts';

export class GPUQueue extends GPUObject<{ readonly device: DeviceState }> implements globalThis.GPUQueue {
  declare readonly __brand: 'GPUQueue';

  submit(commandBuffers: Iterable<globalThis.GPUCommandBuffer>): undefined {
    const { device } = this[inner];
    const given = toSequence(commandBuffers, 'commandBuffers').map((each) =>
      toObject(each, GPUCommandBuffer, 'commandBuffers'),
    );
    const accepted = device.accepts('submit', submitProblem(device, given));
    for (const each of given) {
      const { recording } = each[inner];
      // A command buffer is used up by submit, whether it was accepted or not.
      each[inner].recording = null;
      if (accepted && recording !== null && recording.commands.length > 0 && !device.lost) {
        device.executor.submit(recording.commands);
      }
    }
  }

  onSubmittedWorkDone(): Promise<undefined> {
    const { device } = this[inner];
    if (device.lost) return Promise.resolve(undefined);
    // On a lost device no work is left, so that the promise resolves all the same.
    return device.executor.done().then(
      () => undefined,
      () => undefined,
    );
  }

  writeBuffer(
    buffer: globalThis.GPUBuffer,
    bufferOffset: number,
    data: GPUAllowSharedBufferSource,
    dataOffset?: number,
    size?: number,
  ): undefined {
    const ours = toObject(buffer, GPUBuffer, 'buffer');
    const offset = toU64(bufferOffset, 'bufferOffset');
    const bytes = toBytes(data, dataOffset, size);
    const { device } = this[inner];
    if (!device.accepts('writeBuffer', writeProblem(device, ours, offset, bytes.byteLength))) return;
    if (bytes.byteLength === 0 || device.lost) return;
    device.executor.submit([{ op: 'write', address: ours[inner].address + offset, bytes }]);
  }

  writeTexture(): undefined {
    this[inner].device.raise('validation', `writeTexture: ${computeOnly}`);
  }

  copyExternalImageToTexture(): undefined {
    this[inner].device.raise('validation', `copyExternalImageToTexture: ${computeOnly}`);
  }
}

function submitProblem(device: DeviceState, given: readonly GPUCommandBuffer[]): string | null {
  for (let at = 0; at < given.length; at++) {
    const each = given[at]!;
    const { recording } = each[inner];
    const problem = useProblem(device, 'command buffer', each) ?? recording?.problem() ?? null;
    if (problem !== null) return problem;
    if (recording === null || given.indexOf(each) < at) {
      return `The ${nameOf('command buffer', each)} was submitted before. Record it again: a command buffer runs once.`;
    }
  }
  return null;
}

/** The bytes to write. Offset and size count elements of a typed array, else bytes. */
function toBytes(
  data: GPUAllowSharedBufferSource,
  dataOffset: number | undefined,
  size: number | undefined,
): Uint8Array {
  const view = ArrayBuffer.isView(data);
  if (!view && typeof data?.byteLength !== 'number')
    throw new TypeError('writeBuffer: data must be an ArrayBuffer or a view on one.');
  const width = view && 'BYTES_PER_ELEMENT' in data ? Number(data.BYTES_PER_ELEMENT) : 1;
  const start = toU64(dataOffset ?? 0, 'dataOffset');
  const length = data.byteLength / width;
  const count = size === undefined ? length - start : toU64(size, 'size');
  if (start + count > length || count < 0) {
    throw new DOMException(
      `writeBuffer: elements ${start} to ${start + count} are not all among the ${length} of data.`,
      'OperationError',
    );
  }
  if ((count * width) % 4 !== 0) {
    throw new DOMException(`writeBuffer: ${count * width} bytes are not a multiple of 4.`, 'OperationError');
  }
  return view
    ? new Uint8Array(data.buffer, data.byteOffset + start * width, count * width)
    : new Uint8Array(data, start, count);
}

function writeProblem(device: DeviceState, buffer: GPUBuffer, offset: number, bytes: number): string | null {
  const name = nameOf('buffer', buffer);
  const use = useProblem(device, 'buffer', buffer);
  if (use !== null) return use;
  if (buffer[inner].state !== 'available') return stateProblem(buffer);
  if ((buffer.usage & GPUBufferUsage.COPY_DST) === 0) return `The ${name} was made without GPUBufferUsage.COPY_DST.`;
  if (offset % 4 !== 0) return `The offset ${offset} into the ${name} is not a multiple of 4.`;
  if (offset + bytes <= buffer.size) return null;
  return `Bytes ${offset} to ${offset + bytes} are not all inside the ${buffer.size} of the ${name}.`;
}
