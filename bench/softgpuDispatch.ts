/**
 * What does a dispatch cost on softgpu's executor? Hand-made kernels, so that neither WGSL nor the WebGPU objects are in the figures.
 *
 *   --rounds n       how often each is timed, interleaved
 */
import { parseArgs } from 'node:util';
import { createExecutor } from '../src/softgpu/runtime/executor/createExecutor.ts';
import type { Command, KernelHandle } from '../src/softgpu/runtime/executor.ts';
import { busyKernel, emptyKernel } from '../test/softgpu/runtime/executor/kernels.ts';
import { median } from './measure.ts';

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '60' } } });
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1)
  throw new Error(`--rounds must be a whole number from 1, got ${options.rounds}`);

const DISPATCHES = 1000;
const BUSY_WORKGROUPS = 512;
const BUSY_TURNS = 10_000;

type Executor = ReturnType<typeof createExecutor>;

interface Case {
  readonly name: string;
  /** Per round. */
  readonly micros: number[];
  readonly run: () => Promise<void>;
  readonly count: number;
}

function many(kernel: KernelHandle, count: number, x: number, bindings: Uint32Array): Command[] {
  return Array.from({ length: count }, () => ({ op: 'dispatch', kernel, x, y: 1, z: 1, bindings }));
}

function casesOf(executor: Executor, name: string): Case[] {
  const empty = executor.loadKernel(emptyKernel(executor.shared), { label: 'empty' });
  const tiny = executor.loadKernel(busyKernel(executor.shared, 500), { label: 'tiny' });
  const busy = executor.loadKernel(busyKernel(executor.shared, BUSY_TURNS), { label: 'busy' });
  const address = executor.allocate(4 * BUSY_WORKGROUPS)!;
  const bindings = Uint32Array.of(address, 4 * BUSY_WORKGROUPS);
  const submitted = async (commands: Command[]) => {
    executor.submit(commands);
    await executor.done();
  };
  const one = many(empty, 1, 1, bindings);
  const lists: [string, number, Command[]][] = [
    ['submit to done, one empty dispatch', 1, one],
    ['empty dispatch of 1 workgroup', DISPATCHES, many(empty, DISPATCHES, 1, bindings)],
    ['empty dispatch of 256 workgroups', DISPATCHES, many(empty, DISPATCHES, 256, bindings)],
    ['dispatch of 64 workgroups of about 1 µs', 100, many(tiny, 100, 64, bindings)],
    ['compute-bound dispatch', 1, many(busy, 1, BUSY_WORKGROUPS, bindings)],
  ];
  return lists.map(([what, count, commands]) => ({
    name: `${name}: ${what}`,
    micros: [],
    run: () => submitted(commands),
    count,
  }));
}

const executors = [0, 1, 2].map((threads) => createExecutor({ threads }));
const cases = executors.flatMap((executor, threads) => casesOf(executor, `threads ${threads}`));
for (let round = -5; round < rounds; round++) {
  for (const { run, micros, count } of cases) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const start = performance.now();
    await run();
    if (round >= 0) micros.push(((performance.now() - start) * 1000) / count); // the first rounds compile
  }
}
console.log('microseconds                                            least    median');
for (const { name, micros } of cases)
  console.log(
    `${name.padEnd(52)} ${Math.min(...micros)
      .toFixed(2)
      .padStart(9)} ${median(micros).toFixed(2).padStart(9)}`,
  );
const [one, two] = [1, 2].map(
  (threads) => cases.find(({ name }) => name === `threads ${threads}: compute-bound dispatch`)!,
);
const ratios = one!.micros.map((micros, round) => micros / two!.micros[round]!);
console.log(
  `two threads are ${median(ratios).toFixed(2)} times as fast as one, compute-bound; best with best ${(
    Math.min(...one!.micros) / Math.min(...two!.micros)
  ).toFixed(2)}`,
);
for (const executor of executors) executor.destroy();
