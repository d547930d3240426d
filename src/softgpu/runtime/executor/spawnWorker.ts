import type { ThreadMessage } from './thread.ts';
import type { WorkerStart } from './workerSource.ts';

export interface WorkerEvents {
  readonly message: (message: ThreadMessage) => void;
  /** The worker could not start, threw, or ended without being told to. */
  readonly died: (reason: string) => void;
}

export interface SpawnedWorker {
  /** Whether the worker keeps the process alive; at first it does not. Pages need no such thing. */
  hold(alive: boolean): void;
  terminate(): void;
}

/** Undefined where there are no workers to be had. */
export function spawnWorker(source: string, start: WorkerStart, events: WorkerEvents): SpawnedWorker | undefined {
  try {
    const node = nodeWorkers();
    if (node !== undefined) return spawnInNode(node, source, start, events);
    return typeof Worker === 'function' ? spawnInPage(source, start, events) : undefined;
  } catch {
    return undefined; // a content security policy without `worker-src blob:`, or a process that may not have threads
  }
}

/** The number of threads the machine runs at once. */
export function hardwareThreads(): number {
  const os = globalThis.process?.getBuiltinModule?.('node:os');
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

type NodeWorkers = typeof import('node:worker_threads');

/** Not imported, because bundles for pages must not mention modules of Node. */
function nodeWorkers(): NodeWorkers | undefined {
  return globalThis.process?.getBuiltinModule?.('node:worker_threads');
}

function spawnInNode(node: NodeWorkers, source: string, start: WorkerStart, events: WorkerEvents): SpawnedWorker {
  // Without the flags of the process: loaders that transform its files would run in each worker.
  const worker = new node.Worker(source, { eval: true, workerData: start, execArgv: [], name: 'softgpu' });
  worker.on('message', events.message);
  worker.on('error', (error) => events.died(String(error)));
  worker.on('exit', (code) => events.died(`it ended with code ${code}`));
  worker.unref(); // after the listeners: adding one holds the process
  return {
    hold: (alive) => (alive ? worker.ref() : worker.unref()),
    terminate: () => {
      worker.removeAllListeners();
      worker.on('error', () => {}); // one on its way would be uncaught
      void worker.terminate();
    },
  };
}

function spawnInPage(source: string, start: WorkerStart, events: WorkerEvents): SpawnedWorker {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url, { name: 'softgpu' });
  worker.onmessage = ({ data }: MessageEvent<ThreadMessage>) => {
    if (data.type === 'ready') URL.revokeObjectURL(url);
    events.message(data);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    URL.revokeObjectURL(url);
    events.died(event.message || 'it could not be started');
  };
  worker.postMessage(start);
  return {
    hold: () => {},
    terminate: () => {
      worker.onmessage = null;
      worker.onerror = null;
      URL.revokeObjectURL(url);
      worker.terminate();
    },
  };
}
