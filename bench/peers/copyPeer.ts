/** How fast this machine copies memory: `copyPeer.ts buffer`, and `copyPeer.ts wasm 2` for two threads in WebAssembly. */

import { Worker } from 'node:worker_threads';
import { inputsOf, type Problem } from './problem.ts';
import { serve, type Work } from './serve.ts';

const [way = 'buffer', count = '1'] = process.argv.slice(2);
const threads = Number(count);

/** (module (import "env" "memory" (memory 1 65536 shared)) (func (export "copy") (param i32 i32 i32) … memory.copy)) */
const MODULE = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x07, 0x01, 0x60, 0x03, 0x7f, 0x7f, 0x7f, 0x00],
  ...[
    0x02, 0x12, 0x01, 0x03, 0x65, 0x6e, 0x76, 0x06, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 0x02, 0x03, 0x01, 0x80, 0x80,
    0x04,
  ],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x07, 0x08, 0x01, 0x04, 0x63, 0x6f, 0x70, 0x79, 0x00, 0x00],
  ...[0x0a, 0x0e, 0x01, 0x0c, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfc, 0x0a, 0x00, 0x00, 0x0b],
]); // prettier-ignore

const WORKER = `
const { workerData: { module, memory, control, index } } = require('node:worker_threads');
const { copy } = new WebAssembly.Instance(new WebAssembly.Module(module), { env: { memory } }).exports;
for (let turn = 0; ; turn++) {
  Atomics.wait(control, 0, turn);
  const bytes = control[2];
  copy(65536 + control[3] + index * bytes, 65536 + index * bytes, bytes);
  Atomics.add(control, 1, 1);
}`;

function prepare(problem: Problem): Work | undefined {
  if (problem.operation !== 'copy') return undefined;
  const data = inputsOf(problem).a();
  return way === 'buffer' ? withBuffer(data) : withWasm(data);
}

function withBuffer(data: Float32Array<ArrayBuffer>): Work {
  const from = Buffer.from(data.buffer);
  const to = Buffer.alloc(from.length);
  return { run: () => void from.copy(to), lastRow: () => row(new Float32Array(to.buffer)) };
}

/** The main thread copies the last part, and the others theirs. */
function withWasm(data: Float32Array): Work {
  const bytes = data.byteLength;
  const pages = 1 + (2 * bytes) / 65536;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true });
  new Float32Array(memory.buffer, 65536).set(data);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(MODULE), { env: { memory } });
  const copy = exports['copy'] as (to: number, from: number, count: number) => void;
  const control = new Int32Array(new SharedArrayBuffer(16)); // turn, done, bytes of a part, distance
  const part = bytes / threads;
  control.set([0, 0, part, bytes]);
  const workers = Array.from({ length: threads - 1 }, (_, index) => {
    return new Worker(WORKER, { eval: true, workerData: { module: MODULE, memory, control, index } });
  });
  return {
    run: () => {
      Atomics.store(control, 1, 0);
      Atomics.add(control, 0, 1);
      Atomics.notify(control, 0);
      const first = 65536 + (threads - 1) * part;
      copy(first + bytes, first, part);
      while (Atomics.load(control, 1) < workers.length);
    },
    lastRow: () => row(new Float32Array(memory.buffer, 65536 + bytes)),
    dispose: () => {
      for (const worker of workers) void worker.terminate();
    },
  };
}

/** Millions of numbers as text would take longer than what is timed. */
function row(copied: Float32Array): number[] {
  return Array.from(copied.subarray(-4096));
}

const title =
  way === 'buffer' ? "Node's Buffer.copy" : `WebAssembly memory.copy, ${threads} thread${threads > 1 ? 's' : ''}`;
await serve({ title, prepare });
