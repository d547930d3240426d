import type { Device } from './device/device.ts';
import { defaultDevice } from './device/init.ts';
import { tidy } from './scope.ts';

/**
 * Compiles every pipeline that `fn` would use, in parallel, without running it:
 * dispatches are collected and dropped, buffers are not allocated. Call it while
 * weights load; the first real step then starts at full speed.
 *
 * Returns how many pipelines `fn` uses.
 */
export async function warmup(fn: () => unknown, device: Device = defaultDevice()): Promise<number> {
  const sources: NonNullable<Device['dryRun']> = new Set();
  const { counter } = device.random;
  device.dryRun = sources;
  try {
    tidy(() => {
      fn();
    });
  } finally {
    device.dryRun = undefined;
    device.random.counter = counter;
  }
  await Promise.all([...sources].map((source) => device.pipelines.prepare(source)));
  return sources.size;
}
