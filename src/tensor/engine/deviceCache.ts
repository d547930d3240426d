import type { Tensor } from '../tensor.ts';
import type { Device } from './device/device.ts';
import { owned } from './scope.ts';
import { upload } from './upload.ts';

const caches = new WeakMap<Device, Map<string, Tensor>>();

/**
 * A small constant table (twiddles, a window, rotary angles) on the device of `like`, made once per device and `key` and
 * kept until the device is destroyed. The result is one-dimensional f32; never dispose it or write to it. `key` names
 * the kernel family and everything the values depend on: `fourier.twiddles/2048`.
 *
 * Tables do not count in `memory().tensors`: nobody but the cache could free them. Their bytes do count. A key that may
 * take unboundedly many values, such as the length of a recording, does not belong here.
 */
export function cached(like: Tensor, key: string, make: () => Float32Array): Tensor {
  const { device } = like;
  let tables = caches.get(device);
  if (tables === undefined) {
    tables = new Map();
    caches.set(device, tables);
  }
  const found = tables.get(key);
  if (found) return found;
  const values = make();
  // A dry run uploads nothing: a table kept from it would never get its values.
  if (device.dryRun) return like.derive([values.length], 'f32');
  const table = shared(like, values);
  tables.set(key, table);
  device.accountTensors(-1);
  return table;
}

/** Frees the tables of a device; called when it is destroyed. */
export function clearCache(device: Device): void {
  for (const table of caches.get(device)?.values() ?? []) {
    device.accountTensors(1); // taken off the count when it was cached; dispose() takes it off once more
    table.dispose();
  }
  caches.delete(device);
}

/** Takes its buffer from the pool even while a recording lends out its own: the table outlives the recording. */
function shared(like: Tensor, values: Float32Array): Tensor {
  const { device } = like;
  const source = device.bufferSource;
  device.bufferSource = device.pool;
  try {
    const table = owned(() => like.derive([values.length], 'f32'));
    table.storage.buffer();
    upload(table, values);
    return table;
  } finally {
    device.bufferSource = source;
  }
}
