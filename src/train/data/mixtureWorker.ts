import { openLibrary } from '../../audio/library/clipLibrary.ts';
import { MixtureCache } from '../../audio/scene/mixture/mixtureCache.ts';
import { buffersOf, renderExample } from './renderExample.ts';
import type { WorkerReply, WorkerStart } from './renderPool.ts';

const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
const { library: config, ...recipe } = workerData as WorkerStart;
const library = openLibrary(config);
library.catch(() => {}); // told with each example
const cache = new MixtureCache();

parentPort!.on('message', async (index: number) => {
  try {
    const example = await renderExample(recipe, await library, cache, index);
    parentPort!.postMessage({ index, example } satisfies WorkerReply, buffersOf(example));
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    parentPort!.postMessage({ index, problem } satisfies WorkerReply);
  }
});
