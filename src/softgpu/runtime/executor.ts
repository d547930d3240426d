/**
 * A compiled compute entry point: one WebAssembly module that imports `env.memory` and exports
 * `run(args, scratch, first, end)`, which runs the workgroups of linear index [first, end).
 */
export interface CompiledKernel {
  readonly code: Uint8Array;
  readonly workgroupSize: readonly [number, number, number];
  /** Bytes of 16-byte aligned scratch each thread needs while it runs the kernel. */
  readonly scratchBytes: number;
  /** Bytes of the workgroup variables as maxComputeWorkgroupStorageSize counts them. */
  readonly workgroupStorageBytes?: number;
  /** The buffer bindings in the order of their slots in the argument block. */
  readonly bindings: readonly { readonly group: number; readonly binding: number }[];
}

export interface KernelOptions {
  /** What errors and reports call the kernel. */
  readonly label?: string;
  /**
   * Whether the kernel reports what it finds wrong. Word 3 of its argument block is then the address of a record of
   * 63 words, or 0 where no more can be taken: one for what a thread runs of a dispatch. An invocation may add the words of
   * its report behind those that are there, 62 in all, and set word 0 to their count. Only one thread writes to one record.
   */
  readonly reports?: boolean;
}

declare const kernelHandleBrand: unique symbol;

/** A kernel loaded on every thread of one executor; only that executor can read it. */
export interface KernelHandle {
  readonly [kernelHandleBrand]?: true;
}

/**
 * Runs `x * y * z` workgroups. The argument block the kernel sees is the words x, y, z, 0, and then
 * `bindings`: per slot the address and the byte length of the bound range.
 */
export interface DispatchCommand {
  readonly op: 'dispatch';
  readonly kernel: KernelHandle;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Shared between commands and never written after it was first used in one. */
  readonly bindings: Uint32Array;
}

/** A dispatch whose three u32 counts lie in memory, read when the command's turn comes. */
export interface DispatchIndirectCommand {
  readonly op: 'dispatchIndirect';
  readonly kernel: KernelHandle;
  /** Address of the counts, a multiple of 4. */
  readonly counts: number;
  /** maxComputeWorkgroupsPerDimension: where a count is above it the command does nothing. */
  readonly limit: number;
  readonly bindings: Uint32Array;
}

/** Copies bytes inside the memory; the ranges never overlap. All three are multiples of 4. */
export interface CopyCommand {
  readonly op: 'copy';
  readonly source: number;
  readonly destination: number;
  readonly bytes: number;
}

/** Fills a range with zero bytes. */
export interface ClearCommand {
  readonly op: 'clear';
  readonly address: number;
  readonly bytes: number;
}

/** Writes the time in nanoseconds as a u64, once everything before it is done. */
export interface TimestampCommand {
  readonly op: 'timestamp';
  /** A multiple of 8. */
  readonly address: number;
}

/** Writes bytes from outside the memory, as queue.writeBuffer does. */
export interface WriteCommand {
  readonly op: 'write';
  readonly address: number;
  /** The caller's own memory: the executor has read it when `submit` returns. */
  readonly bytes: Uint8Array;
}

export type Command =
  | DispatchCommand
  | DispatchIndirectCommand
  | CopyCommand
  | ClearCommand
  | TimestampCommand
  | WriteCommand;

/** Commands in the order they run; each one sees everything that those before it wrote. */
export type CommandList = readonly Command[];

/** The machine below the WebGPU objects: one memory, the kernels, and the threads that run them. */
export interface Executor {
  /** Whether the memory is shared, so that kernels must import it as shared. */
  readonly shared: boolean;
  /** Settles with the reason once the executor died by itself; stays pending otherwise, also after `destroy`. */
  readonly failure: Promise<Error>;
  /**
   * The address of zero-filled bytes, a multiple of 256; null where memory ran out.
   * For access by 'commands', reused memory may be cleared by a command: `bytes` shows zeros only after `done`.
   * For the 'host', zeros are there at once, at the price of clearing on this thread and of not reusing memory that work under way may use.
   */
  allocate(bytes: number, access?: 'commands' | 'host'): number | null;
  /** Gives memory back, once the work submitted so far is done. */
  free(address: number): void;
  /** A view of the whole memory; it can go stale with every `allocate`, since memory grows. Its bytes are as commands left them once `done` resolved. */
  bytes(): Uint8Array;
  /** Compiles the kernel for all threads, in the background where there are some. Throws a RangeError where memory ran out. */
  loadKernel(kernel: CompiledKernel, options?: KernelOptions): KernelHandle;
  /** Forgets a kernel, once the work submitted so far is done. */
  releaseKernel(kernel: KernelHandle): void;
  /** Runs commands after all that were submitted before; does not throw for what happens in a kernel. */
  submit(commands: CommandList): void;
  /** Resolves when everything submitted so far is done; rejects when the executor died or was destroyed. */
  done(): Promise<void>;
  /** Stops the threads at once, a runaway kernel included, and gives all memory back. */
  destroy(): void;
}
