/** WebGPU compute on the CPU: WGSL compiled to WebAssembly SIMD, workgroups spread over threads. */

import { compileKernel, createShaderModule } from './compile.ts';
import { createExecutor } from './runtime/executor/createExecutor.ts';
import { KernelMemory, PAGE_BYTES } from './runtime/executor/memory.ts';
import { compilerFeatures, languageFeatures } from './runtime/features.ts';
import { createGPU, type GPU } from './runtime/gpu.ts';
import { relaxedSimd } from './wasm/features.ts';

export { globals, installGlobals } from './runtime/globals.ts';

export interface SoftGPUOptions {
  /** How many threads run kernels: as many as the machine has cores when left out. 0 runs them on the calling thread. */
  readonly threads?: number;
  /** Runs kernels with every access checked: for indexes out of bounds, or for invocations that race. Slow. */
  readonly check?: 'bounds' | 'races';
}

/**
 * A `GPU` like `navigator.gpu` whose one adapter is the CPU. It offers the compute part of WebGPU; textures and rendering
 * are validation errors.
 */
export function createSoftGPU(options: SoftGPUOptions = {}): GPU {
  const { threads, check } = options;
  let capacity: number | undefined;
  return createGPU({
    compiler: { features: compilerFeatures, languageFeatures, createShaderModule, compileKernel },
    capacity: () => (capacity ??= memoryCapacity(threads)),
    relaxed: relaxedSimd(),
    ...(check !== undefined && { check }),
    createExecutor: () => createExecutor(threads === undefined ? {} : { threads }),
  });
}

/** What executors keep for themselves: commands, kernels' scratch, reports. */
const executorBytes = 1 << 26;

/** How far the memory of a device can grow here. Only trying tells: engines refuse what they have no addresses for. */
function memoryCapacity(threads: number | undefined): number {
  const shared = threads !== 0 && typeof SharedArrayBuffer === 'function';
  return new KernelMemory(shared).maximumPages * PAGE_BYTES - executorBytes;
}
