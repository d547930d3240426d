import { argmax } from '../../src/kernels/reduce/argExtremum.ts';
import { cumsum } from '../../src/kernels/reduce/cumsum.ts';
import { max } from '../../src/kernels/reduce/extremum.ts';
import { logSumExp } from '../../src/kernels/reduce/logSumExp.ts';
import { mean } from '../../src/kernels/reduce/mean.ts';
import { sum } from '../../src/kernels/reduce/sum.ts';
import { variance } from '../../src/kernels/reduce/variance.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { type BenchCase, operation, passCost, textOf } from '../benchCase.ts';
import type { ModelShapes } from '../shapes.ts';

/** Reads x once; the result is small. Backward of max, variance and logSumExp reads x and writes dx; sum has a view. */
export function reduceCases({ bsast }: ModelShapes): BenchCase[] {
  const grid = [bsast.channels, bsast.frames, bsast.bands, bsast.dim];
  const reduction = (name: string, axes: string, flops: number, call: (x: Tensor) => Tensor, backward = 0) =>
    operation({
      name,
      shape: `${textOf(grid)} over ${axes}`,
      forward: passCost(grid, { flops, tensors: 1 }),
      ...(backward > 0 ? { backward: passCost(grid, { flops: backward, tensors: 2 }) } : {}),
      make: (inputs) => {
        const x = inputs.randn(grid);
        return () => call(x);
      },
    });
  return [
    ...reduction('sum', 'all', 1, (x) => sum(x)),
    ...reduction('sum', 'axis 0', 1, (x) => sum(x, 0)),
    ...reduction('sum', 'axis 1', 1, (x) => sum(x, 1)),
    ...reduction('sum', 'the last axis', 1, (x) => sum(x, -1)),
    ...reduction('mean', 'the last axis', 1, (x) => mean(x, -1)),
    ...reduction('max', 'the last axis', 1, (x) => max(x, -1), 2),
    ...reduction('argmax', 'the last axis', 1, (x) => argmax(x, -1)),
    ...reduction('variance', 'the last axis', 4, (x) => variance(x, -1), 2),
    ...reduction('variance', 'axes 0 and 1', 4, (x) => variance(x, [0, 1]), 2),
    ...operation({
      name: 'cumsum',
      shape: `${textOf(grid)} along the last axis`,
      forward: passCost(grid, { flops: 1, tensors: 2 }),
      backward: passCost(grid, { flops: 1, tensors: 2 }),
      make: (inputs) => {
        const x = inputs.randn(grid);
        return () => cumsum(x, -1);
      },
    }),
    ...reduction('logSumExp', 'the last axis', 3, (x) => logSumExp(x, -1), 3),
  ];
}
