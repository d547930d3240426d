import type { Tensor } from '../tensor.ts';
import type { DType } from './dtype.ts';
import { float32ToFloat16 } from './float16.ts';

/**
 * Writes host bytes into a dense tensor. `queue.writeBuffer` runs before an
 * encoder that is still open, so commands that were recorded and still read the
 * old contents are submitted first.
 */
export function upload(target: Tensor, data: ArrayBufferView): void {
  uploadAt(target, 0, data);
}

/** Writes behind the first `at` bytes, a multiple of 4. */
export function uploadAt(target: Tensor, at: number, data: ArrayBufferView): void {
  const { device, storage } = target;
  if (device.dryRun || data.byteLength === 0) return;
  storage.pin();
  const buffer = storage.buffer();
  if (buffer.lastUse === device.recorder.serial) device.recorder.flush();
  device.gpu.queue.writeBuffer(buffer.gpu, at, padded(data));
}

/** WebGPU writes whole words: an odd count of f16 gets two bytes behind it. */
function padded(data: ArrayBufferView): ArrayBufferView<ArrayBuffer> {
  if (data.byteLength % 4 === 0) return data as ArrayBufferView<ArrayBuffer>;
  const bytes = new Uint8Array(Math.ceil(data.byteLength / 4) * 4);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return bytes;
}

/** The bytes of the elements as the device stores them. */
export function encode(flat: ArrayLike<number>, dtype: DType): ArrayBufferView {
  switch (dtype) {
    case 'f32':
      return flat instanceof Float32Array ? flat : Float32Array.from(flat);
    case 'f16':
      return float32ToFloat16(flat instanceof Float32Array ? flat : Float32Array.from(flat));
    case 'i32':
      return flat instanceof Int32Array ? flat : Int32Array.from(flat);
    case 'u32':
      return flat instanceof Uint32Array ? flat : Uint32Array.from(flat);
    case 'bool':
      return Uint32Array.from(flat, (value) => (value ? 1 : 0));
  }
}
