/**
 * How many threads this rank's device may take, so that the ranks of one machine share its cores: an equal part of them, or
 * fewer where the launcher bound the rank to some (`mpirun` binds to one core by default with one or two ranks).
 *
 * @param localSize ranks on this machine, `Communicator.localSize`.
 */
export function threadsPerRank(localSize: number): number {
  const { availableParallelism, cpus } = process.getBuiltinModule('node:os');
  return Math.max(1, Math.min(availableParallelism(), Math.floor(cpus().length / localSize)));
}
