import type { Tensor } from '../tensor.ts';
import { dense } from './copy.ts';
import type { Device } from './device/device.ts';
import { bytesOf, type DType } from './dtype.ts';
import { float16ToFloat32 } from './float16.ts';

const MAP_READ = 0x1;
const COPY_DST = 0x8;

/** Staging buffers of one device, by size, so that reading a loss each step creates none. */
const staging = new WeakMap<Device, Map<number, GPUBuffer[]>>();

type HostArray = Float32Array | Int32Array | Uint32Array | Uint8Array;

/** Records the copy and submits before it returns: the tensor may be disposed while the promise is pending. */
export function readBack(tensor: Tensor): Promise<HostArray> {
  if (tensor.device.recorder.tap) {
    throw new Error('data: a function under record() cannot read tensors back; return them instead');
  }
  return copyBack(tensor);
}

/** Runs up to the first await at once; from there on every failure of the device is a rejection. */
async function copyBack(tensor: Tensor): Promise<HostArray> {
  const { device, dtype, size } = tensor;
  device.throwFailure();
  const bytes = size * bytesOf(dtype);
  if (bytes === 0 || device.dryRun) return decode(new ArrayBuffer(bytes), dtype, size);
  const copied = Math.ceil(bytes / 4) * 4;
  const buffer = takeStaging(device, copied);
  const packed = dense(tensor);
  const source = packed.storage.use();
  const at = packed.offset * bytesOf(dtype);
  device.recorder.copy((encoder) => encoder.copyBufferToBuffer(source.gpu, at, buffer, 0, copied));
  device.recorder.flush();
  if (packed !== tensor) packed.dispose();
  await device.orFailure(buffer.mapAsync(MAP_READ, 0, copied));
  const copy = buffer.getMappedRange(0, copied).slice(0);
  buffer.unmap();
  returnStaging(device, buffer);
  await device.settle();
  return decode(copy, dtype, size);
}

function decode(bytes: ArrayBuffer, dtype: DType, size: number): HostArray {
  switch (dtype) {
    case 'f32':
      return new Float32Array(bytes, 0, size);
    case 'f16':
      return float16ToFloat32(new Uint16Array(bytes, 0, size));
    case 'i32':
      return new Int32Array(bytes, 0, size);
    case 'u32':
      return new Uint32Array(bytes, 0, size);
    case 'bool':
      return Uint8Array.from(new Uint32Array(bytes, 0, size));
  }
}

function stagingSize(bytes: number): number {
  return Math.max(256, 2 ** Math.ceil(Math.log2(bytes)));
}

function takeStaging(device: Device, bytes: number): GPUBuffer {
  const size = stagingSize(bytes);
  return (
    staging.get(device)?.get(size)?.pop() ??
    device.gpu.createBuffer({ label: 'staging', size, usage: MAP_READ | COPY_DST })
  );
}

/** Keeps small buffers; a large one is worth less than its memory. */
function returnStaging(device: Device, buffer: GPUBuffer): void {
  if (buffer.size > 1 << 20) {
    buffer.destroy();
    return;
  }
  let sizes = staging.get(device);
  if (!sizes) {
    sizes = new Map();
    staging.set(device, sizes);
  }
  const list = sizes.get(buffer.size);
  if (list) list.push(buffer);
  else sizes.set(buffer.size, [buffer]);
}
