import { type ClipLibrary, type LibraryConfig, openLibrary } from '../../audio/library/clipLibrary.ts';
import { MixtureCache } from '../../audio/scene/mixture/mixtureCache.ts';
import { type Example, type ExampleRecipe, renderExample } from './renderExample.ts';

/** Renders examples by their number, on other threads if there are workers. */
export interface RenderPool {
  /** Threads beside the calling one. */
  readonly workers: number;
  /** @throws Error that names the example, or says that the pool was closed or a worker ended. */
  render(index: number): Promise<Example>;
  /** Ends the workers; what is not delivered yet is rejected. Harmless when repeated. */
  close(): Promise<void>;
}

export interface RenderPoolOptions extends ExampleRecipe {
  /** A library itself, in place of its configuration, serves the calling thread alone. */
  readonly library: LibraryConfig | ClipLibrary;
  /** 0: everything is made in the calling thread, with the same bits. */
  readonly workers: number;
}

/** What a worker is given. */
export interface WorkerStart extends ExampleRecipe {
  readonly library: LibraryConfig;
}

export type WorkerReply =
  | { readonly index: number; readonly example: Example }
  /** In words: not every error can be sent to another thread. */
  | { readonly index: number; readonly problem: string };

/**
 * @throws LibraryError for a library that cannot be opened (only without workers: theirs reports with the first example);
 *   RangeError for a bad number of workers.
 */
export async function openRenderPool(options: RenderPoolOptions): Promise<RenderPool> {
  const { library, workers, ...recipe } = options;
  if (!Number.isInteger(workers) || workers < 0 || workers > 256) {
    throw new RangeError(`data: workers must be a whole number from 0 to 256, got ${workers}`);
  }
  if (workers === 0) return new OwnThread(recipe, isLibrary(library) ? library : await openLibrary(library));
  if (isLibrary(library)) {
    throw new RangeError('data: workers open libraries themselves: give the configuration, or set workers to 0');
  }
  return new WorkerThreads(workers, { ...recipe, library });
}

function isLibrary(library: LibraryConfig | ClipLibrary): library is ClipLibrary {
  return 'clips' in library;
}

class OwnThread implements RenderPool {
  readonly workers = 0;
  readonly #cache = new MixtureCache();
  #open = true;

  constructor(
    readonly recipe: ExampleRecipe,
    readonly library: ClipLibrary,
  ) {}

  async render(index: number): Promise<Example> {
    if (!this.#open) throw closedError();
    return renderExample(this.recipe, this.library, this.#cache, index);
  }

  async close(): Promise<void> {
    this.#open = false;
  }
}

type NodeWorker = import('node:worker_threads').Worker;

interface Job {
  readonly index: number;
  readonly resolve: (example: Example) => void;
  readonly reject: (error: Error) => void;
}

class WorkerThreads implements RenderPool {
  readonly workers: number;
  readonly #all: readonly NodeWorker[];
  readonly #idle: NodeWorker[];
  readonly #busy = new Map<NodeWorker, Job>();
  readonly #waiting: Job[] = [];
  #end: Error | undefined;

  constructor(count: number, start: WorkerStart) {
    this.workers = count;
    this.#all = Array.from({ length: count }, () => this.#spawn(start));
    this.#idle = [...this.#all];
  }

  render(index: number): Promise<Example> {
    return new Promise((resolve, reject) => {
      if (this.#end) return reject(this.#end);
      this.#waiting.push({ index, resolve, reject });
      this.#assign();
    });
  }

  async close(): Promise<void> {
    this.#fail(closedError());
    await Promise.all(this.#all.map((worker) => worker.terminate()));
  }

  #spawn(workerData: WorkerStart): NodeWorker {
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    const worker = new Worker(workerProgram(), { workerData, execArgv: [], name: 'mixtures' });
    worker.on('message', (reply: WorkerReply) => this.#take(worker, reply));
    worker.on('error', (error) => this.#fail(new Error(`data: a worker ended: ${error.message}`, { cause: error })));
    worker.on('exit', (code) => this.#fail(new Error(`data: a worker ended with code ${code}`)));
    worker.unref(); // after the listeners: adding one holds the process
    return worker;
  }

  /** A worker at work holds the process; an idle one does not. */
  #assign(): void {
    while (this.#idle.length > 0 && this.#waiting.length > 0) {
      const worker = this.#idle.pop()!;
      const job = this.#waiting.shift()!;
      this.#busy.set(worker, job);
      worker.ref();
      worker.postMessage(job.index);
    }
  }

  #take(worker: NodeWorker, reply: WorkerReply): void {
    const job = this.#busy.get(worker);
    if (!job) return; // closed meanwhile
    this.#busy.delete(worker);
    worker.unref();
    this.#idle.push(worker);
    if ('example' in reply) job.resolve(reply.example);
    else job.reject(new Error(reply.problem));
    this.#assign();
  }

  /** No worker is replaced: what ends one, such as want of memory, would end the next. */
  #fail(error: Error): void {
    this.#end ??= error;
    for (const { reject } of [...this.#busy.values(), ...this.#waiting.splice(0)]) reject(this.#end);
    for (const worker of this.#busy.keys()) worker.unref();
    this.#busy.clear();
  }
}

function closedError(): Error {
  return new Error('data: closed');
}

/**
 * The worker's program: beside this file in the package. In a checkout, where everything is TypeScript, tsx has to be registered in
 * the worker itself: threads do not take over the loaders of their process.
 */
function workerProgram(): URL {
  const { createRequire } = process.getBuiltinModule('node:module');
  const { pathToFileURL } = process.getBuiltinModule('node:url');
  const { resolve } = createRequire(import.meta.url);
  if (!import.meta.url.endsWith('.ts')) return pathToFileURL(resolve('./mixtureWorker.js'));
  const tsx = pathToFileURL(resolve('tsx/esm/api').replace(/cjs$/, 'mjs')); // `resolve` knows the names that `require` would
  const program = pathToFileURL(resolve('./mixtureWorker.ts'));
  const source = `import { register } from '${tsx}'; register(); await import('${program}');`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}
