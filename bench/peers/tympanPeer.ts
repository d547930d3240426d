/** tympan on softgpu with so many threads, or on Dawn with SwiftShader: `tympanPeer.ts softgpu 2`, `tympanPeer.ts swiftshader`. */

import { gelu } from '../../src/kernels/activation/gelu.ts';
import { add, mul } from '../../src/kernels/elementwise/binary.ts';
import { exp } from '../../src/kernels/elementwise/unary.ts';
import { rfft } from '../../src/kernels/fourier/rfft.ts';
import { matmul } from '../../src/kernels/matmul/matmul.ts';
import { layerNorm } from '../../src/kernels/norm/layerNorm.ts';
import { softmax } from '../../src/kernels/softmax/softmax.ts';
import { createSoftGPU } from '../../src/softgpu/index.ts';
import { tensor } from '../../src/tensor/create.ts';
import { init } from '../../src/tensor/engine/device/init.ts';
import { openSwiftShader } from '../../src/tensor/engine/device/swiftshader.ts';
import { keep, tidy } from '../../src/tensor/engine/scope.ts';
import { noGrad } from '../../src/tensor/engine/tape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { EPSILON, inputsOf, type Problem } from './problem.ts';
import { serve, type Work } from './serve.ts';

const [implementation = 'softgpu', threads = '2'] = process.argv.slice(2);

const gpu = await findGpu();
const { name } = await init({ gpu });

async function findGpu(): Promise<GPU> {
  if (implementation === 'softgpu') return createSoftGPU({ threads: Number(threads) }) as unknown as GPU;
  const found = await openSwiftShader();
  if ('reason' in found) throw new Error(found.reason);
  return found.gpu;
}

/** On a device of its own: an error of the problem before is not heard in this one. */
async function prepare(problem: Problem): Promise<Work | undefined> {
  const device = await init({ gpu });
  const input = (data: Float32Array, shape: number[]) => keep(tensor(data, { shape }));
  const call = callOf(problem, input);
  if (!call) return undefined;
  return {
    run: () => tidy(() => void noGrad(call)),
    finish: () => device.synchronize(),
    lastRow: async () => {
      const { data } = tidy(() => ({ data: [noGrad(call).data()] }));
      const values = await data[0]!;
      return values.slice(-values.length / problem.rows);
    },
    dispose: () => device.destroy(),
  };
}

function callOf(problem: Problem, input: (data: Float32Array, shape: number[]) => Tensor): (() => Tensor) | undefined {
  const { operation, rows, columns, inner } = problem;
  const inputs = inputsOf(problem);
  if (operation === 'copy') return undefined;
  const x = input(inputs.a(), [rows, inner || columns]);
  switch (operation) {
    case 'matmul': {
      const b = input(inputs.b(), [inner, columns]);
      return () => matmul(x, b);
    }
    case 'multiplyAdd':
      return () => add(mul(x, 2), 1);
    case 'exp':
      return () => exp(x);
    case 'gelu':
      return () => gelu(x, { approximate: 'tanh' });
    case 'softmax':
      return () => softmax(x, 1);
    case 'layerNorm': {
      const [weight, bias] = [input(inputs.weight(), [columns]), input(inputs.bias(), [columns])];
      return () => layerNorm(x, weight, bias, { eps: EPSILON });
    }
    case 'rfft':
      return () => rfft(x);
  }
}

const where = implementation === 'softgpu' ? `softgpu, ${threads} thread${threads === '1' ? '' : 's'}` : name;
await serve({ title: `tympan on ${where}`, prepare });
