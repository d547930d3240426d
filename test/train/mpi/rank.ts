/** One rank of the tests: `rank.ts <scenario> …`. Prints `rank <n> <scenario>: <JSON>` for each. */
import type { Communicator } from '../../../src/train/mpi/communicator.ts';
import { openCommunicator } from '../../../src/train/mpi/openCommunicator.ts';

type Scenario = (communicator: Communicator) => unknown;

/** Small integers: any order of summation is exact. */
function integers({ rank }: Communicator, length: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => (rank + 1) * ((index % 1000) - 500));
}

/** Values whose sum depends on the order of the summands. */
function fractions({ rank }: Communicator, length: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => Math.sin(1 + index * 1.7 + rank * 311) * 10 ** (rank - 1));
}

function bits(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const scenarios: Readonly<Record<string, Scenario>> = {
  places: ({ rank, size, localSize }) => ({ rank, size, localSize }),

  sums(communicator) {
    const { size } = communicator;
    const factor = (size * (size + 1)) / 2;
    return [0, 1, 3, 1000, 300_001].map((length) => {
      const values = integers(communicator, length);
      communicator.allReduceSum(values);
      return values.every((value, index) => value === factor * ((index % 1000) - 500));
    });
  },

  view(communicator) {
    const values = new Float32Array(8).fill(communicator.rank + 1);
    communicator.allReduceSum(values.subarray(2, 5));
    return [...values];
  },

  shared(communicator) {
    const values = new Float32Array(new SharedArrayBuffer(4000)).fill(communicator.rank + 1);
    communicator.allReduceSum(values);
    return [values[0], values[999]];
  },

  sameBits(communicator) {
    return [5, 4096, 50_000].map((length) => {
      const [first, second] = [fractions(communicator, length), fractions(communicator, length)];
      communicator.allReduceSum(first);
      communicator.allReduceSum(second);
      return { same: bits(first) === bits(second), end: bits(first.subarray(-5)), sum: first.reduce((a, b) => a + b) };
    });
  },

  async asynchronous(communicator) {
    if (communicator.rank === 0) await sleep(300);
    let turns = 0;
    const timer = setInterval(() => {
      turns++;
    }, 5);
    const values = integers(communicator, 100_000);
    const sum = communicator.allReduceSumAsync(values);
    const refusal = await Promise.resolve()
      .then(() => communicator.barrier())
      .catch(String);
    await sum;
    clearInterval(timer);
    return { turned: communicator.rank === 0 || turns > 5, value: values[0], refusal };
  },

  broadcast(communicator) {
    const { rank, size } = communicator;
    const floats = new Float32Array(5).fill(rank + 0.5);
    communicator.broadcast(floats, size - 1);
    const bytes = new TextEncoder().encode(`from ${rank}`);
    communicator.broadcast(bytes.subarray(5), 0);
    return { floats: [...floats], text: new TextDecoder().decode(bytes) };
  },

  async barrier(communicator) {
    if (communicator.rank === 1) await sleep(500);
    const arrived = Date.now();
    communicator.barrier();
    return { arrived, left: Date.now() };
  },

  badRoot(communicator) {
    const before = new Float32Array([1]);
    try {
      communicator.broadcast(before, 99);
    } catch (error) {
      return String(error);
    }
    return 'no error';
  },

  afterFinalize(communicator) {
    communicator.finalize();
    try {
      communicator.barrier();
    } catch (error) {
      return String(error);
    }
    return 'no error';
  },

  async twice(communicator) {
    const refusal = await openCommunicator().catch(String);
    communicator.barrier();
    return refusal;
  },

  throws(communicator) {
    if (communicator.rank === 1) throw new RangeError('the weights of rank 1 are gone');
    communicator.barrier();
  },

  exits(communicator) {
    if (communicator.rank === 0) process.exit(0);
    communicator.barrier();
  },

  aborts(communicator) {
    if (communicator.rank === 1) {
      console.error('rank 1 gives up');
      communicator.abort(7);
    }
    communicator.barrier();
  },

  killed(communicator) {
    if (communicator.rank === 1) process.kill(process.pid, 'SIGKILL');
    communicator.barrier();
  },
};

const communicator = await openCommunicator();
for (const name of process.argv.slice(2)) {
  const result = await scenarios[name]!(communicator);
  console.log(`rank ${communicator.rank} ${name}: ${JSON.stringify(result ?? null)}`);
}
if (!process.argv.includes('afterFinalize')) communicator.finalize();
