import { bandSplit, type SplitBands } from '../kernels/matmul/bandSplit.ts';
import { ones } from '../tensor/create.ts';
import type { Shape } from '../tensor/engine/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { packedUniform } from './initialize.ts';
import { Module } from './module.ts';
import { PackedParameter } from './packedParameter.ts';

const LEAST_NORM = 1e-12;

/**
 * Cuts a spectrum into bands, normalizes each by its own RMS and maps it to `dim` values with a matrix of its own. The
 * bands are ragged, so their parameters lie packed, one launch serves all; the state dict shows `{n}.norm.weight`,
 * `{n}.proj.weight` and `{n}.proj.bias` of band n. Luo and Yu 2022, https://arxiv.org/abs/2209.15174; norm as in
 * BS-RoFormer.
 */
export class BandSplit extends Module {
  readonly norms: PackedParameter;
  readonly weights: PackedParameter;
  readonly biases: PackedParameter;
  readonly widths: readonly number[];
  readonly dim: number;

  /** `widths`: elements of each band, twice its bins where re and im lie side by side. */
  constructor(widths: readonly number[], dim: number) {
    super();
    const total = widths.reduce((sum, width) => sum + width, 0);
    const named = (part: string, shape: (width: number) => Shape) =>
      new Map(widths.map((width, n) => [`${n}.${part}`, shape(width)]));
    const bounds = widths.map((width) => 1 / Math.sqrt(width));
    this.norms = new PackedParameter(
      ones([total]),
      named('norm.weight', (width) => [width]),
    );
    this.weights = new PackedParameter(
      packedUniform(widths.map((width, n) => ({ size: dim * width, bound: bounds[n]! }))),
      named('proj.weight', (width) => [dim, width]),
    );
    this.biases = new PackedParameter(
      packedUniform(bounds.map((bound) => ({ size: dim, bound }))),
      named('proj.bias', () => [dim]),
    );
    this.widths = widths;
    this.dim = dim;
  }

  // x: [..., total] → latent [..., bands, dim] and the RMS each band was divided by, [..., bands]
  forward(x: Tensor): SplitBands {
    const { widths, dim } = this;
    const weights = {
      norm: this.norms.whole,
      weight: this.weights.whole,
      bias: this.biases.whole.reshape([widths.length, dim]),
    };
    return bandSplit(x, weights, { widths, eps: LEAST_NORM });
  }
}
