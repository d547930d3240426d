import type { CommandList, CompiledKernel, Executor, KernelHandle, KernelOptions, WriteCommand } from '../executor.ts';
import { Allocator } from './allocator.ts';
import { bulkModule } from './bulkModule.ts';
import { CommandStream } from './commandStream.ts';
import { Completion, waitsWithoutMessages } from './completion.ts';
import { encode, encodeCopy, encodeFence } from './encode.ts';
import { createJobs } from './jobs.ts';
import { Kernel, KernelTable } from './kernelTable.ts';
import { createLeader, type Leader } from './leader.ts';
import { type KernelMemory, PAGE_BYTES } from './memory.ts';
import { CONTROL_BYTES, PROTOCOL, REPORT } from './protocol.ts';
import { takeReports } from './reports.ts';
import { type SpawnedWorker, spawnWorker } from './spawnWorker.ts';
import { Staging } from './staging.ts';
import { createThread, type ThreadMessage } from './thread.ts';
import { type WorkerStart, workerSource } from './workerSource.ts';

/** `words` is what the kernel wrote after the count. */
export type ReportCallback = (label: string, words: Uint32Array) => void;

interface Running {
  readonly memory: KernelMemory;
  readonly allocator: Allocator;
  readonly staging: Staging;
  /** Address of the report areas. */
  readonly reports: number;
  readonly completion: Completion;
  readonly stream: CommandStream;
  readonly kernels: KernelTable;
  /** The first is the leader; empty where the calling thread leads. */
  readonly workers: SpawnedWorker[];
  /** The numbers of the workers that have begun. */
  readonly begun: Set<number>;
  /** Where the calling thread leads. */
  leader: Leader | null;
}

const COMMANDS_PER_PUBLISH = 16; // the leader begins while the rest is written
const MOST_CLEARED_HERE = 65_536; // bytes, about 5 µs

/** An executor on one WebAssembly memory, with workers or, where there are none, on the calling thread. */
export class WasmExecutor implements Executor {
  /** The number of bytes the memory can grow to. */
  readonly capacity: number;
  readonly shared: boolean;
  readonly failure: Promise<Error>;
  readonly #onReport: ReportCallback;
  /** Room in the memory is for as many. */
  readonly #threads: number;
  #failed: (reason: Error) => void = () => {};
  /** Null once the executor failed or was destroyed, so that it holds no memory. */
  #running: Running | null;
  #dead: Error | null = null;

  /** With 0 threads, kernels run on the calling thread. */
  constructor(memory: KernelMemory, threads: number, onReport: ReportCallback) {
    this.#onReport = onReport;
    this.shared = memory.shared;
    this.#threads = Math.max(1, threads);
    this.capacity = memory.maximumPages * PAGE_BYTES;
    this.failure = new Promise((resolve) => {
      this.#failed = resolve;
    });
    const allocator = new Allocator(CONTROL_BYTES, (end) => memory.reach(end));
    const reports = allocator.take(this.#threads * REPORT.threadBytes)!.address;
    const completion = new Completion(memory, (waiting) => this.#onCompletion(waiting));
    const stream = new CommandStream(memory, allocator, completion);
    const kernels = new KernelTable(memory, allocator, this.#threads);
    const running: Running = {
      staging: new Staging(allocator),
      ...{ memory, allocator, reports, completion, stream, kernels },
      ...{ workers: [], begun: new Set(), leader: null },
    };
    this.#running = running;
    if (threads === 0) this.#leadHere(running);
    else this.#spawn(running);
  }

  /** How many threads run kernels. */
  get threads(): number {
    return this.#running?.workers.length || 1;
  }

  allocate(bytes: number, access: 'commands' | 'host' = 'host'): number | null {
    const running = this.#running;
    if (running === null) return null;
    const { allocator, staging, completion, memory } = running;
    // Commands run in order, so those to come can have what those under way still use.
    const take = () => (access === 'host' ? allocator.take(bytes, completion.completed) : allocator.take(bytes));
    let allocation = take();
    if (allocation === null) {
      staging.release(completion.completed);
      allocation = take();
    }
    if (allocation === null) return null;
    const { address, dirtyBytes } = allocation;
    if (dirtyBytes === 0) return address;
    if (access === 'host' || (dirtyBytes <= MOST_CLEARED_HERE && completion.idle))
      memory.bytes.fill(0, address, address + dirtyBytes);
    else this.submit([{ op: 'clear', address, bytes: dirtyBytes }]);
    return address;
  }

  free(address: number): void {
    this.#running?.allocator.give(address, this.#running.completion.submitted);
  }

  bytes(): Uint8Array {
    return this.#running?.memory.bytes ?? new Uint8Array(0);
  }

  loadKernel(compiled: CompiledKernel, options: KernelOptions = {}): KernelHandle {
    const running = this.#running;
    if (running === null) return {};
    const kernel = running.kernels.add(compiled, running.completion.completed, options);
    // A module of the engine's own, made in the background: the threads find it by the bytes.
    WebAssembly.compile(compiled.code.slice()).then(
      (module) => {
        kernel.module = module;
        this.#drain(); // it may have stopped at this kernel
      },
      (error) => this.#die(new Error(`softgpu: kernel ${kernel.label} is not WebAssembly this engine takes: ${error}`)),
    );
    return kernel as KernelHandle;
  }

  releaseKernel(kernel: KernelHandle): void {
    const running = this.#running;
    if (kernel instanceof Kernel) running?.kernels.remove(kernel, running.completion.submitted);
  }

  submit(commands: CommandList): void {
    const running = this.#running;
    if (running === null) return;
    const { stream, completion } = running;
    let idle = completion.idle;
    try {
      for (const [i, command] of commands.entries()) {
        if (command.op === 'write' && idle) running.memory.bytes.set(command.bytes, command.address);
        else if (command.op === 'write') stageWrite(running, command);
        else encode(stream, command);
        idle &&= command.op === 'write';
        if (i % COMMANDS_PER_PUBLISH === 0) stream.publish();
      }
      encodeFence(stream, completion.submit());
      stream.publish();
    } catch (error) {
      this.#die(error instanceof Error ? error : new Error(String(error)));
    }
    this.#drain();
  }

  done(): Promise<void> {
    if (this.#running === null) return Promise.reject(this.#dead);
    return this.#running.completion.wait();
  }

  destroy(): void {
    this.#stop(new Error('softgpu: the device was destroyed'));
  }

  #spawn(running: Running): void {
    const { memory, reports, workers } = running;
    const source = workerSource();
    const bulk = bulkModule(true);
    for (let thread = 0; thread < this.#threads; thread++) {
      const start: WorkerStart = {
        protocol: PROTOCOL,
        memory: memory.memory,
        bulkModule: bulk,
        thread,
        threads: this.#threads,
        reports,
        messages: !waitsWithoutMessages,
      };
      const worker = spawnWorker(source, start, {
        message: (message) => this.#onMessage(message, thread),
        died: (reason) => this.#onDeath(reason, thread),
      });
      if (worker === undefined) {
        this.#leadHere(running);
        return;
      }
      workers.push(worker);
    }
  }

  /** Commands are run by the calling thread from now on. */
  #leadHere(running: Running): void {
    for (const worker of running.workers.splice(0)) worker.terminate();
    const options = {
      protocol: PROTOCOL,
      memory: running.memory.memory,
      bulkModule: bulkModule(this.shared),
      thread: 0,
      threads: 1,
      reports: running.reports,
      messages: true,
      compile: (id: number, code: () => Uint8Array<ArrayBuffer>) => compileHere(running.kernels.find(id), code),
      post: (message: ThreadMessage) => this.#onMessage(message, 0),
    };
    const thread = createThread(options);
    running.leader = createLeader(options, thread, createJobs(options, thread));
    this.#drain();
  }

  #drain(): void {
    const leader = this.#running?.leader;
    if (leader === undefined || leader === null) return;
    leader.drain();
    this.#running?.completion.check();
  }

  #onMessage(message: ThreadMessage, thread: number): void {
    const running = this.#running;
    if (running === null) return;
    if (message.type === 'ready') running.begun.add(thread);
    else if (message.type === 'completed') running.completion.check();
    else {
      const label = running.kernels.find(message.kernel)?.label;
      const what = label === undefined ? 'a command' : `kernel ${label}`;
      this.#die(new Error(`softgpu: ${what} failed: ${message.message}`));
    }
  }

  #onDeath(reason: string, thread: number): void {
    const running = this.#running;
    if (running === null) return;
    if (running.begun.has(thread)) this.#die(new Error(`softgpu: a worker died: ${reason}`));
    // What was published waits in the memory, for whoever leads. Helpers can be missing.
    else if (thread === 0) this.#leadHere(running);
  }

  #onCompletion(waiting: boolean): void {
    const running = this.#running;
    if (running === null) return;
    running.workers[0]?.hold(waiting);
    takeReports(running.memory, running.reports, this.#threads, (kernel, words) => {
      this.#onReport(running.kernels.find(kernel)?.label ?? 'released', words);
    });
  }

  #die(reason: Error): void {
    if (this.#running === null) return;
    this.#stop(reason);
    this.#failed(reason);
  }

  #stop(reason: Error): void {
    const running = this.#running;
    if (running === null) return;
    this.#running = null;
    this.#dead = reason;
    for (const worker of running.workers) worker.terminate();
    running.completion.reject(reason);
  }
}

/** The caller's bytes can change after `submit`: they wait in the memory for their turn. */
function stageWrite({ memory, stream, staging, completion }: Running, { address, bytes }: WriteCommand): void {
  if (bytes.length === 0) return;
  const room = staging.take(bytes.length, completion.completed);
  if (room === null)
    throw new RangeError(
      `softgpu: no memory is left for ${bytes.length} bytes to write; destroy buffers that are not needed`,
    );
  memory.bytes.set(bytes, room);
  encodeCopy(stream, room, address, bytes.length);
  staging.give(room, bytes.length, completion.submitted + 1);
}

/** Null where the engine takes the code only in the background: pages refuse to compile large modules at once. */
function compileHere(kernel: Kernel | undefined, code: () => Uint8Array<ArrayBuffer>): WebAssembly.Module | null {
  if (kernel?.module != null) return kernel.module;
  try {
    return new WebAssembly.Module(code());
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
