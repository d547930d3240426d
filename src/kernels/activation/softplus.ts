import type { Tensor } from '../../tensor/tensor.ts';
import { LOGARITHM, SIGMOID } from '../elementwise/mathFunctions.ts';
import { unary, unaryReference } from '../elementwise/unaryOp.ts';

/** log(1 + e^x) = max(x, 0) + log(1 + e^(-|x|)): no overflow for large x, all digits for very negative x. */
export function softplus(x: Tensor): Tensor {
  return softplusRow.apply(x);
}

export const softplusRow = /* @__PURE__ */ unary({
  name: 'softplus',
  value: 'select(x, vec4f(), x < vec4f()) + logarithm1p(exp(-abs(x)))',
  gradient: 'dy * sigmoid(x)',
  keeps: 'x',
  functions: `${LOGARITHM}${SIGMOID}`,
});

export function softplusReference() {
  return unaryReference((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
}
