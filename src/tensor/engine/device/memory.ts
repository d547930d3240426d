import type { MemoryReport } from './device.ts';
import { defaultDevice } from './init.ts';

/** What tensors hold on the default device. */
export function memory(): MemoryReport {
  return defaultDevice().memory();
}
