import { type CompileDetails, compileKernel } from './compile.ts';
import type { CompileOptions, ShaderModule } from './runtime/compiler.ts';
import type { CompiledKernel } from './runtime/executor.ts';

/** Kernels kept; the median one is some 5 KB of WebAssembly. */
const MOST = 2000;

const kernels = new Map<string, CompiledKernel>();

/** `compileKernel`, remembering what it made: by source, entry point, constants and options, for all devices of the process. */
export function compileKernelOnce(
  module: ShaderModule,
  entryPoint: string,
  constants: ReadonlyMap<string, number>,
  options: CompileOptions & CompileDetails,
): CompiledKernel {
  const { shared, relaxed, width, check } = options;
  // The places of a checked kernel are numbered for one device.
  if (check !== undefined) return compileKernel(module, entryPoint, constants, options);
  const key = [entryPoint, shared, relaxed, width, JSON.stringify([...constants].sort()), module.code].join('\n');
  const kernel = kernels.get(key) ?? compileKernel(module, entryPoint, constants, options);
  // Moved to the end: first comes what has not been asked for longest.
  kernels.delete(key);
  kernels.set(key, kernel);
  if (kernels.size > MOST) kernels.delete(kernels.keys().next().value!);
  return kernel;
}
