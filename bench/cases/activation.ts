import { elu } from '../../src/kernels/activation/elu.ts';
import { gelu } from '../../src/kernels/activation/gelu.ts';
import { glu } from '../../src/kernels/activation/glu.ts';
import { leakyRelu } from '../../src/kernels/activation/leakyRelu.ts';
import { silu } from '../../src/kernels/activation/silu.ts';
import { softplus } from '../../src/kernels/activation/softplus.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { type BenchCase, operation, passCost, sizeOf, textOf } from '../benchCase.ts';
import type { ModelShapes } from '../shapes.ts';

/** Operations per element, a transcendental function as one: [forward, backward]. */
const POINTWISE: Readonly<Record<string, readonly [(x: Tensor) => Tensor, number, number]>> = {
  gelu: [(x) => gelu(x), 4, 9],
  'gelu, tanh': [(x) => gelu(x, { approximate: 'tanh' }), 8, 15],
  silu: [silu, 4, 7],
  elu: [(x) => elu(x), 3, 3],
  leakyRelu: [(x) => leakyRelu(x), 2, 2],
  softplus: [(x) => softplus(x), 4, 4],
};

export function activationCases({ bsast }: ModelShapes): BenchCase[] {
  const tokens = bsast.channels * bsast.frames * bsast.bands;
  const hidden = [tokens, 4 * bsast.dim];
  const half = [tokens, 2 * bsast.dim];
  return [
    ...Object.entries(POINTWISE).flatMap(([label, [call, forward, backward]]) => {
      const [name = '', form] = label.split(', ');
      return operation({
        name,
        shape: form ? `${textOf(hidden)}, ${form}` : textOf(hidden),
        forward: passCost(hidden, { flops: forward, tensors: 2 }),
        backward: passCost(hidden, { flops: backward, tensors: 3 }),
        make: (inputs) => {
          const x = inputs.randn(hidden);
          return () => call(x);
        },
      });
    }),
    // Reads both halves, writes one.
    ...operation({
      name: 'glu',
      shape: textOf(hidden),
      forward: { flops: 5 * sizeOf(half), bytes: 4 * (sizeOf(hidden) + sizeOf(half)) },
      backward: { flops: 9 * sizeOf(half), bytes: 4 * (2 * sizeOf(hidden) + sizeOf(half)) },
      make: (inputs) => {
        const x = inputs.randn(hidden);
        return () => glu(x, -1);
      },
    }),
  ];
}
