import type { KernelRecord, LoadedKernel, Thread, ThreadOptions } from './thread.ts';

/** A range of workgroups or of bytes, cut into chunks. */
export interface Job {
  readonly kind: number;
  /** Null for jobs that move bytes. */
  readonly kernel: LoadedKernel | null;
  /** Address of the kernel's record. */
  readonly record: number;
  /** Address of the argument block; where bytes are copied, of the source. */
  readonly args: number;
  readonly first: number;
  readonly end: number;
  readonly chunk: number;
}

export interface Jobs {
  /** Runs a job on all threads; returns when it is done. The leader's. */
  share(job: Job): void;
  /** Takes part in the leader's jobs, for good. */
  help(): void;
}

/**
 * How the leader spreads work: it publishes a job, and all threads claim chunks of it with an atomic counter.
 * The leader claims too, and waits only for helpers that are inside, so one that the system does not run delays nothing.
 *
 * The text of this function is part of the source of the workers: `workerSource` says what that forbids.
 */
export function createJobs(options: ThreadOptions, thread: Thread): Jobs {
  const { control: C, kernel: K, job: J, timing: T } = options.protocol;
  const { threads, compile } = options;

  const self = {
    /** Claims and runs chunks of the open job until there is none. */
    work(kernel: LoadedKernel | null): void {
      const words = thread.words;
      const kind = words[C.jobKind]!;
      const base = words[C.jobFirst]! >>> 0;
      const end = words[C.jobEnd]! >>> 0;
      const chunk = words[C.jobChunk]! >>> 0;
      const chunks = words[C.jobChunks]! >>> 0;
      const args = kernel === null ? words[C.jobArgs]! >>> 0 : thread.argsFor(kernel, words[C.jobArgs]! >>> 0);
      for (;;) {
        const claimed = Atomics.add(words, C.jobNext, 1) >>> 0;
        if (claimed >= chunks || Atomics.load(words, C.failed) === 1) {
          if (kernel !== null) thread.takeReport(kernel, args);
          return;
        }
        const first = base + claimed * chunk;
        const last = Math.min(first + chunk, end);
        if (kernel !== null) thread.call(kernel, args, first, last);
        else if (kind === J.copy) thread.copy(first, args + (first - base), last - first);
        else thread.fill(first, 0, last - first);
      }
    },

    share(job: Job): void {
      const words = thread.words;
      const chunks = Math.ceil((job.end - job.first) / job.chunk);
      words[C.jobKind] = job.kind;
      words[C.jobKernel] = job.record;
      words[C.jobArgs] = job.args;
      words[C.jobFirst] = job.first;
      words[C.jobEnd] = job.end;
      words[C.jobChunk] = job.chunk;
      words[C.jobChunks] = chunks;
      Atomics.store(words, C.jobNext, 0);
      Atomics.store(words, C.jobOpen, 1);
      Atomics.add(words, C.jobEpoch, 1);
      if (Atomics.load(words, C.sleepers) > 0) Atomics.notify(words, C.jobEpoch, Math.min(threads, chunks) - 1);
      try {
        self.work(job.kernel);
      } finally {
        Atomics.store(words, C.jobOpen, 0);
        self.join();
      }
    },

    /** Waits until no helper is inside the job. One that enters later finds it closed. */
    join(): void {
      const words = thread.words;
      for (let spins = 0; Atomics.load(words, C.jobHelpers) !== 0; spins++) {
        if (spins < T.spins) continue;
        Atomics.store(words, C.leaderJoining, 1);
        const helpers = Atomics.load(words, C.jobHelpers);
        if (helpers !== 0) Atomics.wait(words, C.jobHelpers, helpers);
        Atomics.store(words, C.leaderJoining, 0);
      }
    },

    /** Takes part in the open job, if there is one. Returns the kernel's code where this thread has to compile it first. */
    enter(): { kernel: KernelRecord; code: Uint8Array<ArrayBuffer> } | null {
      const words = thread.words;
      if (Atomics.load(words, C.jobOpen) === 0) return null;
      thread.refresh();
      if (words[C.jobKind] !== J.kernel) {
        self.work(null);
        return null;
      }
      const record = words[C.jobKernel]! >>> 0;
      const kernel = thread.find(record);
      if (kernel === undefined) return { kernel: thread.describe(record), code: thread.codeOf(record) };
      self.work(kernel);
      return null;
    },

    kernelOfJob(): number {
      const { words } = thread;
      return words[C.jobKind] === J.kernel ? words[((words[C.jobKernel]! >>> 0) >>> 2) + K.id]! : 0;
    },

    takePart(): void {
      const words = thread.words;
      for (;;) {
        let missing: { kernel: KernelRecord; code: Uint8Array<ArrayBuffer> } | null = null;
        Atomics.add(words, C.jobHelpers, 1);
        try {
          missing = self.enter();
        } catch (error) {
          thread.fail(self.kernelOfJob(), error);
        }
        Atomics.sub(words, C.jobHelpers, 1);
        if (Atomics.load(words, C.leaderJoining) === 1) Atomics.notify(words, C.jobHelpers);
        if (missing === null) return;
        const { kernel, code } = missing;
        // Outside of the job, so that the leader does not wait for it.
        const module = compile(kernel.id, () => code);
        if (module !== null) thread.instantiate(kernel, module);
      }
    },

    help(): void {
      const words = thread.words;
      let seen = 0;
      let spins = 0;
      for (;;) {
        const epoch = Atomics.load(words, C.jobEpoch);
        if (epoch !== seen) {
          seen = epoch;
          spins = 0;
          self.takePart();
        } else if (++spins > T.helperSpins) {
          Atomics.add(words, C.sleepers, 1);
          Atomics.wait(words, C.jobEpoch, seen);
          Atomics.sub(words, C.sleepers, 1);
          spins = 0;
        }
      }
    },
  };
  return self;
}
