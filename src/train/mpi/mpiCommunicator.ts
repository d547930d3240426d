import { THREAD_SERIALIZED } from './abi.ts';
import { chunks } from './chunks.ts';
import type { Communicator } from './communicator.ts';
import type { LibMpi } from './libmpi.ts';
import { MpiError } from './mpiErrors.ts';

const BYTES_PER_CALL = 2 ** 30;
const FLOATS_PER_CALL = BYTES_PER_CALL / 4;

/**
 * Initializes MPI and opens the communicator of all ranks (MPI_COMM_WORLD). Should this process end, for whatever reason,
 * before `finalize`, it takes the other ranks with it: they would wait for it for ever.
 *
 * @throws MpiError when MPI was initialized in this process before: it allows that once.
 */
export function initializeMpi(mpi: LibMpi): Communicator {
  // True after MPI_Finalize as well.
  if (integer((out) => mpi.call('MPI_Initialized', out)) !== 0) {
    throw new MpiError('openCommunicator: MPI was initialized in this process before, and allows that once', undefined);
  }
  const provided = new Int32Array(1);
  mpi.call('MPI_Init_thread', null, null, THREAD_SERIALIZED, provided);
  mpi.call('MPI_Comm_set_errhandler', mpi.abi.world, mpi.abi.errorsReturn);
  return new MpiCommunicator(mpi, provided[0]! >= THREAD_SERIALIZED);
}

class MpiCommunicator implements Communicator {
  readonly rank: number;
  readonly size: number;
  readonly localSize: number;
  readonly #mpi: LibMpi;
  readonly #threads: boolean;
  readonly #release: () => void;
  #inFlight: string | undefined;
  #open = true;

  constructor(mpi: LibMpi, threads: boolean) {
    this.#mpi = mpi;
    this.#threads = threads;
    this.rank = integer((out) => mpi.call('MPI_Comm_rank', mpi.abi.world, out));
    this.size = integer((out) => mpi.call('MPI_Comm_size', mpi.abi.world, out));
    this.localSize = localSizeOf(mpi, this.rank);
    this.#release = abortAtExit((code) => mpi.call('MPI_Abort', mpi.abi.world, code));
  }

  allReduceSum(values: Float32Array): void {
    this.#begin('allReduceSum');
    const { abi } = this.#mpi;
    for (const part of chunks(values, FLOATS_PER_CALL)) {
      this.#mpi.call('MPI_Allreduce', abi.inPlace, part, part.length, abi.float, abi.sum, abi.world);
    }
  }

  async allReduceSumAsync(values: Float32Array): Promise<void> {
    if (!this.#threads) return this.allReduceSum(values); // this MPI wants all calls from the thread that initialized it
    this.#begin('allReduceSumAsync');
    this.#inFlight = 'allReduceSumAsync';
    try {
      const { abi } = this.#mpi;
      for (const part of chunks(values, FLOATS_PER_CALL)) {
        await this.#mpi.callAsync('MPI_Allreduce', abi.inPlace, part, part.length, abi.float, abi.sum, abi.world);
      }
    } finally {
      this.#inFlight = undefined;
    }
  }

  broadcast(values: ArrayBufferView, root: number): void {
    this.#begin('broadcast');
    const { abi } = this.#mpi;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    for (const part of chunks(bytes, BYTES_PER_CALL)) {
      this.#mpi.call('MPI_Bcast', part, part.length, abi.byte, root, abi.world);
    }
  }

  barrier(): void {
    this.#begin('barrier');
    this.#mpi.call('MPI_Barrier', this.#mpi.abi.world);
  }

  finalize(): void {
    this.#begin('finalize');
    this.#open = false;
    this.#mpi.call('MPI_Finalize');
    this.#release();
  }

  abort(exitCode: number): never {
    if (this.#open) this.#mpi.call('MPI_Abort', this.#mpi.abi.world, exitCode);
    process.exit(exitCode);
  }

  #begin(operation: string): void {
    if (!this.#open) throw new MpiError(`${operation}: this communicator was finalized`, undefined);
    if (this.#inFlight !== undefined) {
      throw new MpiError(`${operation}: called while ${this.#inFlight} is under way; await it first`, undefined);
    }
  }
}

function integer(read: (out: Int32Array) => void): number {
  const out = new Int32Array(1);
  read(out);
  return out[0]!;
}

/** How many ranks share this machine's memory. */
function localSizeOf(mpi: LibMpi, rank: number): number {
  const { abi } = mpi;
  const out = abi.handle === 'int' ? new Int32Array(1) : new BigUint64Array(1);
  mpi.call('MPI_Comm_split_type', abi.world, abi.sharedMemory, rank, abi.noInfo, out);
  return integer((size) => mpi.call('MPI_Comm_size', out[0]!, size));
}

/** Calls `abort` when the process exits; the returned function takes that back. */
function abortAtExit(abort: (code: number) => void): () => void {
  // Node prints the error of an uncaught exception after the exit handlers, of which this one does not return.
  let uncaught: unknown;
  const remember = (error: unknown): void => {
    uncaught = error;
  };
  const exit = (code: number): void => {
    if (code !== 0 && uncaught !== undefined) console.error(uncaught);
    else if (code === 0)
      console.error('This rank ends without finalizing its communicator; the other ranks end with it.');
    abort(code === 0 ? 1 : code);
  };
  process.on('uncaughtExceptionMonitor', remember);
  process.on('exit', exit);
  return () => {
    process.off('uncaughtExceptionMonitor', remember);
    process.off('exit', exit);
  };
}
