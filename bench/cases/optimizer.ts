import { AdamW } from '../../src/nn/optimizer/adamW.ts';
import { clipGradNorm } from '../../src/nn/optimizer/clipGradNorm.ts';
import { Ema } from '../../src/nn/optimizer/ema.ts';
import { SGD } from '../../src/nn/optimizer/sgd.ts';
import { tidy } from '../../src/tensor/engine/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import type { BenchCase } from '../benchCase.ts';
import type { Inputs } from '../inputs.ts';
import type { ModelShapes } from '../shapes.ts';

interface Update {
  readonly name: string;
  /** Operations per parameter. */
  readonly flops: number;
  /** Tensors read or written per parameter. */
  readonly tensors: number;
  readonly step: (parameters: readonly Tensor[]) => { run: () => void; dispose?: () => void };
}

/** What a step reads and writes: AdamW parameter and two moments both ways, and the gradient. */
const UPDATES: readonly Update[] = [
  {
    name: 'adamW',
    flops: 15,
    tensors: 7,
    step: (parameters) => {
      const optimizer = new AdamW(parameters, { lr: 1e-4 });
      return { run: () => optimizer.step(), dispose: () => optimizer.dispose() };
    },
  },
  {
    name: 'sgd',
    flops: 6,
    tensors: 5,
    step: (parameters) => {
      const optimizer = new SGD(parameters, { lr: 1e-4, momentum: 0.9 });
      return { run: () => optimizer.step(), dispose: () => optimizer.dispose() };
    },
  },
  {
    name: 'clipGradNorm',
    flops: 3,
    tensors: 3,
    step: (parameters) => ({
      run: () =>
        tidy(() => {
          clipGradNorm(parameters, 1);
        }),
    }),
  },
  {
    name: 'ema',
    flops: 3,
    tensors: 3,
    step: (parameters) => {
      const average = new Ema(parameters, { decay: 0.999 });
      return { run: () => average.update(), dispose: () => average.dispose() };
    },
  },
];

/** As many parameters as BSAST has, in matrices of its feed-forward size. */
export function optimizerCases({ bsast }: ModelShapes): BenchCase[] {
  const matrix = [4 * bsast.dim, bsast.dim];
  const size = 4 * bsast.dim ** 2;
  const count = Math.round(bsast.parameters / size);
  return UPDATES.map(({ name, flops, tensors, step }) => ({
    name,
    shape: `${count} of [${matrix.join(', ')}]`,
    flops: flops * size * count,
    bytes: 4 * tensors * size * count,
    make: (inputs: Inputs) => {
      const parameters = Array.from({ length: count }, () => inputs.withGradients().randn(matrix));
      for (const parameter of parameters) parameter.grad = inputs.fixed(matrix);
      return step(parameters);
    },
  }));
}
