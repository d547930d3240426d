import type { Nd } from '../../tensor/engine/nd.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type LossReduction, pointwiseLoss, pointwiseReference } from './pointwiseLoss.ts';

/**
 * Absolute error |x - target|, its mean by default. The slope at 0 is 0.
 *
 * @throws ShapeError when the shapes differ.
 */
export function l1Loss(
  x: Tensor,
  target: Tensor,
  { reduction = 'mean' }: { readonly reduction?: LossReduction } = {},
): Tensor {
  return l1LossKernels.op([x, target], { reduction });
}

export const l1LossKernels = /* @__PURE__ */ pointwiseLoss({ name: 'l1Loss', value: 'abs(d)', slope: 'sign(d)' });

export function l1LossReference(inputs: readonly [Nd, Nd], { reduction }: { readonly reduction: LossReduction }): Nd {
  return pointwiseReference(inputs, reduction, Math.abs);
}
