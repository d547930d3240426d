import { dropout } from '../../src/kernels/activation/dropout.ts';
import { rand, randn } from '../../src/tensor/random.ts';
import { type BenchCase, operation, passCost, textOf } from '../benchCase.ts';
import type { ModelShapes } from '../shapes.ts';

/** A block of Philox gives four numbers for 10 rounds of 6 integer operations: 15 per number, not counted as FLOP. */
export function randomCases({ bsast }: ModelShapes): BenchCase[] {
  const grid = [bsast.channels, bsast.frames, bsast.bands, bsast.dim];
  const drawn = passCost(grid, { flops: 0, tensors: 1 });
  return [
    ...operation({ name: 'rand', shape: textOf(grid), forward: drawn, make: () => () => rand(grid) }),
    ...operation({ name: 'randn', shape: textOf(grid), forward: drawn, make: () => () => randn(grid) }),
    ...operation({
      name: 'dropout',
      shape: textOf(grid),
      forward: passCost(grid, { flops: 1, tensors: 2 }),
      backward: passCost(grid, { flops: 1, tensors: 2 }),
      make: (inputs) => {
        const x = inputs.randn(grid);
        return () => dropout(x, { p: 0.1 });
      },
    }),
  ];
}
