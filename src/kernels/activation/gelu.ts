import type { Tensor } from '../../tensor/tensor.ts';
import { ERROR_FUNCTION, SIGMOID } from '../elementwise/mathFunctions.ts';
import { unaryReferences } from '../elementwise/unary.ts';
import { unary, unaryReference } from '../elementwise/unaryOp.ts';

export interface GeluOptions {
  /** 'none' is the definition with the error function, 'tanh' the approximation that some models were trained with. */
  readonly approximate?: 'none' | 'tanh';
}

/**
 * Gaussian error linear unit. Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415
 *
 *   none:  y = x Φ(x), Φ(x) = (1 + erf(x / √2)) / 2
 *   tanh:  y = x (1 + tanh(u)) / 2 = x sigmoid(2u), u = √(2/π) (x + 0.044715 x³)
 */
export function gelu(x: Tensor, { approximate = 'none' }: GeluOptions = {}): Tensor {
  if (approximate !== 'none' && approximate !== 'tanh') {
    throw new RangeError(`gelu: approximate must be 'none' or 'tanh', got '${String(approximate)}'`);
  }
  return (approximate === 'none' ? geluRow : geluTanhRow).apply(x);
}

export const geluRow = /* @__PURE__ */ unary({
  name: 'gelu',
  value: 'x * normalDistribution(x)',
  // Φ(x) + x φ(x), φ(x) = e^(-x²/2) / √(2π)
  gradient: 'dy * (normalDistribution(x) + x * 0.39894228 * exp(-0.5 * x * x))',
  keeps: 'x',
  functions: ERROR_FUNCTION,
});

export const geluTanhRow = /* @__PURE__ */ unary({
  name: 'geluTanh',
  value: 'x * sigmoid(twiceU(x))',
  gradient: 'dy * slope(x, twiceU(x))',
  keeps: 'x',
  functions: [
    SIGMOID,
    /* wgsl */ `
fn twiceU(x: vec4f) -> vec4f { return 1.59576912 * x * (1.0 + 0.044715 * x * x); }
// s + x s (1 - s) v' for v = 2u, s = sigmoid(v). Where s is 0 or 1 the product is 0, however large x is.
fn slope(x: vec4f, v: vec4f) -> vec4f {
  let s = sigmoid(v);
  let flat = s * sigmoid(-v);
  let rise = 1.59576912 * x * (1.0 + 0.134145 * x * x);
  return s + select(flat * rise, vec4f(), flat == vec4f());
}`,
  ].join('\n'),
});

export function geluReference({ approximate = 'none' }: GeluOptions = {}) {
  return unaryReference((x) =>
    approximate === 'none'
      ? 0.5 * x * (1 + unaryReferences.erf(x / Math.SQRT2))
      : 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  );
}
