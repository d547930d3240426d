import { type Communicator, singleProcess } from './communicator.ts';
import { launcherOf } from './launcher.ts';
import { loadLibMpi } from './libmpi.ts';
import { initializeMpi } from './mpiCommunicator.ts';
import { MpiUnavailableError } from './mpiErrors.ts';

/**
 * The communicator of the processes that an MPI launcher (`mpirun -n 4 npx tympan train …`, `srun --mpi=pmix …`) started
 * together, or of this process alone where there was none. MPI is called only when there are others: Open MPI, or a library
 * of MPICH's ABI, through the optional npm package koffi. `TYMPAN_MPI_LIBRARY` names the library's file where it is not
 * found by its usual name.
 *
 * Once per process, and not from a worker thread. A process that ends without `finalize` ends the other ranks too.
 *
 * @throws MpiUnavailableError when the process was started together with others and cannot reach them.
 * @throws MpiError when MPI fails to initialize.
 */
export async function openCommunicator(): Promise<Communicator> {
  const launcher = launcherOf(process.env);
  if (launcher === undefined || launcher.size === 1) return singleProcess();
  const mpi = await loadLibMpi(launcher);
  const communicator = initializeMpi(mpi);
  if (launcher.size !== undefined && launcher.size !== communicator.size) {
    communicator.finalize();
    throw new MpiUnavailableError(
      `openCommunicator: ${launcher.name} started this process, but to ${mpi.version} it is one of ${communicator.size}: ` +
        "launcher and library belong to different installations; start it with the library's own mpirun, or name the " +
        "launcher's libmpi in TYMPAN_MPI_LIBRARY",
    );
  }
  return communicator;
}

/**
 * For what cannot be shared among processes: each would do all of it, into the same files.
 *
 * @throws MpiUnavailableError where a launcher started several.
 */
export function expectOneProcess(operation: string): void {
  const launcher = launcherOf(process.env);
  if (launcher === undefined || launcher.size === 1) return;
  throw new MpiUnavailableError(`${operation} runs in one process, but ${launcher.name} started it: start it without`);
}
