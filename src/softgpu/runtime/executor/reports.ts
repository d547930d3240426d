import type { KernelMemory } from './memory.ts';
import { CONTROL, REPORT } from './protocol.ts';

/** Takes the records that threads have written since the last time. */
export function takeReports(
  { words }: KernelMemory,
  areas: number,
  threads: number,
  take: (kernel: number, record: Uint32Array) => void,
): void {
  if (Atomics.exchange(words, CONTROL.reports, 0) === 0) return;
  for (let thread = 0; thread < threads; thread++) {
    const area = (areas + thread * REPORT.threadBytes) >>> 2;
    const produced = Atomics.load(words, area);
    for (let i = words[area + 1]!; i < produced; i++) {
      const at = area + (REPORT.recordBytes / 4) * (1 + (i % REPORT.records));
      const last = at + REPORT.recordBytes / 4 - 1;
      const count = Math.min(words[at]! >>> 0, last - at - 1);
      take(
        words[last]!,
        Uint32Array.from(words.subarray(at + 1, at + 1 + count), (word) => word >>> 0),
      );
    }
    Atomics.store(words, area + 1, produced);
  }
}
