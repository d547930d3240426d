import { afterEach, expect, test, vi } from 'vitest';
import { launcherOf } from '../../../src/train/mpi/launcher.ts';
import { loadLibMpi } from '../../../src/train/mpi/libmpi.ts';
import { MpiUnavailableError } from '../../../src/train/mpi/mpiErrors.ts';
import { expectOneProcess } from '../../../src/train/mpi/openCommunicator.ts';

afterEach(() => vi.unstubAllEnvs());

test('nothing in the environment means no launcher, inside a batch script of Slurm too', () => {
  expect(launcherOf({})).toBeUndefined();
  expect(launcherOf({ SLURM_NTASKS: '4', SLURM_PROCID: '0', SLURM_JOB_ID: '7' })).toBeUndefined();
  expect(launcherOf({ SLURM_STEP_NUM_TASKS: '1', SLURM_PROCID: '0' })).toBeUndefined();
});

test('launchers are known by their variables', () => {
  const open = { OMPI_COMM_WORLD_SIZE: '4', PMIX_RANK: '1' };
  expect(launcherOf(open)).toMatchObject({ size: 4, family: 'openMpi' });
  expect(launcherOf({ PMIX_RANK: '1', SLURM_STEP_NUM_TASKS: '8', SLURM_PROCID: '1' })).toMatchObject({
    family: 'either',
  });
  expect(launcherOf({ PMI_RANK: '0', PMI_SIZE: '2' })).toMatchObject({ size: 2, family: 'mpich' });
});

test('tasks that srun started without MPI are refused: each would train alone', () => {
  const tasks = { SLURM_STEP_NUM_TASKS: '4', SLURM_PROCID: '0' };
  expect(() => launcherOf(tasks)).toThrow(MpiUnavailableError);
  expect(() => launcherOf(tasks)).toThrow(/srun started 4 tasks .* srun --mpi=pmix/);
});

const launcher = { name: 'mpirun', size: 2, family: 'openMpi' } as const;

test('the error for a missing library says what to install', async () => {
  const loading = loadLibMpi(launcher, { libraries: ['libmpi-nowhere.so.1', 'libmpi-nowhere.so'] });
  await expect(loading).rejects.toThrow(MpiUnavailableError);
  await expect(loading).rejects.toThrow(/apt-get install openmpi-bin libopenmpi3.*nowhere\.so\.1: .*nowhere\.so: /s);
});

test('the error for a missing package says what to install', async () => {
  const loading = loadLibMpi(launcher, { ffi: 'koffi-nowhere' });
  await expect(loading).rejects.toThrow(/^openCommunicator: mpirun started .* npm install koffi-nowhere$/s);
});

test('what cannot be shared refuses to run in several processes', () => {
  expectOneProcess('train embedder');
  vi.stubEnv('OMPI_COMM_WORLD_SIZE', '1');
  expectOneProcess('train embedder');
  vi.stubEnv('OMPI_COMM_WORLD_SIZE', '2');
  expect(() => expectOneProcess('train embedder')).toThrow(
    /^train embedder runs in one process, but mpirun .* started it/,
  );
});
