import { bandMerge } from '../kernels/matmul/bandMerge.ts';
import type { Shape } from '../tensor/engine/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { uniform } from './initialize.ts';
import { Module } from './module.ts';
import { PackedParameter } from './packedParameter.ts';

/**
 * A two-layer net per band from its latent to its part of the spectrum: Linear dim → 4 dim, tanh, Linear, GLU. The bands
 * lie packed; the state dict shows `{n}.in.weight`, `{n}.in.bias`, `{n}.out.weight` and `{n}.out.bias` of band n. Mask
 * estimation of BS-RoFormer, Lu et al. 2023, https://arxiv.org/abs/2309.02612.
 */
export class BandEstimator extends Module {
  readonly inWeights: PackedParameter;
  readonly inBiases: PackedParameter;
  readonly outWeights: PackedParameter;
  readonly outBiases: PackedParameter;
  readonly widths: readonly number[];
  readonly dim: number;
  readonly hidden: number;

  /** `widths`: elements of each band, twice its bins where re and im lie side by side. */
  constructor(widths: readonly number[], dim: number, { expansion = 4 }: { readonly expansion?: number } = {}) {
    super();
    const hidden = expansion * dim;
    const bands = widths.length;
    const total = widths.reduce((sum, width) => sum + width, 0);
    const named = (part: string, shape: (width: number) => Shape) =>
      new Map(widths.map((width, n) => [`${n}.${part}`, shape(width)]));
    const [inBound, outBound] = [1 / Math.sqrt(dim), 1 / Math.sqrt(hidden)];
    this.inWeights = new PackedParameter(
      uniform([bands * hidden * dim], inBound),
      named('in.weight', () => [hidden, dim]),
    );
    this.inBiases = new PackedParameter(
      uniform([bands * hidden], inBound),
      named('in.bias', () => [hidden]),
    );
    this.outWeights = new PackedParameter(
      uniform([2 * total * hidden], outBound),
      named('out.weight', (width) => [2 * width, hidden]),
    );
    this.outBiases = new PackedParameter(
      uniform([2 * total], outBound),
      named('out.bias', (width) => [2 * width]),
    );
    this.widths = widths;
    this.dim = dim;
    this.hidden = hidden;
  }

  /**
   * Sets the last biases so that, before training, every bin is near 1 + 0i: as a complex mask, near the input itself. The
   * gate starts at σ(0) = 1/2, hence the 2.
   */
  startAtOne(): void {
    const biases = this.widths.flatMap((width) => [
      ...Array.from({ length: width }, (_, i) => (i % 2 === 0 ? 2 : 0)), // re, im, re, im, …
      ...new Array<number>(width).fill(0), // gates
    ]);
    this.outBiases.whole.write(biases);
  }

  // z: [..., bands, dim], scale: [..., bands] or null, multiplied into each band → [..., total]
  forward(z: Tensor, scale: Tensor | null): Tensor {
    const { widths, dim, hidden } = this;
    const bands = widths.length;
    const weights = {
      inWeight: this.inWeights.whole.reshape([bands, hidden, dim]),
      inBias: this.inBiases.whole.reshape([bands, hidden]),
      outWeight: this.outWeights.whole,
      outBias: this.outBiases.whole,
    };
    return bandMerge(z, weights, { widths, scale });
  }
}
