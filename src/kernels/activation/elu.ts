import type { Tensor } from '../../tensor/tensor.ts';
import { EXPONENTIAL } from '../elementwise/mathFunctions.ts';
import { unary, unaryReference } from '../elementwise/unaryOp.ts';

export interface EluOptions {
  /** The value far below 0 is -alpha. Default 1. */
  readonly alpha?: number;
}

/** Exponential linear unit: x above 0, alpha (e^x - 1) below. Clevert et al. 2015, https://arxiv.org/abs/1511.07289 */
export function elu(x: Tensor, { alpha = 1 }: EluOptions = {}): Tensor {
  return eluRow.apply(x, { alpha });
}

export const eluRow = /* @__PURE__ */ unary({
  name: 'elu',
  numbers: ['alpha'],
  value: 'select(x, alpha * exponentialMinus1(x), x < V())',
  gradient: 'select(dy, dy * alpha * exponential(x), x <= V())',
  keeps: 'x',
  functions: EXPONENTIAL,
});

export function eluReference({ alpha = 1 }: EluOptions = {}) {
  return unaryReference((x) => (x > 0 ? x : alpha * Math.expm1(x)));
}
