import type { CompileOptions, Compiler } from './compiler.ts';
import type { Executor } from './executor.ts';

/** What lies below the WebGPU objects, given to them from outside so that tests can stand in for it. */
export interface Host {
  readonly compiler: Compiler;
  /** Bytes that buffers can take up on one device. */
  capacity(): number;
  /** Whether the engine has relaxed SIMD. */
  readonly relaxed: boolean;
  readonly check?: NonNullable<CompileOptions['check']>;
  /** Makes the memory and threads of one device. */
  createExecutor(): Executor | Promise<Executor>;
}
