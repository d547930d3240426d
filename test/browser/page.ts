import * as tympan from '../../src/index.ts'; // the test bundles the built package in its place
import { cases } from './cases.ts';

/** What the page tells the test. */
export interface Report {
  readonly adapter: string;
  readonly kind: string;
  /** Whether the page may share memory with workers. */
  readonly isolated: boolean;
  readonly results: Readonly<Record<string, readonly number[]>>;
  /** Tensors alive after all cases, which dispose theirs. */
  readonly leaked: number;
}

declare global {
  interface Window {
    run(device: 'navigator.gpu' | 'softgpu'): Promise<Report>;
  }
}

window.run = async (which) => {
  // Chromium's own adapter is a software driver here, which `init()` would pass over.
  const device = await tympan.init(which === 'softgpu' ? {} : { gpu: navigator.gpu });
  const results: Record<string, number[]> = {};
  for (const [name, compute] of Object.entries(cases)) results[name] = [...Array.from(await compute(tympan))];
  const leaked = device.memory().tensors;
  await tympan.shutdown();
  return { adapter: device.name, kind: device.kind, isolated: crossOriginIsolated, results, leaked };
};
