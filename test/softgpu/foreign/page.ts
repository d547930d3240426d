/** What a WebGPU program written for a page finds there: `navigator.gpu` and the interfaces by their global names. */

import { createSoftGPU, installGlobals } from '../../../src/softgpu/index.ts';

/** Call it before the program is imported: some look for `navigator.gpu` while they load. */
export function openPage(): void {
  installGlobals();
  const navigator = { gpu: createSoftGPU({ threads: 2 }), userAgent: 'softgpu', hardwareConcurrency: 2 };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
}
