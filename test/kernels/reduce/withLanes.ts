import type { Lanes } from '../../../src/kernels/reduce/lanes.ts';
import { defaultDevice } from '../../../src/tensor/engine/device/init.ts';

/** Runs `check` with the kernels sharing each row among so many invocations, as on another class of device. */
export async function withLanes(lanes: Lanes, kernels: readonly string[], check: () => Promise<void>): Promise<void> {
  const { chosen } = defaultDevice().choices;
  const keys = kernels.flatMap((kernel) => ['short', 'middle', 'long'].map((size) => `${kernel}/${size}`));
  for (const key of keys) chosen.set(key, String(lanes));
  try {
    await check();
  } finally {
    for (const key of keys) chosen.delete(key);
  }
}
