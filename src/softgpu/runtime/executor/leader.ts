import type { Jobs } from './jobs.ts';
import type { LoadedKernel, Thread, ThreadOptions } from './thread.ts';

export interface Leader {
  /** Runs published commands until none is left, one fails, or a kernel is not compiled yet. */
  drain(): void;
  /** Runs commands as they come, until one fails. Blocks: workers only. */
  lead(): void;
}

/**
 * Reads the commands in the memory and runs them in order: short ones alone, long ones as jobs of all threads.
 *
 * The text of this function is part of the source of the workers: `workerSource` says what that forbids.
 */
export function createLeader(options: ThreadOptions, thread: Thread, jobs: Jobs): Leader {
  const { control: C, kernel: K, operation: O, job: J, timing: T } = options.protocol;
  const { threads, messages, post } = options;
  const alone = threads === 1 ? Number.POSITIVE_INFINITY : T.alone;
  const chunkBytes = 1 << 19; // bytes that one thread moves before another wakes up
  let cursor = thread.words[C.start]! >>> 0;

  const self = {
    chunkOf(cost: number, workgroups: number): number {
      const timely = cost > 0 ? Math.max(1, Math.floor(T.chunk / cost)) : 1;
      // Every thread gets several, to end about together. Chunks are counted in 32 bits.
      return Math.max(Math.min(timely, Math.ceil(workgroups / (4 * threads))), Math.ceil(workgroups / 0x40000000));
    },

    /** Begins in growing pieces until it has taken as long as waking the others would. Returns the first workgroup not run. */
    runAlone(kernel: LoadedKernel, block: number, total: number): number {
      const args = thread.argsFor(kernel, block);
      const start = performance.now();
      let before = start;
      let piece = kernel.cost > 0 ? Math.max(1, Math.floor(T.chunk / kernel.cost)) : 1;
      let first = 0;
      while (first < total && before - start <= alone) {
        const end = Math.min(first + piece, total);
        thread.call(kernel, args, first, end);
        const now = performance.now();
        if (now > before) kernel.cost = (now - before) / (end - first);
        piece = now > before ? Math.max(1, Math.min(2 * piece, Math.floor(T.chunk / kernel.cost))) : 2 * piece;
        first = end;
        before = now;
      }
      thread.takeReport(kernel, args);
      return first;
    },

    runWorkgroups(kernel: LoadedKernel, record: number, args: number, end: number): void {
      if (end === 1) {
        const own = thread.argsFor(kernel, args);
        thread.call(kernel, own, 0, 1);
        thread.takeReport(kernel, own);
        return;
      }
      let first = kernel.cost * end <= alone ? self.runAlone(kernel, args, end) : 0;
      while (first < end && Atomics.load(thread.words, C.failed) === 0) {
        const start = performance.now();
        const chunk = self.chunkOf(kernel.cost, end - first);
        // What it costs is a guess at first: after some chunks there is a better one.
        const last = Math.min(end, first + J.chunks * chunk);
        jobs.share({ kind: J.kernel, kernel, record, args, first, end: last, chunk });
        kernel.cost = (threads * (performance.now() - start)) / (last - first);
        first = last;
      }
    },

    /** The counts of an indirect dispatch are put into its argument block; zero where one is above the limit. */
    readCounts(at: number): void {
      const { words } = thread;
      const end = at + words[at + 1]!;
      const counts = (words[end - 2]! >>> 0) >>> 2;
      const limit = words[end - 1]! >>> 0;
      let allowed = true;
      for (let i = 0; i < 3; i++) {
        words[at + 3 + i] = words[counts + i]!;
        if (words[counts + i]! >>> 0 > limit) allowed = false;
      }
      if (!allowed) words[at + 3] = 0;
    },

    /** False where the kernel is not compiled yet. */
    dispatch(at: number, indirect: boolean): boolean {
      const { words } = thread;
      const record = words[at + 2]! >>> 0;
      const kernel = thread.load(record);
      if (kernel === null) return false;
      if (indirect) self.readCounts(at);
      self.runLayers(kernel, record, at + 3);
      return true;
    },

    /** Kernels count workgroups in 32 bits: as many z at a time as that allows, the first of them in the upper half of the word for z. */
    runLayers(kernel: LoadedKernel, record: number, block: number): void {
      const { words } = thread;
      const z = words[block + 2]! >>> 0;
      const plane = (words[block]! >>> 0) * (words[block + 1]! >>> 0);
      if (plane === 0) return;
      const most = Math.floor(0xffffffff / plane);
      for (let first = 0; first < z && Atomics.load(words, C.failed) === 0; first += most) {
        words[block + 2] = z | (first << 16);
        self.runWorkgroups(kernel, record, (block << 2) >>> 0, Math.min(most, z - first) * plane);
      }
    },

    copy(source: number, destination: number, bytes: number): void {
      const end = destination + bytes;
      if (threads === 1 || bytes < 2 * chunkBytes) thread.copy(destination, source, bytes);
      else
        jobs.share({ kind: J.copy, kernel: null, record: 0, args: source, first: destination, end, chunk: chunkBytes });
    },

    clear(address: number, bytes: number): void {
      if (threads === 1 || bytes < 2 * chunkBytes) thread.fill(address, 0, bytes);
      else
        jobs.share({
          kind: J.clear,
          kernel: null,
          record: 0,
          args: 0,
          first: address,
          end: address + bytes,
          chunk: chunkBytes,
        });
    },

    timestamp(address: number): void {
      const nanoseconds = Math.round(performance.now() * 1e6);
      thread.words[address >>> 2] = nanoseconds % 0x100000000;
      thread.words[(address >>> 2) + 1] = nanoseconds / 0x100000000;
    },

    fence(number: number): void {
      const { words } = thread;
      Atomics.store(words, C.completed, number);
      if (Atomics.load(words, C.fenceWanted) === 0 || ((number - Atomics.load(words, C.wantedFence)) | 0) < 0) return;
      if (messages) post({ type: 'completed' });
      else Atomics.notify(words, C.completed);
    },

    /** Runs the command at the cursor and moves on. False where it has to be tried again later. */
    step(): boolean {
      const { words } = thread;
      const at = cursor >>> 2;
      const operation = words[at]!;
      const a = words[at + 1]! >>> 0;
      const b = words[at + 2]! >>> 0;
      let length = 2;
      if (operation === O.dispatch || operation === O.dispatchIndirect) {
        if (!self.dispatch(at, operation === O.dispatchIndirect)) return false;
        length = a;
      } else if (operation === O.copy) {
        self.copy(a, b, words[at + 3]! >>> 0);
        length = 4;
      } else if (operation === O.clear) {
        self.clear(a, b);
        length = 3;
      } else if (operation === O.timestamp) self.timestamp(a);
      else if (operation === O.fence) self.fence(a);
      cursor = operation === O.jump ? a : cursor + 4 * length;
      return true;
    },

    kernelOfCommand(): number {
      const { words } = thread;
      const operation = words[cursor >>> 2];
      if (operation !== O.dispatch && operation !== O.dispatchIndirect) return 0;
      return words[((words[(cursor >>> 2) + 2]! >>> 0) >>> 2) + K.id]!;
    },

    drain(): void {
      thread.refresh();
      while (Atomics.load(thread.words, C.failed) === 0 && cursor !== Atomics.load(thread.words, C.published) >>> 0) {
        thread.refresh();
        try {
          if (!self.step()) return;
        } catch (error) {
          thread.fail(self.kernelOfCommand(), error);
        }
      }
    },

    lead(): void {
      const { words } = thread;
      for (let spins = 0; Atomics.load(words, C.failed) === 0; spins++) {
        if (cursor !== Atomics.load(words, C.published) >>> 0) {
          self.drain();
          spins = 0;
        }
        if (spins < T.spins) continue;
        Atomics.store(words, C.leaderAsleep, 1);
        Atomics.wait(words, C.published, cursor | 0); // words are signed: a cursor above 2 GiB is negative
        Atomics.store(words, C.leaderAsleep, 0);
        spins = 0;
      }
      Atomics.wait(words, C.failed, 1); // a worker that ended would be taken for the cause
    },
  };
  return self;
}
