import { ones, tensor, zeros } from '../tensor/create.ts';
import { tidy } from '../tensor/engine/scope.ts';
import type { Shape } from '../tensor/engine/shape.ts';
import { noGrad } from '../tensor/engine/tape.ts';
import { rand, randn } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { parameter } from './parameter.ts';

/** Uniform in [-bound, bound). */
export function uniform(shape: Shape, bound: number): Tensor {
  return tidy(() =>
    noGrad(() =>
      rand(shape)
        .mul(2 * bound)
        .sub(bound),
    ),
  );
}

/** Parts of different bounds one after the other: uniform in [-bound, bound) for each part's `size` values. */
export function packedUniform(parts: readonly { readonly size: number; readonly bound: number }[]): Tensor {
  return tidy(() => {
    const bounds = tensor(parts.flatMap(({ size, bound }) => new Array<number>(size).fill(bound)));
    return uniform(bounds.shape, 1).mul(bounds);
  });
}

/** Normal with mean 0 and the given standard deviation. */
export function normal(shape: Shape, std: number): Tensor {
  return tidy(() => noGrad(() => randn(shape).mul(std)));
}

/** Normal with mean 0 and standard deviation `std`, its tails clamped to ±2 std: 4.6 % of the values lie on the ends. */
export function truncatedNormal(shape: Shape, std: number): Tensor {
  return tidy(() => noGrad(() => randn(shape).clamp({ min: -2, max: 2 }).mul(std)));
}

/**
 * PyTorch's default for linear and convolution weights: uniform with bound 1 / sqrt(fanIn), fanIn the product of all axes
 * but the first. He et al. 2015, https://arxiv.org/abs/1502.01852, with a = sqrt(5).
 */
export function kaimingUniform(shape: Shape): Tensor {
  return uniform(shape, 1 / Math.sqrt(fanIn(shape)));
}

/** Glorot and Bengio 2010: uniform with bound gain · sqrt(6 / (fanIn + fanOut)). */
export function xavierUniform(shape: Shape, gain = 1): Tensor {
  const field = shape.slice(2).reduce((product, extent) => product * extent, 1);
  return uniform(shape, gain * Math.sqrt(6 / (fanIn(shape) + shape[0]! * field)));
}

/** A parameter of zeros. */
export function zeroParameter(shape: Shape): Tensor {
  return parameter(zeros(shape));
}

/** A parameter of ones. */
export function oneParameter(shape: Shape): Tensor {
  return parameter(ones(shape));
}

export function fanIn(shape: Shape): number {
  return Math.max(
    shape.slice(1).reduce((product, extent) => product * extent, 1),
    1,
  );
}
