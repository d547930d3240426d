import { conv1d } from '../kernels/convolution/conv1d.ts';
import { conv2d } from '../kernels/convolution/conv2d.ts';
import { convTranspose2d } from '../kernels/convolution/convTranspose2d.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { fanIn, kaimingUniform, uniform } from './initialize.ts';
import { Module } from './module.ts';
import { parameter } from './parameter.ts';

/** One number for both axes, or [height, width]. */
export type Pair = number | readonly [number, number];

export interface Conv1dOptions {
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
  readonly groups?: number;
  /** Default true. */
  readonly bias?: boolean;
}

export interface Conv2dOptions {
  readonly stride?: Pair;
  readonly padding?: Pair;
  readonly dilation?: Pair;
  readonly groups?: number;
  /** Default true. */
  readonly bias?: boolean;
}

/** One-dimensional convolution (cross-correlation). weight: [outputs, inputs / groups, kernel]. Initialized as in PyTorch. */
export class Conv1d extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly options: Conv1dOptions;

  constructor(inputs: number, outputs: number, kernel: number, { bias = true, ...options }: Conv1dOptions = {}) {
    super();
    const shape = [outputs, inputs / (options.groups ?? 1), kernel];
    this.weight = parameter(kaimingUniform(shape));
    this.bias = bias ? biasFor(shape) : null;
    this.options = options;
  }

  // x: [batch, inputs, length] → [batch, outputs, length']
  forward(x: Tensor): Tensor {
    return conv1d(x, this.weight, this.bias, this.options);
  }
}

/** Two-dimensional convolution (cross-correlation). weight: [outputs, inputs / groups, height, width]. Initialized as in PyTorch. */
export class Conv2d extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly options: Conv2dOptions;

  constructor(inputs: number, outputs: number, kernel: Pair, { bias = true, ...options }: Conv2dOptions = {}) {
    super();
    const shape = [outputs, inputs / (options.groups ?? 1), ...pair(kernel)];
    this.weight = parameter(kaimingUniform(shape));
    this.bias = bias ? biasFor(shape) : null;
    this.options = options;
  }

  // x: [batch, inputs, height, width] → [batch, outputs, height', width']
  forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, this.bias, this.options);
  }
}

/** The transpose of a two-dimensional convolution. weight: [inputs, outputs / groups, height, width]. */
export class ConvTranspose2d extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly options: Conv2dOptions & { readonly outputPadding?: Pair };

  constructor(
    inputs: number,
    outputs: number,
    kernel: Pair,
    { bias = true, ...options }: Conv2dOptions & { readonly outputPadding?: Pair } = {},
  ) {
    super();
    const shape = [inputs, outputs / (options.groups ?? 1), ...pair(kernel)];
    this.weight = parameter(kaimingUniform(shape));
    this.bias = bias ? parameter(uniform([outputs], 1 / Math.sqrt(fanIn(shape)))) : null;
    this.options = options;
  }

  // x: [batch, inputs, height, width] → [batch, outputs, height', width']
  forward(x: Tensor): Tensor {
    return convTranspose2d(x, this.weight, this.bias, this.options);
  }
}

function biasFor(weight: readonly number[]): Tensor {
  return parameter(uniform([weight[0]!], 1 / Math.sqrt(fanIn(weight))));
}

function pair(value: Pair): readonly [number, number] {
  return typeof value === 'number' ? [value, value] : value;
}
