import type { Tensor } from '../../tensor/tensor.ts';
import { SIGMOID } from '../elementwise/mathFunctions.ts';
import { unary, unaryReference } from '../elementwise/unaryOp.ts';

/** x · sigmoid(x), also called swish. Ramachandran et al. 2017, https://arxiv.org/abs/1710.05941 */
export function silu(x: Tensor): Tensor {
  return siluRow.apply(x);
}

export const siluRow = /* @__PURE__ */ unary({
  name: 'silu',
  value: 'x * sigmoid(x)',
  // s + x s (1 - s); s (1 - s) = s(x) s(-x), which keeps its digits at both ends
  gradient: 'dy * sigmoid(x) * (1.0 + x * sigmoid(-x))',
  keeps: 'x',
  functions: SIGMOID,
});

export function siluReference() {
  return unaryReference((x) => x / (1 + Math.exp(-x)));
}
