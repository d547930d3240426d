import type { Device } from './device/device.ts';
import { defaultDevice } from './device/init.ts';
import { tidy } from './scope.ts';

/**
 * Compiles every pipeline that `fn` would use, in parallel, without running it:
 * dispatches are collected and dropped, buffers are not allocated. Call it while
 * weights load; the first real step then starts at full speed.
 *
 * Gradients are as before when it is done. What an async `fn` does after its first `await` is not seen.
 *
 * Returns how many pipelines `fn` uses.
 *
 * @throws KernelError naming a kernel that does not compile.
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
    restoreGrads(device);
  }
  await Promise.all([...sources].map((source) => device.pipelines.prepare(source)));
  return sources.size;
}

/** A dry run's gradients have no contents: the real ones return. */
function restoreGrads({ gradsBeforeDryRun }: Device): void {
  const before = [...gradsBeforeDryRun];
  gradsBeforeDryRun.clear();
  for (const [tensor, grad] of before) {
    if (tensor.disposed) grad?.dispose();
    else tensor.grad = grad;
  }
}
