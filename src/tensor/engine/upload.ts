import type { Tensor } from '../tensor.ts';

/**
 * Writes host bytes into a dense tensor. `queue.writeBuffer` runs before an
 * encoder that is still open, so commands that were recorded and still read the
 * old contents are submitted first.
 */
export function upload(target: Tensor, data: ArrayBufferView): void {
  const { device, storage } = target;
  if (device.dryRun || data.byteLength === 0) return;
  storage.pin();
  const buffer = storage.buffer();
  if (buffer.lastUse === device.recorder.serial) device.recorder.flush();
  device.gpu.queue.writeBuffer(buffer.gpu, 0, padded(data));
}

/** WebGPU writes whole words: an odd count of f16 gets two bytes behind it. */
function padded(data: ArrayBufferView): ArrayBufferView<ArrayBuffer> {
  if (data.byteLength % 4 === 0) return data as ArrayBufferView<ArrayBuffer>;
  const bytes = new Uint8Array(Math.ceil(data.byteLength / 4) * 4);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return bytes;
}
