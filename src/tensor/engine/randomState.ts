import type { Tensor } from '../tensor.ts';
import type { Device } from './device/device.ts';
import { defineKernel } from './kernel.ts';
import { owned } from './scope.ts';
import { upload } from './upload.ts';

/** 64 bits as two u32, the low one first. */
export type Words = readonly [low: number, high: number];

/** The key of the generator: the device's seed. */
export function randomKey(device: Device): Words {
  return words(device.random.seed);
}

/** Where the next draw of so many 128-bit blocks begins; the draw after it begins behind them. */
export function nextCounter(device: Device, blocks: number): Words {
  const { counter } = device.random;
  device.random.counter = counter + blocks;
  return words(counter);
}

/** Exact up to 2^53, which a thousand years of drawing do not reach. */
function words(value: number): Words {
  return [value % 2 ** 32, Math.floor(value / 2 ** 32)];
}

const epochs = /* @__PURE__ */ new WeakMap<Device, Tensor>();

/**
 * One u32 per device that every random kernel mixes into its counter. A replay of a recorded step runs with the seed
 * and counter of the recording; it draws other numbers because `bumpEpoch` ran on the device in between.
 *
 * Belongs to the device: never dispose it. It does not count in `memory().tensors`.
 */
export function randomEpoch(like: Tensor): Tensor {
  const { device } = like;
  const made = epochs.get(device);
  if (made) return made;
  if (device.dryRun) return like.derive([1], 'u32'); // a dry run uploads nothing
  const source = device.bufferSource;
  device.bufferSource = device.pool; // a recording's own buffers go when it is disposed
  try {
    const epoch = owned(() => like.derive([1], 'u32'));
    upload(epoch, new Uint32Array(1)); // no dispatch: a replay would repeat it
    device.accountTensors(-1);
    epochs.set(device, epoch);
    return epoch;
  } finally {
    device.bufferSource = source;
  }
}

/** Lets random kernels draw other numbers for the same counter. Does nothing where none has run yet. */
export function bumpEpoch({ device }: { readonly device: Device }): void {
  const epoch = epochs.get(device);
  if (epoch) addToEpoch({}, { epoch });
}

/** The epoch as a number, for checkpoints. */
export async function readEpoch(device: Device): Promise<number> {
  return (await epochs.get(device)?.item()) ?? 0;
}

export function writeEpoch(like: Tensor, value: number): void {
  if (value === 0 && !epochs.has(like.device)) return;
  upload(randomEpoch(like), Uint32Array.of(value));
}

export const addToEpoch = /* @__PURE__ */ defineKernel({
  name: 'random.bumpEpoch',
  read: {},
  write: { epoch: 'u32' },
  workgroup: 1,
  grid: () => 1,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main() {
  epoch[0] += 1u;
}`,
});
