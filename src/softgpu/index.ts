/** WebGPU compute on the CPU: WGSL compiled to WebAssembly SIMD, workgroups spread over threads. */

import { type CheckReport, deliver, readReports, warnOnce } from './checkReport.ts';
import { createShaderModule } from './compile.ts';
import { compileKernelOnce } from './compileCache.ts';
import { Places } from './ir/check/places.ts';
import { LANGUAGE_FEATURES } from './program/directives.ts';
import { createExecutor } from './runtime/executor/createExecutor.ts';
import { KernelMemory, PAGE_BYTES } from './runtime/executor/memory.ts';
import { compilerFeatures } from './runtime/features.ts';
import { listAttributes } from './runtime/globals.ts';
import { createGPU, type GPU } from './runtime/gpu.ts';
import { relaxedSimd } from './wasm/features.ts';

export type { BoundsReport, CheckReport, Invocation, RaceReport, SourcePlace } from './checkReport.ts';
export { globals, installGlobals } from './runtime/globals.ts';

export interface SoftGPUOptions {
  /** How many threads run kernels: as many as the machine has cores when left out. 0 runs them on the calling thread. */
  readonly threads?: number;
  /** Runs kernels with every access checked: for indexes out of bounds, or for invocations that race. Slow; races are looked for on one thread. */
  readonly check?: 'bounds' | 'races';
  /** Gets what checked kernels find, before the work they did counts as done. Left out, each place is warned of once on the console. */
  readonly onReport?: (report: CheckReport) => void;
  /** How many invocations run at once where a kernel allows it. Left out, an estimate decides for each kernel; set, it shows whether they agree. */
  readonly width?: 1 | 4;
}

/**
 * A `GPU` like `navigator.gpu` whose one adapter is the CPU. It offers the compute part of WebGPU; textures and rendering
 * are validation errors.
 */
export function createSoftGPU(options: SoftGPUOptions = {}): GPU {
  listAttributes();
  const { check, onReport = warnOnce(), width } = options;
  // Only what one thread runs can be compared.
  const threads = check === 'races' ? Math.min(1, options.threads ?? 1) : options.threads;
  const places = new Places();
  let capacity: number | undefined;
  return createGPU({
    compiler: {
      ...{ features: compilerFeatures, languageFeatures: LANGUAGE_FEATURES, createShaderModule },
      compileKernel: (module, entryPoint, constants, how) =>
        compileKernelOnce(module, entryPoint, constants, { ...how, places, ...(width !== undefined && { width }) }),
    },
    capacity: () => (capacity ??= memoryCapacity(threads)),
    relaxed: relaxedSimd(),
    ...(check !== undefined && { check }),
    createExecutor: () =>
      createExecutor({
        ...(threads !== undefined && { threads }),
        onReport: (label, words) => deliver(readReports(label, words, places), onReport),
      }),
  });
}

/** What executors keep for themselves: commands, kernels' scratch, reports. */
const executorBytes = 1 << 26;

/** How far the memory of a device can grow here. Only trying tells: engines refuse what they have no addresses for. */
function memoryCapacity(threads: number | undefined): number {
  const shared = threads !== 0 && typeof SharedArrayBuffer === 'function';
  return new KernelMemory(shared).maximumPages * PAGE_BYTES - executorBytes;
}
