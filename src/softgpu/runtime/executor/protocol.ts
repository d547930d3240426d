/**
 * What the calling thread and the workers agree on: where things lie in the shared memory.
 *
 * The numbers are handed to the workers as data, because a worker's source is text that can import nothing.
 */

/**
 * Words of the control block at address 0. What different threads write lies in different lines of 64 bytes, so that
 * spinning on one does not slow down another.
 */
export const CONTROL = {
  /** Address up to which commands are written. Read by the leader, written by the calling thread. */
  published: 0,
  /** 1 while the leader sleeps on `published`. */
  leaderAsleep: 1,
  /** Pages of the memory: a thread that knows fewer has to refresh its views and instances. */
  pages: 2,
  /** Address of the first command: the leader may begin long after it was written. */
  start: 3,
  /** The first fence the calling thread waits for, where `fenceWanted` is 1. The leader wakes it at that one and at each after it. */
  wantedFence: 16,
  fenceWanted: 17,
  /** The last fence that was passed. */
  completed: 32,
  /** A job is what helpers take part in: counts up when one begins. */
  jobEpoch: 48,
  jobOpen: 49,
  jobKind: 50,
  jobKernel: 51,
  jobArgs: 52,
  jobFirst: 53,
  jobEnd: 54,
  jobChunk: 55,
  jobChunks: 56,
  /** The next chunk to be claimed. */
  jobNext: 64,
  /** Helpers that may be reading the job. */
  jobHelpers: 80,
  /** 1 while the leader sleeps on `jobHelpers`. */
  leaderJoining: 81,
  /** Helpers that sleep on `jobEpoch`. */
  sleepers: 96,
  /** 1 once a kernel trapped: nothing runs from then on. */
  failed: 112,
  /** Records that wait in the report areas of all threads. */
  reports: 128,
} as const;

/** Words of the record at the start of a loaded kernel; its code follows after `codeOffset` bytes. */
export const KERNEL = {
  /** A small number that is used again after the kernel was released. */
  slot: 0,
  /** Never used again. */
  id: 1,
  codeBytes: 2,
  /** The scratch of thread 0, and from one thread's to the next. */
  scratch: 3,
  scratchStride: 4,
  /** Whether the kernel writes reports: 0 or 1. */
  reports: 5,
  codeOffset: 32,
} as const;

/**
 * Commands are words: the operation, then
 *
 *   dispatch          words in all, kernel record, then the argument block: x, y, z (below 2¹⁶), 0, (address, bytes)*
 *   dispatchIndirect  the same, then the address of the counts and the limit of each
 *   copy              source, destination, bytes
 *   clear             address, bytes
 *   timestamp         address
 *   fence             number
 *   jump              address of the next command
 */
export const OPERATION = {
  dispatch: 1,
  dispatchIndirect: 2,
  copy: 3,
  clear: 4,
  timestamp: 5,
  fence: 6,
  jump: 7,
} as const;

/** The kinds of jobs, and how many chunks of a dispatch make one: about half a second. */
export const JOB = { kernel: 0, copy: 1, clear: 2, chunks: 4096 } as const;

/**
 * The report area of one thread: a header (records produced, consumed, dropped), then the ring of records, then room
 * for the thread's own copy of the argument block of a kernel that reports. The last word of a record names the kernel.
 */
export const REPORT = {
  recordBytes: 256,
  records: 8,
  args: 256 * 9,
  argsBytes: 4096 - 256 * 9,
  threadBytes: 4096,
} as const;

/** How long threads spin before they sleep, and how work is cut, in milliseconds. */
export const TIMING = {
  /** Turns of an atomic load: some tens of microseconds. */
  spins: 4000,
  /** More, since a helper that sleeps comes late to the next job, and to wake it delays the leader. */
  helperSpins: 12_000,
  /** A dispatch expected to take less runs on one thread: waking another costs as much. */
  alone: 0.01,
  /** The aim for one call of a kernel: short enough that optimized code is entered soon and that threads end together. */
  chunk: 0.1,
} as const;

export const CONTROL_BYTES = 1024;

export const PROTOCOL = {
  control: CONTROL,
  kernel: KERNEL,
  operation: OPERATION,
  job: JOB,
  report: REPORT,
  timing: TIMING,
};

export type Protocol = typeof PROTOCOL;
