/** A page's `Worker` made of Node's, for a peer that knows only that one: without it the peer has one thread. */

import { resolveObjectURL } from 'node:buffer';
import { Worker as NodeWorker } from 'node:worker_threads';

const PRELUDE = `
const { parentPort } = require('node:worker_threads');
globalThis.self = globalThis;
globalThis.postMessage = (message) => parentPort.postMessage(message);
parentPort.on('message', (data) => globalThis.onmessage({ data }));
`;

class WebWorker {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((error: Error) => void) | null = null;
  readonly #worker: Promise<NodeWorker>;

  constructor(url: string) {
    this.#worker = this.#start(url);
  }

  async #start(url: string): Promise<NodeWorker> {
    const source = await resolveObjectURL(url)!.text();
    const worker = new NodeWorker(PRELUDE + source, { eval: true });
    worker.on('message', (data: unknown) => this.onmessage?.({ data }));
    worker.on('error', (error) => this.onerror?.(error));
    return worker;
  }

  async postMessage(message: unknown): Promise<void> {
    (await this.#worker).postMessage(message);
  }
}

/** Makes `Worker` a global, and this machine one of so many threads. */
export function installWebWorker(threads: number): void {
  Object.assign(globalThis, { Worker: WebWorker });
  Object.defineProperty(globalThis, 'navigator', {
    value: { hardwareConcurrency: threads, userAgent: 'Node.js' },
    configurable: true,
  });
}
