/**
 * The processes that train one model together, as MPI calls them: `size` ranks, numbered from 0.
 *
 * Every method but `abort` is collective: all ranks call it, in the same order and with arrays of the same length, or they
 * wait for each other for ever. Open one with `openCommunicator()`.
 */
export interface Communicator {
  /** This process, from 0 to `size` - 1. Rank 0 validates, logs and writes files. */
  readonly rank: number;
  /** Processes altogether. */
  readonly size: number;
  /** Those of them on this machine; they share its cores. */
  readonly localSize: number;

  /**
   * Replaces `values` by their element-wise sum over all ranks. Blocks this thread. All ranks get the same bits; the order
   * of the summands depends on the number of ranks and on the length, not on who comes first.
   *
   * @throws MpiError
   */
  allReduceSum(values: Float32Array): void;

  /**
   * `allReduceSum` while the event loop goes on. `values` must be left alone, and no other method called, until the promise
   * resolves.
   *
   * @throws MpiError
   */
  allReduceSumAsync(values: Float32Array): Promise<void>;

  /**
   * Gives every rank the contents that `values` has at rank `root`, whatever their type. Blocks this thread.
   *
   * @throws MpiError
   */
  broadcast(values: ArrayBufferView, root: number): void;

  /** Waits, blocking this thread, until all ranks are here. @throws MpiError */
  barrier(): void;

  /** Leaves orderly; the last call. Waits for the other ranks. @throws MpiError */
  finalize(): void;

  /** Ends this process and all other ranks, wherever they are, with `exitCode`. Print the reason first. */
  abort(exitCode: number): never;
}

/** A communicator of one: nothing to sum, to send or to wait for. */
export function singleProcess(): Communicator {
  return {
    rank: 0,
    size: 1,
    localSize: 1,
    allReduceSum() {},
    async allReduceSumAsync() {},
    broadcast() {},
    barrier() {},
    finalize() {},
    abort(exitCode) {
      process.exit(exitCode);
    },
  };
}
