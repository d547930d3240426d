import { add, atan2, div, maximum, minimum, mul, sub } from '../../src/kernels/elementwise/binary.ts';
import { cast } from '../../src/kernels/elementwise/cast.ts';
import { clamp } from '../../src/kernels/elementwise/clamp.ts';
import { greater } from '../../src/kernels/elementwise/compare.ts';
import { pow } from '../../src/kernels/elementwise/pow.ts';
import {
  abs,
  cos,
  erf,
  exp,
  expm1,
  log,
  log1p,
  neg,
  reciprocal,
  relu,
  rsqrt,
  sigmoid,
  sin,
  sqrt,
  square,
  tanh,
} from '../../src/kernels/elementwise/unary.ts';
import { where } from '../../src/kernels/elementwise/where.ts';
import { permute } from '../../src/kernels/view/permute.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { type BenchCase, bytesOf, operation, passCost, sizeOf, textOf } from '../benchCase.ts';
import type { ModelShapes } from '../shapes.ts';

const UNARY = {
  neg,
  abs,
  square,
  reciprocal,
  sqrt,
  rsqrt,
  exp,
  expm1,
  log,
  log1p,
  sin,
  cos,
  tanh,
  sigmoid,
  relu,
  erf,
};
const BINARY = { add, sub, mul, div, minimum, maximum, atan2 };

/** Memory decides: one operation per element and function is counted, and two backward. Backward reads x or y, and dy. */
export function elementwiseCases({ bsast }: ModelShapes): BenchCase[] {
  const grid = [bsast.channels, bsast.frames, bsast.bands, bsast.dim];
  const row = [bsast.dim];
  const flipped = [bsast.channels, bsast.bands, bsast.frames, bsast.dim];
  const unary = (name: string, call: (x: Tensor) => Tensor) =>
    operation({
      name,
      shape: textOf(grid),
      forward: passCost(grid, { flops: 1, tensors: 2 }),
      backward: passCost(grid, { flops: 2, tensors: 3 }),
      make: (inputs) => {
        const x = inputs.randn(grid, { scale: 0.1, offset: 1 });
        return () => call(x);
      },
    });
  return [
    ...Object.entries(UNARY).flatMap(([name, call]) => unary(name, call)),
    ...unary('clamp', (x) => clamp(x, { min: 0.9, max: 1.1 })),
    ...unary('pow', (x) => pow(x, 2.5)),
    ...Object.entries(BINARY).flatMap(([name, call]) =>
      operation({
        name,
        shape: textOf(grid, grid),
        forward: passCost(grid, { flops: 1, tensors: 3 }),
        make: (inputs) => {
          const [a, b] = [inputs.randn(grid), inputs.randn(grid, { offset: 3 })];
          return () => call(a, b);
        },
      }),
    ),
    ...operation({
      name: 'mul',
      shape: textOf(grid, row),
      forward: passCost(grid, { flops: 1, tensors: 2 }),
      backward: passCost(grid, { flops: 3, tensors: 3 }),
      make: (inputs) => {
        const [a, b] = [inputs.randn(grid), inputs.randn(row)];
        return () => mul(a, b);
      },
    }),
    ...operation({
      name: 'add',
      shape: `${textOf(grid)} · permuted ${textOf(flipped)}`,
      forward: passCost(grid, { flops: 1, tensors: 3 }),
      make: (inputs) => {
        const [a, b] = [inputs.randn(grid), inputs.randn(flipped)];
        return () => add(a, permute(b, [0, 2, 1, 3]));
      },
    }),
    ...operation({
      name: 'where',
      shape: textOf(grid, grid, grid),
      forward: passCost(grid, { flops: 0, tensors: 4 }),
      backward: passCost(grid, { flops: 0, tensors: 4 }),
      make: (inputs) => {
        const [condition, a, b] = [inputs.bools(grid), inputs.randn(grid), inputs.randn(grid)];
        return () => where(condition, a, b);
      },
    }),
    ...operation({
      name: 'greater',
      shape: textOf(grid, grid),
      forward: { flops: sizeOf(grid), bytes: bytesOf(grid, grid, grid) },
      make: (inputs) => {
        const [a, b] = [inputs.fixed(grid), inputs.fixed(grid)];
        return () => greater(a, b);
      },
    }),
    ...operation({
      name: 'cast',
      shape: `${textOf(grid)} to i32`,
      forward: passCost(grid, { flops: 1, tensors: 2 }),
      make: (inputs) => {
        const x = inputs.fixed(grid);
        return () => cast(x, 'i32');
      },
    }),
  ];
}
