import { concat } from '../kernels/indexing/concat.ts';
import { stack } from '../kernels/indexing/stack.ts';
import { linear } from '../kernels/matmul/linear.ts';
import { rmsNorm } from '../kernels/norm/rmsNorm.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ones } from '../tensor/create.ts';
import { uniform } from './initialize.ts';
import { Module } from './module.ts';
import { PackedParameter } from './packedParameter.ts';

export class BandSplit extends Module {
  readonly norms: PackedParameter;
  readonly weights: PackedParameter;
  readonly biases: PackedParameter;
  readonly widths: readonly number[];
  constructor(widths: readonly number[], readonly dim: number) {
    super();
    this.widths = widths;
    const total = widths.reduce((a, b) => a + b, 0);
    this.norms = new PackedParameter(ones([total]), new Map(widths.map((w, n) => [`${n}.norm.weight`, [w]])));
    const ws = widths.map((w) => uniform([dim * w], 1 / Math.sqrt(w)));
    const bs = widths.map((w) => uniform([dim], 1 / Math.sqrt(w)));
    this.weights = new PackedParameter(concat(ws, { dim: 0 }), new Map(widths.map((w, n) => [`${n}.proj.weight`, [dim, w]])));
    this.biases = new PackedParameter(concat(bs, { dim: 0 }), new Map(widths.map((_, n) => [`${n}.proj.bias`, [dim]])));
    for (const t of [...ws, ...bs]) t.dispose();
  }
  forward(x: Tensor): { latent: Tensor; rms: Tensor } {
    const zs: Tensor[] = [], r: Tensor[] = [];
    let at = 0;
    this.widths.forEach((w, n) => {
      const part = x.slice(-1, at, at + w);
      const weight = this.weights.whole.slice(0, at * this.dim, (at + w) * this.dim).reshape([this.dim, w]);
      zs.push(linear(rmsNorm(part, this.norms.whole.slice(0, at, at + w), { eps: 1e-12, form: 'l2' }), weight, this.biases.whole.slice(0, n * this.dim, (n + 1) * this.dim)));
      r.push(part.mul(part).sum(-1).sqrt().clamp({ min: 1e-12 }).mul(1 / Math.sqrt(w)));
      at += w;
    });
    return { latent: stack(zs, { dim: -2 }), rms: stack(r, { dim: -1 }) };
  }
}
