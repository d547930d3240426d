import { createJobs } from './jobs.ts';
import { createLeader } from './leader.ts';
import { createThread, type ThreadMessage, type ThreadOptions } from './thread.ts';

/** What a worker is given when it starts. */
export type WorkerStart = Omit<ThreadOptions, 'compile' | 'post'>;

/**
 * The source of a worker, as text: no file lies beside a bundle, in a page as in Node, ESM or CommonJS, so the workers
 * are made from the text of functions of this one.
 *
 * Hence these functions refer to nothing outside of themselves (what they need are parameters), and are written without
 * what bundlers replace by calls to functions of their own: spread, async, generators, classes, optional chaining, and, because of
 * esbuild's `keepNames`, functions with names. Methods are left alone.
 */
export function workerSource(): string {
  return `(() => {
const createThread = ${createThread};
const createJobs = ${createJobs};
const createLeader = ${createLeader};
(${runWorker})(createThread, createJobs, createLeader);
})();`;
}

function runWorker(thread: typeof createThread, jobs: typeof createJobs, leader: typeof createLeader): void {
  const node = typeof process === 'object' && typeof process.getBuiltinModule === 'function';
  const threads = node ? process.getBuiltinModule('node:worker_threads') : null;
  const worker = {
    post(message: ThreadMessage): void {
      if (threads !== null) threads.parentPort!.postMessage(message);
      else (globalThis as unknown as { postMessage: (message: ThreadMessage) => void }).postMessage(message);
    },

    /** V8 keeps compiled modules by their bytes, for all threads: only the first to compile one takes long. */
    compile(_id: number, code: () => Uint8Array<ArrayBuffer>): WebAssembly.Module {
      return new WebAssembly.Module(code());
    },

    start(given: WorkerStart): void {
      const options = Object.assign({ compile: worker.compile, post: worker.post }, given);
      const own = thread(options);
      const shared = jobs(options, own);
      worker.post({ type: 'ready' });
      if (options.thread === 0) leader(options, own, shared).lead();
      else shared.help();
    },
  };
  if (threads !== null) worker.start(threads.workerData);
  else globalThis.onmessage = ({ data }: MessageEvent<WorkerStart>) => worker.start(data);
}
