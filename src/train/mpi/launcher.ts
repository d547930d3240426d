import { MpiUnavailableError } from './mpiErrors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Who started this process, from the variables each launcher sets. */
export interface Launcher {
  readonly name: string;
  /** How many processes it started; undefined where only MPI itself can tell. */
  readonly size: number | undefined;
  /** The family of MPI libraries that understands this launcher. Both know PMIx. */
  readonly family: 'openMpi' | 'mpich' | 'either';
}

/**
 * The MPI launcher that started this process, or undefined where it runs by itself.
 *
 * @throws MpiUnavailableError under `srun` with several tasks and no process management interface: every task would
 *   believe to be alone, and all would write the same files.
 */
export function launcherOf(environment: Environment): Launcher | undefined {
  const { OMPI_COMM_WORLD_SIZE, PMIX_RANK, PMI_RANK, PMI_SIZE } = environment;
  if (OMPI_COMM_WORLD_SIZE !== undefined) {
    return {
      name: `mpirun (OMPI_COMM_WORLD_SIZE=${OMPI_COMM_WORLD_SIZE})`,
      size: count(OMPI_COMM_WORLD_SIZE),
      family: 'openMpi',
    };
  }
  if (PMIX_RANK !== undefined)
    return { name: `a PMIx launcher (PMIX_RANK=${PMIX_RANK})`, size: undefined, family: 'either' };
  if (PMI_RANK !== undefined)
    return { name: `a PMI launcher (PMI_RANK=${PMI_RANK})`, size: count(PMI_SIZE), family: 'mpich' };
  const tasks = count(environment['SLURM_STEP_NUM_TASKS']) ?? 1;
  if (tasks > 1 && environment['SLURM_PROCID'] !== undefined) {
    throw new MpiUnavailableError(
      `openCommunicator: srun started ${tasks} tasks that do not know of each other; start them with srun --mpi=pmix ` +
        '(srun --mpi=list shows what this Slurm offers), or with mpirun inside the allocation',
    );
  }
  return undefined;
}

function count(text: string | undefined): number | undefined {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}
