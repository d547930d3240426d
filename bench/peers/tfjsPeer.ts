/** TensorFlow.js with its WebAssembly back end. In Node it has one thread. */

import type * as tfjs from '@tensorflow/tfjs-core';
import { loadPeer } from './packages.ts';
import { EPSILON, inputsOf, type Problem } from './problem.ts';
import { serve, type Work } from './serve.ts';

interface WasmBackend {
  readonly version_wasm: string;
  getThreadsCount(): number;
}

// Of one folder: an own copy of the core would not hear of the back end.
const tf = loadPeer('@tensorflow/tfjs-core') as typeof tfjs;
const backend = loadPeer('@tensorflow/tfjs-backend-wasm') as WasmBackend;
await tf.setBackend('wasm');
await tf.ready();

function prepare(problem: Problem): Work | undefined {
  const call = callOf(problem);
  if (!call) return undefined;
  return {
    run: () => tf.dispose(tf.tidy(call)),
    lastRow: async () => {
      const y = tf.tidy(call);
      const values = await y.data();
      y.dispose();
      return values.slice(-values.length / problem.rows);
    },
    dispose: () => tf.disposeVariables(),
  };
}

function callOf(problem: Problem): (() => tfjs.Tensor) | undefined {
  const { operation, rows, columns, inner } = problem;
  const inputs = inputsOf(problem);
  if (operation === 'copy' || operation === 'rfft') return undefined; // its transforms have no kernel for WebAssembly
  const input = (data: Float32Array, ...shape: number[]) => tf.variable(tf.tensor(data, shape));
  const x = input(inputs.a(), rows, inner || columns);
  switch (operation) {
    case 'matmul': {
      const b = input(inputs.b(), inner, columns);
      return () => tf.matMul(x, b);
    }
    case 'multiplyAdd':
      return () => tf.add(tf.mul(x, 2), 1);
    case 'exp':
      return () => tf.exp(x);
    case 'gelu':
      return () => {
        const cubed = tf.mul(x, tf.square(x));
        const u = tf.mul(tf.add(x, tf.mul(cubed, 0.044715)), Math.sqrt(2 / Math.PI));
        return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(u), 1));
      };
    case 'softmax':
      return () => tf.softmax(x);
    case 'layerNorm': {
      const [weight, bias] = [input(inputs.weight(), columns), input(inputs.bias(), columns)];
      return () => {
        const { mean, variance } = tf.moments(x, 1, true);
        const normalized = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, EPSILON)));
        return tf.add(tf.mul(normalized, weight), bias);
      };
    }
  }
}

const threads = backend.getThreadsCount();
await serve({
  title: `TensorFlow.js ${backend.version_wasm} wasm, ${threads} thread${threads > 1 ? 's' : ''}`,
  prepare,
});
