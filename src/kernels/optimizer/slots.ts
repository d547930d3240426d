import type { Tensor } from '../../tensor/tensor.ts';

/** A tensor to update with its gradient, and where its state begins in the optimizer's flat buffer. */
export interface Slot {
  readonly param: Tensor;
  readonly grad: Tensor;
  /** In elements, a multiple of 4. */
  readonly stateAt?: number;
}

/** Consecutive groups of up to `size` items: as many as one launch can bind. */
export function inGroups<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** vec4 elements that cover a tensor; 0 where there is none. */
export function vectorsOf(slot: { readonly grad: Tensor } | undefined): number {
  return slot ? Math.ceil(slot.grad.size / 4) : 0;
}
