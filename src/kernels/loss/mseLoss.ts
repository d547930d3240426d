import type { Nd } from '../../tensor/engine/nd.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type LossReduction, pointwiseLoss, pointwiseReference } from './pointwiseLoss.ts';

/**
 * Squared error (x - target)², its mean by default.
 *
 * @throws ShapeError when the shapes differ.
 */
export function mseLoss(
  x: Tensor,
  target: Tensor,
  { reduction = 'mean' }: { readonly reduction?: LossReduction } = {},
): Tensor {
  return mseLossKernels.op([x, target], { reduction });
}

export const mseLossKernels = /* @__PURE__ */ pointwiseLoss({ name: 'mseLoss', value: 'd * d', slope: '2.0 * d' });

export function mseLossReference(inputs: readonly [Nd, Nd], { reduction }: { readonly reduction: LossReduction }): Nd {
  return pointwiseReference(inputs, reduction, (d) => d * d);
}
