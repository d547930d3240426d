import { type Activation, linear } from '../kernels/matmul/linear.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { kaimingUniform, uniform } from './initialize.ts';
import { Module } from './module.ts';
import { parameter } from './parameter.ts';

export interface LinearOptions {
  /** Default true. */
  readonly bias?: boolean;
  /** Applied to the result in the same kernel. Default none. */
  readonly activation?: Activation;
}

/** y = activation(x · weightᵀ + bias). weight: [outputs, inputs], bias: [outputs]. Initialized as in PyTorch. */
export class Linear extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly activation: Activation;

  constructor(
    readonly inputs: number,
    readonly outputs: number,
    { bias = true, activation = 'none' }: LinearOptions = {},
  ) {
    super();
    this.weight = parameter(kaimingUniform([outputs, inputs]));
    this.bias = bias ? parameter(uniform([outputs], 1 / Math.sqrt(inputs))) : null;
    this.activation = activation;
  }

  // x: [..., inputs] → [..., outputs]
  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias, { activation: this.activation });
  }
}
