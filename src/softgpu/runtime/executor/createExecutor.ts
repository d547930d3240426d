import { KernelMemory } from './memory.ts';
import { hardwareThreads } from './spawnWorker.ts';
import { type ReportCallback, WasmExecutor } from './wasmExecutor.ts';

export interface ExecutorOptions {
  /**
   * How many workers run kernels; as many as the machine has cores when left out. With 0, or where workers cannot share
   * memory, kernels run on the calling thread, inside `submit`.
   */
  readonly threads?: number;
  /** Bound on the memory, in pages of 64 KiB. */
  readonly mostPages?: number;
  /** Called before `done` resolves, with each record that a kernel loaded with `reports` wrote. */
  readonly onReport?: ReportCallback;
}

const MOST_THREADS = 256;

/** Makes an executor; its threads start in the background, and work can be submitted at once. */
export function createExecutor(options: ExecutorOptions = {}): WasmExecutor {
  const { threads = hardwareThreads(), mostPages, onReport = () => {} } = options;
  if (!Number.isInteger(threads) || threads < 0 || threads > MOST_THREADS)
    throw new RangeError(`threads must be a whole number from 0 to ${MOST_THREADS}, got ${threads}`);
  const shared = threads > 0 && typeof SharedArrayBuffer === 'function';
  return new WasmExecutor(new KernelMemory(shared, mostPages), shared ? threads : 0, onReport);
}
