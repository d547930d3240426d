/** jax-js with its WebAssembly back end, each operation compiled by its `jit`: `jaxJsPeer.ts 2` for two threads. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Array as JaxArray } from '@jax-js/jax';
import { EPSILON, inputsOf, type Problem } from './problem.ts';
import { serve, type Work } from './serve.ts';
import { installWebWorker } from './webWorker.ts';

const threads = Number(process.argv[2] ?? 1);
if (threads > 1) installWebWorker(threads);

const { blockUntilReady, defaultDevice, init, jit, nn, numpy: np } = await import('@jax-js/jax');
await init('wasm');
defaultDevice('wasm');

/** Every operation takes its operands away: they are passed as new references. */
interface Call {
  readonly operands: JaxArray[];
  readonly compiled: ((...operands: JaxArray[]) => JaxArray) & { dispose(): void };
}

function prepare(problem: Problem): Work | undefined {
  const call = callOf(problem);
  if (!call) return undefined;
  const { operands, compiled } = call;
  const launch = () => compiled(...operands.map((operand) => operand.ref));
  return {
    run: async () => {
      const y = await blockUntilReady(launch());
      y.dispose();
    },
    lastRow: async () => {
      const values = await launch().data();
      return values.slice(-values.length / problem.rows);
    },
    dispose: () => {
      for (const operand of operands) operand.dispose();
      compiled.dispose();
    },
  };
}

function callOf(problem: Problem): Call | undefined {
  const { operation, rows, columns, inner } = problem;
  const inputs = inputsOf(problem);
  const x = () => np.array(inputs.a(), { shape: [rows, inner || columns] });
  switch (operation) {
    case 'matmul':
      return {
        operands: [x(), np.array(inputs.b(), { shape: [inner, columns] })],
        compiled: jit((a: JaxArray, b: JaxArray) => np.matmul(a, b)),
      };
    case 'multiplyAdd':
      return { operands: [x()], compiled: jit((a: JaxArray) => a.mul(2).add(1)) };
    case 'exp':
      return { operands: [x()], compiled: jit((a: JaxArray) => np.exp(a)) };
    case 'gelu':
      return { operands: [x()], compiled: jit((a: JaxArray) => nn.gelu(a, { approximate: true })) };
    case 'softmax':
      return { operands: [x()], compiled: jit((a: JaxArray) => nn.softmax(a, 1)) };
    case 'layerNorm':
      return { operands: [x(), np.array(inputs.weight()), np.array(inputs.bias())], compiled: jit(layerNorm) };
    case 'rfft':
      return { operands: [x()], compiled: jit(spectrum) };
    case 'copy':
      return undefined;
  }
}

function layerNorm(x: JaxArray, weight: JaxArray, bias: JaxArray): JaxArray {
  const centered = x.ref.sub(np.mean(x, 1, { keepdims: true }));
  const variance = np.mean(np.square(centered.ref), 1, { keepdims: true });
  return centered
    .mul(np.reciprocal(np.sqrt(variance.add(EPSILON))))
    .mul(weight)
    .add(bias);
}

function spectrum(x: JaxArray): JaxArray {
  const { real, imag } = np.fft.rfft(x, 1);
  return np.stack([real, imag], 2);
}

const manifest = createRequire(import.meta.url)
  .resolve('@jax-js/jax')
  .replace(/dist.*/, 'package.json');
const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
await serve({ title: `jax-js ${version} wasm, ${threads} thread${threads > 1 ? 's' : ''}`, prepare });
