import { createJobs } from './jobs.ts';
import { createLeader } from './leader.ts';
import { createThread, type ThreadMessage, type ThreadOptions } from './thread.ts';

/** What a worker is given when it starts. */
export type WorkerStart = Omit<ThreadOptions, 'compile' | 'post'>;

/**
 * The source of a worker, as text: no file lies beside a bundle, in a page as in Node, ESM or CommonJS, so the workers
 * are made from the text of functions of this one.
 *
 * Hence these functions refer to nothing outside of themselves (what they need are parameters), and are written
 * without syntax that bundlers replace by calls to functions of their own: spread, async, generators, classes, optional chaining.
 * esbuild's `keepNames` wraps functions in `__name`, which is therefore defined.
 */
export function workerSource(): string {
  return `(() => {
const __name = (value) => value;
const createThread = ${createThread};
const createJobs = ${createJobs};
const createLeader = ${createLeader};
(${runWorker})(createThread, createJobs, createLeader);
})();`;
}

function runWorker(thread: typeof createThread, jobs: typeof createJobs, leader: typeof createLeader): void {
  const node = typeof process === 'object' && typeof process.getBuiltinModule === 'function';
  const threads = node ? process.getBuiltinModule('node:worker_threads') : null;
  const post = (message: ThreadMessage) => {
    if (threads !== null) threads.parentPort!.postMessage(message);
    else (globalThis as unknown as { postMessage: (message: ThreadMessage) => void }).postMessage(message);
  };
  const start = (given: WorkerStart) => {
    // V8 keeps compiled modules by their bytes, for all threads: only the first to compile one takes long.
    const compile: ThreadOptions['compile'] = (_id, code) => new WebAssembly.Module(code());
    const { protocol, memory, bulkModule, thread: index, threads: count, reports, messages } = given;
    const options = { protocol, memory, bulkModule, thread: index, threads: count, reports, messages, compile, post };
    const own = thread(options);
    const shared = jobs(options, own);
    post({ type: 'ready' });
    if (index === 0) leader(options, own, shared).lead();
    else shared.help();
  };
  if (threads !== null) start(threads.workerData);
  else globalThis.onmessage = ({ data }: MessageEvent<WorkerStart>) => start(data);
}
