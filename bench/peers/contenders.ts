/** Who takes part, and the command that starts each. */

import { fileURLToPath } from 'node:url';

export interface ContenderCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Node 20 has relaxed SIMD behind this flag. softgpu sets it; a peer that could use it gets it as well. */
const RELAXED_SIMD = Number(process.versions.node.split('.')[0]) < 22 ? ['--experimental-wasm-relaxed-simd'] : [];

function node(
  name: string,
  file: string,
  args: readonly string[] = [],
  flags: readonly string[] = [],
): ContenderCommand {
  return { name, command: process.execPath, args: ['--import', 'tsx', ...flags, fileOf(file), ...args] };
}

function numpy(threads: number): ContenderCommand {
  return {
    name: `numpy-${threads}`,
    command: process.platform === 'win32' ? 'python' : 'python3',
    args: [fileOf('numpyPeer.py')],
    environment: { OPENBLAS_NUM_THREADS: String(threads), OMP_NUM_THREADS: String(threads) },
  };
}

/** Ratios are against the first. */
export const CONTENDERS: readonly ContenderCommand[] = [
  node('softgpu-2', 'tympanPeer.ts', ['softgpu', '2']),
  node('softgpu-1', 'tympanPeer.ts', ['softgpu', '1']),
  node('swiftshader', 'tympanPeer.ts', ['swiftshader']),
  node('onnxruntime-2', 'onnxRuntimePeer.ts', ['2']),
  node('onnxruntime-1', 'onnxRuntimePeer.ts', ['1']),
  node('tfjs', 'tfjsPeer.ts'),
  node('jax-js-2', 'jaxJsPeer.ts', ['2'], RELAXED_SIMD),
  node('jax-js-1', 'jaxJsPeer.ts', ['1'], RELAXED_SIMD),
  node('pffft', 'pffftPeer.ts'),
  numpy(2),
  numpy(1),
  node('copy-buffer', 'copyPeer.ts', ['buffer']),
  node('copy-wasm-1', 'copyPeer.ts', ['wasm', '1']),
  node('copy-wasm-2', 'copyPeer.ts', ['wasm', '2']),
];
