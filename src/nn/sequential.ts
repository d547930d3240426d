import { permute } from '../kernels/view/permute.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Module } from './module.ts';

/** A module from one tensor to one tensor. */
export interface Layer extends Module {
  forward(x: Tensor): Tensor;
}

/** Modules one after the other; each result is freed as soon as the next one has used it. */
export class Sequential extends Module {
  readonly layers: readonly Layer[];

  constructor(...layers: Layer[]) {
    super();
    this.layers = layers;
  }

  forward(x: Tensor): Tensor {
    let h = x;
    for (const layer of this.layers) {
      const next = layer.forward(h);
      if (h !== x && h !== next) h.dispose();
      h = next;
    }
    return h === x ? permute(x, [...x.shape.keys()]) : h; // a handle of the caller's own, with the gradient
  }
}
