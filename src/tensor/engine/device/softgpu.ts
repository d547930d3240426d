import type { Found } from './dawn.ts';

/** WebGPU on the processor's SIMD units, wherever WebAssembly runs: the device of machines without a GPU. */
export async function openSoftGPU(threads?: number): Promise<Found> {
  // Loaded when needed: programs with a GPU never fetch the compiler.
  const { createSoftGPU } = await import('../../../softgpu/index.ts');
  const gpu = createSoftGPU(threads === undefined ? {} : { threads });
  const adapter = await gpu.requestAdapter();
  return adapter ? { gpu, adapter } : { reason: 'softgpu: this engine has no WebAssembly SIMD' };
}
