/**
 * What does a dispatch cost in JavaScript and binding? `npm run bench:dispatch` runs small BSAST blocks on Dawn's null
 * backend, where the device itself does nothing: recorded operation by operation, and as a replayed recording.
 *
 *   --rounds n       how often each is timed, interleaved
 *   --only text      only steps whose name holds the text, for a profiler
 */
import { parseArgs } from 'node:util';
import { create } from 'webgpu';
import { axialAttention } from '../src/kernels/attention/axialAttention.ts';
import { add } from '../src/kernels/elementwise/binary.ts';
import { linear } from '../src/kernels/matmul/linear.ts';
import { rmsNorm } from '../src/kernels/norm/rmsNorm.ts';
import { sum } from '../src/kernels/reduce/sum.ts';
import { init, shutdown } from '../src/tensor/engine/device/init.ts';
import { type Recording, record } from '../src/tensor/engine/record.ts';
import { tidy } from '../src/tensor/engine/scope.ts';
import { noGrad } from '../src/tensor/engine/tape.ts';
import type { Tensor } from '../src/tensor/tensor.ts';
import { Inputs } from './inputs.ts';
import { median } from './measure.ts';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '400' }, only: { type: 'string', default: '' } },
});
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1)
  throw new Error(`--rounds must be a whole number from 1, got ${options.rounds}`);

const BLOCKS = 4;
const [dim, heads] = [16, 2];
const device = await init({ gpu: create(['backend=null']) });
const inputs = new Inputs();
const x = inputs.fixed([1, 4, 6, 5, dim]);
inputs.withGradients();
const layers = Array.from({ length: 3 * BLOCKS }, (_, i) => ({
  axis: [2, 3, 1][i % 3]!,
  attentionNorm: inputs.randn([dim]),
  qkv: inputs.randn([3 * dim, dim]),
  gate: inputs.randn([heads, dim]),
  out: inputs.randn([dim, dim]),
  feedForwardNorm: inputs.randn([dim]),
  up: inputs.randn([4 * dim, dim]),
  upBias: inputs.randn([4 * dim]),
  down: inputs.randn([dim, 4 * dim]),
  downBias: inputs.randn([dim]),
}));

function forward(): Tensor {
  let h = x;
  for (const { axis, attentionNorm, qkv, gate, out, feedForwardNorm, up, upBias, down, downBias } of layers) {
    const normed = rmsNorm(h, attentionNorm);
    const attended = axialAttention(linear(normed, qkv), {
      dim: axis,
      heads,
      rope: { base: 10_000, interleaved: true },
      gate: linear(normed, gate),
    });
    h = add(h, linear(attended, out));
    const hidden = linear(rmsNorm(h, feedForwardNorm), up, upBias, { activation: 'gelu' });
    h = add(h, linear(hidden, down, downBias));
  }
  return h;
}

function training(): void {
  inputs.clearGradients();
  sum(forward()).backward();
}

interface Step {
  readonly name: string;
  readonly run: () => void;
  readonly dispatches: number;
}

/** The same work both ways. */
function steps(name: string, work: () => void): { steps: Step[]; recording: Recording<void> } {
  const recording = record(work);
  const { dispatches } = recording;
  const recorded = () => {
    tidy(work);
    device.flush();
  };
  return {
    recording,
    steps: [
      { name: `${name}, recorded`, run: recorded, dispatches },
      { name: `${name}, replayed`, run: () => recording.replay(), dispatches },
    ],
  };
}

const inference = steps('inference', () => {
  noGrad(forward);
});
const step = steps('training step', training);
const all = [...inference.steps, ...step.steps].filter(({ name }) => name.includes(options.only));
const times = all.map(() => [] as number[]);
for (let round = -20; round < rounds; round++) {
  for (const [i, { run, dispatches }] of all.entries()) {
    const start = performance.now();
    run();
    const micros = ((performance.now() - start) * 1000) / dispatches;
    if (round >= 0) times[i]!.push(micros); // the first rounds compile
  }
  await device.synchronize();
}
console.log('microseconds per dispatch        least  median  dispatches');
for (const [i, { name, dispatches }] of all.entries()) {
  const [least, middle] = [Math.min(...times[i]!), median(times[i]!)];
  console.log(
    `${name.padEnd(30)} ${least.toFixed(2).padStart(7)} ${middle.toFixed(2).padStart(7)} ${String(dispatches).padStart(11)}`,
  );
}
for (const { recording } of [inference, step]) recording.dispose();
inputs.dispose();
await shutdown();
