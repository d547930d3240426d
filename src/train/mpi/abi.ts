/** A handle of MPI: an address in Open MPI, an integer in MPICH. */
export type Handle = bigint | number;

/** What `mpi.h` says and a compiled library does not: how handles look, and the values of the predefined ones used here. */
export interface MpiAbi {
  readonly handle: 'void *' | 'int';
  readonly world: Handle;
  readonly float: Handle;
  readonly byte: Handle;
  readonly sum: Handle;
  readonly errorsReturn: Handle;
  readonly noInfo: Handle;
  /** The address that stands for "the receive buffer has the input as well". */
  readonly inPlace: bigint;
  /** The kind of communicator whose ranks share memory. */
  readonly sharedMemory: number;
}

/** Open MPI 2 to 5 (soname libmpi.so.40 since 3): predefined handles are the addresses of exported variables. */
export function openMpiAbi(addressOf: (symbol: string) => bigint): MpiAbi {
  return {
    handle: 'void *',
    world: addressOf('ompi_mpi_comm_world'),
    float: addressOf('ompi_mpi_float'),
    byte: addressOf('ompi_mpi_byte'),
    sum: addressOf('ompi_mpi_op_sum'),
    errorsReturn: addressOf('ompi_mpi_errors_return'),
    noInfo: addressOf('ompi_mpi_info_null'),
    inPlace: 1n,
    sharedMemory: 0,
  };
}

/** The common ABI of MPICH 3.1 and newer, Intel MPI, MVAPICH and Cray MPICH (soname libmpi.so.12): integers. */
export const MPICH_ABI: MpiAbi = {
  handle: 'int',
  world: 0x44000000,
  float: 0x4c00040a,
  byte: 0x4c00010d,
  sum: 0x58000003,
  errorsReturn: 0x54000001,
  noInfo: 0x1c000000,
  inPlace: 2n ** 64n - 1n,
  sharedMemory: 1,
};

/** Both number the levels of thread support alike; at this one any thread may call, one at a time. */
export const THREAD_SERIALIZED = 2;
