import { crossEntropy } from '../../src/kernels/softmax/crossEntropy.ts';
import { logSoftmax } from '../../src/kernels/softmax/logSoftmax.ts';
import { softmax } from '../../src/kernels/softmax/softmax.ts';
import { type BenchCase, operation, passCost, textOf } from '../benchCase.ts';
import type { ModelShapes } from '../shapes.ts';

/** Per element: maximum, difference, exp, sum, quotient make 5; backward 4 from y and dy. */
export function softmaxCases({ bsast, htsat, roberta }: ModelShapes): BenchCase[] {
  const size = htsat.window ** 2;
  const windows = [(htsat.image / 4) ** 2 / size, htsat.heads, size, size];
  const grid = [bsast.channels, bsast.frames, bsast.bands, bsast.dim];
  const words = [roberta.tokens, roberta.vocabulary];
  return [
    ...[
      { shape: windows, dim: -1 },
      { shape: grid, dim: 1 },
    ].flatMap(({ shape, dim }) =>
      operation({
        name: 'softmax',
        shape: `${textOf(shape)} along ${dim === -1 ? 'the last axis' : `axis ${dim}`}`,
        forward: passCost(shape, { flops: 5, tensors: 2 }),
        backward: passCost(shape, { flops: 4, tensors: 3 }),
        make: (inputs) => {
          const x = inputs.randn(shape);
          return () => softmax(x, dim);
        },
      }),
    ),
    ...operation({
      name: 'logSoftmax',
      shape: `${textOf(words)} along the last axis`,
      forward: passCost(words, { flops: 5, tensors: 2 }),
      backward: passCost(words, { flops: 4, tensors: 3 }),
      make: (inputs) => {
        const x = inputs.randn(words);
        return () => logSoftmax(x, -1);
      },
    }),
    // Forward keeps a number per row; backward reads the logits again and writes their gradient.
    ...operation({
      name: 'crossEntropy',
      shape: textOf(words),
      forward: passCost(words, { flops: 4, tensors: 1 }),
      backward: passCost(words, { flops: 4, tensors: 2 }),
      make: (inputs) => {
        const [logits, target] = [inputs.randn(words), inputs.indices([roberta.tokens], roberta.vocabulary)];
        return () => crossEntropy(logits, target);
      },
    }),
  ];
}
