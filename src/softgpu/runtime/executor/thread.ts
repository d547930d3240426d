import type { Protocol } from './protocol.ts';

/** What a thread tells the calling thread. */
export type ThreadMessage =
  | { readonly type: 'ready' }
  /** A fence that was waited for is passed. */
  | { readonly type: 'completed' }
  | { readonly type: 'failed'; readonly kernel: number; readonly message: string };

export interface ThreadOptions {
  readonly protocol: Protocol;
  readonly memory: WebAssembly.Memory;
  /** A module with `fill(address, value, bytes)` and `copy(destination, source, bytes)`. */
  readonly bulkModule: WebAssembly.Module;
  /** 0 is the leader. */
  readonly thread: number;
  readonly threads: number;
  /** Address of the report area of thread 0. */
  readonly reports: number;
  /** Whether passed fences are told by messages beside `Atomics.notify`: for engines without `Atomics.waitAsync`. */
  readonly messages: boolean;
  /** Null where the kernel is not compiled yet: the leader stops before the command and can be called again. */
  readonly compile: (id: number, code: () => Uint8Array<ArrayBuffer>) => WebAssembly.Module | null;
  readonly post: (message: ThreadMessage) => void;
}

type Run = (args: number, scratch: number, first: number, end: number) => void;

/** A kernel as its record in the memory describes it to one thread. */
export interface KernelRecord {
  readonly slot: number;
  readonly id: number;
  readonly scratch: number;
  readonly reports: boolean;
}

export interface LoadedKernel extends KernelRecord {
  readonly run: Run;
  /** Milliseconds per workgroup, as last seen; 0 where nothing is known. */
  cost: number;
}

/** What one thread has of its own: views of the memory and instances of the kernels. */
export interface Thread {
  /** The memory as of the last `refresh`. */
  words: Int32Array;
  /** Takes notice of memory that was added. */
  refresh(): void;
  readonly fill: (address: number, value: number, bytes: number) => void;
  readonly copy: (destination: number, source: number, bytes: number) => void;
  /** The kernel of the record at an address, where this thread has it. */
  find(record: number): LoadedKernel | undefined;
  /** Null where it is not compiled yet. */
  load(record: number): LoadedKernel | null;
  describe(record: number): KernelRecord;
  codeOf(record: number): Uint8Array<ArrayBuffer>;
  instantiate(kernel: KernelRecord, module: WebAssembly.Module): LoadedKernel;
  /** The argument block to call the kernel with; `args` lies in the command stream. */
  argsFor(kernel: LoadedKernel, args: number): number;
  /** Takes what calls with these arguments have reported. */
  takeReport(kernel: LoadedKernel, args: number): void;
  /** Runs workgroups. `args` comes from `argsFor`. */
  call(kernel: LoadedKernel, args: number, first: number, end: number): void;
  /** Stops everything, on all threads. */
  fail(kernel: number, error: unknown): void;
}

/** The text of this function is part of the source of the workers: `workerSource` says what that forbids. */
export function createThread(options: ThreadOptions): Thread {
  const { protocol, memory, thread, reports, compile, post } = options;
  const { control: C, kernel: K, report: R } = protocol;
  const { fill, copy } = new WebAssembly.Instance(options.bulkModule, { env: { memory } }).exports as {
    fill: Thread['fill'];
    copy: Thread['copy'];
  };
  const loaded: (LoadedKernel | undefined)[] = [];
  const reportArea = (reports + thread * R.threadBytes) >>> 2;
  const shared = memory.buffer instanceof ArrayBuffer === false;
  let words = new Int32Array(memory.buffer);
  let pages = 0;

  const self = {
    words,
    fill,
    copy,

    refresh(): void {
      // Memory that is not shared gets a new buffer when it grows.
      if (words.byteLength > 0 && Atomics.load(words, C.pages) === pages) return;
      // Engines tell other threads of new memory by interrupts, which may come after the first command that uses it.
      if (shared) memory.grow(0);
      words = new Int32Array(memory.buffer);
      pages = words[C.pages]!;
      self.words = words;
    },

    codeOf(record: number): Uint8Array<ArrayBuffer> {
      const code = new Uint8Array(new ArrayBuffer(words[(record >>> 2) + K.codeBytes]! >>> 0));
      code.set(new Uint8Array(memory.buffer, record + K.codeOffset, code.length));
      return code;
    },

    find(record: number): LoadedKernel | undefined {
      const at = record >>> 2;
      const kernel = loaded[words[at + K.slot]!];
      return kernel !== undefined && kernel.id === words[at + K.id] ? kernel : undefined;
    },

    describe(record: number): KernelRecord {
      const at = record >>> 2;
      const scratch = (words[at + K.scratch]! >>> 0) + thread * (words[at + K.scratchStride]! >>> 0);
      return { slot: words[at + K.slot]!, id: words[at + K.id]!, scratch, reports: words[at + K.reports] === 1 };
    },

    instantiate(kernel: KernelRecord, module: WebAssembly.Module): LoadedKernel {
      const { run } = new WebAssembly.Instance(module, { env: { memory } }).exports as { run: Run };
      const { slot, id, scratch, reports } = kernel;
      const entry = { slot, id, scratch, reports, run, cost: 0 };
      loaded[slot] = entry;
      return entry;
    },

    load(record: number): LoadedKernel | null {
      const known = self.find(record);
      if (known !== undefined) return known;
      const module = compile(words[(record >>> 2) + K.id]!, () => self.codeOf(record));
      return module === null ? null : self.instantiate(self.describe(record), module);
    },

    /** A kernel that reports gets a copy of its own, whose word 3 is where the next record goes. */
    argsFor(kernel: LoadedKernel, args: number): number {
      if (!kernel.reports) return args;
      const from = args >>> 2;
      const count = words[from - 2]! - 3; // of the whole command, less what is before the block
      const own = reportArea + (R.args >>> 2);
      words.copyWithin(own, from, from + count);
      words[own + 3] = self.recordAddress();
      return own << 2;
    },

    /** 0 while the ring is full: what a kernel finds then is lost. */
    recordAddress(): number {
      const produced = words[reportArea]!;
      if (produced - Atomics.load(words, reportArea + 1) >= R.records) return 0;
      const record = (reportArea << 2) + R.recordBytes * (1 + (produced % R.records));
      words[record >>> 2] = 0;
      return record;
    },

    takeReport(kernel: LoadedKernel, args: number): void {
      if (!kernel.reports) return;
      const record = words[(args >>> 2) + 3]! >>> 2;
      if (record === 0 || words[record] === 0) return;
      words[record + (R.recordBytes >>> 2) - 1] = kernel.id;
      Atomics.add(words, reportArea, 1);
      Atomics.add(words, C.reports, 1);
    },

    call(kernel: LoadedKernel, args: number, first: number, end: number): void {
      kernel.run(args, kernel.scratch, first, end);
    },

    fail(kernel: number, error: unknown): void {
      Atomics.store(words, C.failed, 1);
      post({ type: 'failed', kernel, message: String(error) });
    },
  };
  self.refresh();
  return self;
}
