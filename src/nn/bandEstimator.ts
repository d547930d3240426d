import { concat } from '../kernels/indexing/concat.ts';
import { glu } from '../kernels/activation/glu.ts';
import { linear } from '../kernels/matmul/linear.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { uniform } from './initialize.ts';
import { Module } from './module.ts';
import { PackedParameter } from './packedParameter.ts';

export class BandEstimator extends Module {
  readonly inWeights: PackedParameter;
  readonly inBiases: PackedParameter;
  readonly outWeights: PackedParameter;
  readonly outBiases: PackedParameter;
  readonly widths: readonly number[];
  constructor(widths: readonly number[], readonly dim: number) {
    super();
    this.widths = widths;
    const h = 4 * dim, total = widths.reduce((a, b) => a + b, 0), n = widths.length;
    this.inWeights = new PackedParameter(uniform([n * h * dim], 1 / Math.sqrt(dim)), new Map(widths.map((_, n) => [`${n}.in.weight`, [h, dim]])));
    this.inBiases = new PackedParameter(uniform([n * h], 1 / Math.sqrt(dim)), new Map(widths.map((_, n) => [`${n}.in.bias`, [h]])));
    this.outWeights = new PackedParameter(uniform([total * 2 * h], 1 / Math.sqrt(h)), new Map(widths.map((w, n) => [`${n}.out.weight`, [2 * w, h]])));
    this.outBiases = new PackedParameter(uniform([total * 2], 1 / Math.sqrt(h)), new Map(widths.map((w, n) => [`${n}.out.bias`, [2 * w]])));
  }
  forward(z: Tensor, scale: Tensor | null): Tensor {
    const d = this.dim, h = 4 * d;
    let at = 0;
    return concat(this.widths.map((w, n) => {
      const part = z.slice(-2, n, n + 1).squeeze(-2);
      const hid = linear(part, this.inWeights.whole.slice(0, n * h * d, (n + 1) * h * d).reshape([h, d]), this.inBiases.whole.slice(0, n * h, (n + 1) * h), { activation: 'tanh' });
      const out = linear(hid, this.outWeights.whole.slice(0, at * 2 * h, (at + w) * 2 * h).reshape([2 * w, h]), this.outBiases.whole.slice(0, at * 2, (at + w) * 2));
      at += w;
      const y = glu(out, -1);
      return scale ? y.mul(scale.slice(-1, n, n + 1)) : y;
    }), { dim: -1 });
  }
}
