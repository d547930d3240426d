/** How fast does BSAST run and train beside eager PyTorch on the same processor? `npm run bench:models`. */

import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BsastConfig, barkBands, bsastBase } from '../src/models/bsast/config.ts';
import { type Comparison, compare, type ModelTiming } from './models/compareModels.ts';
import { flopsOf, type ModelPart, type ModelProblem } from './models/modelProblem.ts';
import type { ContenderCommand } from './peers/contenders.ts';

const HELP = `npm run bench:models -- [options]

  --parts a,b        of: agreement, block, forward, step (all)
  --size name        base: the paper's size, 10 s of 4 channels (default); small: what trains on a processor, 4 clips of 2 s
  --threads n        threads of each contender (2)
  --rounds n         how often each is timed, in turn with the other (3)
  --limit seconds    how long a contender may take for an answer (900)
  --json out.json    writes the results

PyTorch takes part where python3 has it (pip install torch). Times are the median of the rounds, the least, and the least
of all the contender's threads together on the processor. Rates count useful products: a multiply-add is two operations,
backward twice the forward. The real-time factor is seconds of audio per second. tympan runs the blocks of a training
step of the paper's size again in backward, since all buffers of softgpu share 4 GiB; PyTorch keeps everything.`;

const { values: options } = parseArgs({
  options: {
    parts: { type: 'string', default: 'agreement,block,forward,step' },
    size: { type: 'string', default: 'base' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    limit: { type: 'string', default: '900' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) {
  console.log(HELP);
  process.exit(0);
}

interface Size {
  readonly config: BsastConfig;
  readonly batch: number;
  readonly seconds: number;
  readonly checkpointedBlocks: number;
}

const small: BsastConfig = {
  sampleRate: 16_000,
  nFft: 1024,
  hopLength: 512,
  bands: barkBands({ bins: 513, sampleRate: 16_000, count: 24 }),
  dim: 32,
  heads: 4,
  blocks: 4,
  embedding: 64,
  filmHidden: 64,
  channels: 4,
  feedForward: 'block',
};
const SIZES: Readonly<Record<string, Size>> = {
  base: { config: bsastBase, batch: 1, seconds: 10, checkpointedBlocks: bsastBase.blocks },
  small: { config: small, batch: 4, seconds: 2, checkpointedBlocks: 0 },
};
const PARTS: Readonly<Record<string, readonly ModelPart[]>> = {
  agreement: ['agreement'],
  block: ['block forward', 'block forward and backward'],
  forward: ['forward'],
  step: ['training step'],
};

const size = SIZES[options.size];
if (!size) throw new Error(`--size must be one of ${Object.keys(SIZES).join(', ')}, got ${options.size}`);
const [rounds, limit] = [positive('rounds', options.rounds), positive('limit', options.limit)];
const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const contenders: readonly ContenderCommand[] = [
  {
    name: 'tympan',
    command: process.execPath,
    args: ['--import', 'tsx', fileOf('models/tympanPeer.ts'), options.threads],
  },
  {
    name: 'torch',
    command: process.platform === 'win32' ? 'python' : 'python3',
    args: [fileOf('models/torchPeer.py')],
    environment: { OMP_NUM_THREADS: options.threads },
  },
];

console.log(`${cpus()[0]!.model}, ${cpus().length} cores, Node ${process.version}, ${rounds} rounds\n`);
const results: { problem: ModelProblem; comparison: Comparison }[] = [];
for (const name of options.parts.split(',')) {
  const parts = PARTS[name];
  if (!parts) throw new Error(`--parts are ${Object.keys(PARTS).join(', ')}, got ${name}`);
  for (const part of parts) {
    const problem = problemOf(part, size);
    const comparison = await compare(contenders, problem, { rounds, limitMs: 1000 * limit });
    results.push({ problem, comparison });
    console.log(`${table(problem, comparison)}\n`);
  }
}
if (options.json !== undefined) {
  writeFileSync(options.json, `${JSON.stringify({ node: process.version, results }, null, 1)}\n`);
}

/** Agreement is seen on a small model, whose every gradient is compared. */
function problemOf(part: ModelPart, { config, batch, seconds, checkpointedBlocks }: Size): ModelProblem {
  if (part === 'agreement') {
    return {
      part,
      config: { ...small, blocks: 2, feedForward: 'axis' },
      batch: 2,
      samples: 8000,
      checkpointedBlocks: 1,
    };
  }
  return { part, config, batch, samples: seconds * config.sampleRate, checkpointedBlocks };
}

function table(problem: ModelProblem, { timings, failures }: Comparison): string {
  const { part, config, batch, samples } = problem;
  const audio = (batch * samples) / config.sampleRate;
  const torch = timings.find(({ contender }) => contender === 'torch')?.medianSeconds;
  const title = `${part}: ${config.blocks} blocks of ${config.dim}, ${batch} × ${(audio / batch).toPrecision(3)} s, ${config.channels} channels`;
  const head = [
    title,
    'median s',
    'least s',
    'CPU s',
    'GFLOP/s',
    'real time',
    'buffers',
    'process',
    'of PyTorch',
    'differs',
  ];
  const row = (timing: ModelTiming) => [
    timing.title,
    timing.medianSeconds.toPrecision(3),
    timing.minSeconds.toPrecision(3),
    timing.processorSeconds.toPrecision(3),
    (flopsOf(problem) / timing.medianSeconds / 1e9).toPrecision(3),
    `× ${(audio / timing.medianSeconds).toPrecision(3)}`,
    timing.deviceBytes === null ? '' : gibibytes(timing.deviceBytes),
    gibibytes(timing.residentBytes),
    torch === undefined ? '' : `× ${(timing.medianSeconds / torch).toPrecision(3)}`,
    timing.difference === 0 ? '' : timing.difference.toExponential(1),
  ];
  const rows = [head, ...timings.map(row)];
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const lines = rows.map((cells) =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
  );
  const failed = failures.map(({ contender, reason }) => `  ${contender} does not take part: ${lastLine(reason)}`);
  return [...lines.map((line) => line.trimEnd()), ...failed].join('\n');
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toPrecision(3)} GiB`;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

function positive(option: string, value: string): number {
  const number = Number(value);
  if (!(number > 0)) throw new Error(`--${option} must be a positive number, got ${value}`);
  return number;
}
