import type { Tensor } from '../../tensor/tensor.ts';
import { unary, unaryReference } from '../elementwise/unaryOp.ts';

export interface LeakyReluOptions {
  /** Slope below 0. Default 0.01. */
  readonly negativeSlope?: number;
}

/** x above 0, negativeSlope · x below. The gradient at 0 is negativeSlope. */
export function leakyRelu(x: Tensor, { negativeSlope = 0.01 }: LeakyReluOptions = {}): Tensor {
  return leakyReluRow.apply(x, { slope: negativeSlope });
}

export const leakyReluRow = /* @__PURE__ */ unary({
  name: 'leakyRelu',
  numbers: ['slope'],
  value: 'select(x, slope * x, x < V())',
  gradient: 'select(slope * dy, dy, x > V())',
  keeps: 'x',
});

export function leakyReluReference({ negativeSlope = 0.01 }: LeakyReluOptions = {}) {
  return unaryReference((x) => (x > 0 ? x : negativeSlope * x));
}
