import { beforeAll, describe, expect, test } from 'vitest';
import { singleProcess } from '../../../src/train/mpi/communicator.ts';
import { openCommunicator } from '../../../src/train/mpi/openCommunicator.ts';
import { type MpiRun, mpirun, reportsOf } from './mpirun.ts';

const run = (ranks: number, scenarios: readonly string[], environment?: Readonly<Record<string, string>>) =>
  mpirun(ranks, 'test/train/mpi/rank.ts', scenarios, environment ? { environment } : {});

test('without a launcher there is one rank, and its sum is its own', async () => {
  const alone = await openCommunicator();
  const values = new Float32Array([1, 2]);
  alone.allReduceSum(values);
  await alone.allReduceSumAsync(values);
  alone.broadcast(values, 0);
  alone.barrier();
  alone.finalize();
  expect({ ...alone, values: [...values] }).toMatchObject({ rank: 0, size: 1, localSize: 1, values: [1, 2] });
  expect(Object.keys(singleProcess())).toEqual(Object.keys(alone));
});

const peaceful = 'places sums sameBits broadcast barrier view shared asynchronous badRoot twice afterFinalize'.split(
  ' ',
);

for (const ranks of [2, 4]) {
  describe(`${ranks} ranks`, () => {
    let reports: ReturnType<typeof reportsOf>;
    const all = Array.from({ length: ranks }, (_, rank) => rank);
    const sum = (ranks * (ranks + 1)) / 2;

    // One launch for all: starting processes is what takes the time.
    beforeAll(async () => {
      reports = reportsOf(await run(ranks, peaceful));
    });

    test('know their places', () => {
      expect(reports['places']).toEqual(all.map((rank) => ({ rank, size: ranks, localSize: ranks })));
    });

    test('sum integers exactly, in arrays of any length', () => {
      expect(reports['sums']).toEqual(all.map(() => [true, true, true, true, true]));
    });

    test('get the same bits from a sum, and get them again', () => {
      const [first, ...others] = reports['sameBits']!;
      expect(first).toMatchObject([{ same: true }, { same: true }, { same: true }]);
      for (const other of others) expect(other).toEqual(first);
    });

    test('sum inside a view only, and in shared memory', () => {
      const around = all.map((rank) => rank + 1);
      expect(reports['view']).toEqual(around.map((own) => [own, own, sum, sum, sum, own, own, own]));
      expect(reports['shared']).toEqual(all.map(() => [sum, sum]));
    });

    test('sum while the event loop goes on, and refuse other calls meanwhile', () => {
      const refusal = 'MpiError: barrier: called while allReduceSumAsync is under way; await it first';
      expect(reports['asynchronous']).toEqual(all.map(() => ({ turned: true, value: -500 * sum, refusal })));
    });

    test('take what the root has, floats or bytes', () => {
      const floats = Array.from({ length: 5 }, () => ranks - 0.5);
      expect(reports['broadcast']).toEqual(all.map(() => ({ floats, text: 'from 0' })));
    });

    test('leave a barrier when the last has come', () => {
      const times = reports['barrier'] as { arrived: number; left: number }[];
      const last = Math.max(...times.map(({ arrived }) => arrived));
      expect(Math.min(...times.map(({ left }) => left))).toBeGreaterThanOrEqual(last);
    });

    test('throw the errors of MPI with their text', () => {
      expect(reports['badRoot']?.[0]).toMatch(/^MpiError: MPI_Bcast: MPI_ERR_ROOT: invalid root \(code \d+\)$/);
    });

    test('refuse calls after finalize, and open MPI once', () => {
      expect(reports['afterFinalize']).toEqual(all.map(() => 'MpiError: barrier: this communicator was finalized'));
      expect(reports['twice']?.[0]).toMatch('was initialized in this process before');
    });
  });
}

describe('a rank that fails', () => {
  test('by throwing ends all, and its error is printed', async () => {
    const { exitCode, output } = await run(4, ['throws']);
    expect(output).toMatch('RangeError: the weights of rank 1 are gone');
    expect(exitCode).toBe(1);
  });

  test('by aborting ends all with its message and exit code', async () => {
    const { exitCode, output } = await run(4, ['aborts']);
    expect(output).toMatch('rank 1 gives up');
    expect(exitCode).toBe(7);
  });

  test('by leaving early ends all', async () => {
    const { exitCode, output } = await run(2, ['exits']);
    expect(output).toMatch('This rank ends without finalizing its communicator');
    expect(exitCode).toBe(1);
  });

  test('by being killed ends all', async () => {
    expect((await run(2, ['killed'])).exitCode).not.toBe(0);
  });
});

test('a missing library, or one that is no MPI, is named with what to do', async () => {
  const withLibrary = (path: string): Promise<MpiRun> => run(2, ['places'], { TYMPAN_MPI_LIBRARY: path });
  const missing = await withLibrary('/nowhere/libmpi.so');
  expect(missing.exitCode).not.toBe(0);
  expect(missing.output).toMatch(
    /MpiUnavailableError: openCommunicator: mpirun \(OMPI_COMM_WORLD_SIZE=2\) started this/,
  );
  expect(missing.output).toMatch(/name the file of its libmpi in TYMPAN_MPI_LIBRARY; tried\n {2}\/nowhere/);
  const other = await withLibrary('libm.so.6');
  expect(other.output).toMatch(/libm\.so\.6: Cannot find symbol 'MPI_Get_library_version'/);
});

test('without mpirun these tests fail and say what to install', async () => {
  const started = run(2, ['places'], { PATH: '/nowhere' });
  await expect(started).rejects.toThrow(/mpirun does not start: .*apt-get install openmpi-bin libopenmpi3/);
});
