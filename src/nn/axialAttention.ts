import { axialAttention } from '../kernels/attention/axialAttention.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Linear } from './linear.ts';
import { Module } from './module.ts';
import { RmsNorm } from './rmsNorm.ts';

export interface AxialAttentionOptions {
  readonly dim: number;
  readonly heads: number;
  /** Size of each head. Default dim / heads. */
  readonly headDim?: number;
  /** Rotary position embedding on q and k; null for none. Default base 10000, interleaved pairs. */
  readonly rope?: { readonly base: number; readonly interleaved: boolean } | null;
}

const ROPE = { base: 10_000, interleaved: true };

/**
 * Pre-normalized multi-head attention along one axis of a grid, each head scaled by a sigmoid gate of its own:
 * out(attention(norm(x)) · sigmoid(gate(norm(x)))). The residual is the caller's.
 *
 * Axial attention: Ho et al. 2019, https://arxiv.org/abs/1912.12180. Gate and norm as in BS-RoFormer, Lu et al. 2023,
 * https://arxiv.org/abs/2309.02612
 */
export class AxialAttention extends Module {
  readonly norm: RmsNorm;
  readonly qkv: Linear;
  readonly gate: Linear;
  readonly out: Linear;
  readonly heads: number;
  readonly rope: { readonly base: number; readonly interleaved: boolean } | null;

  constructor({ dim, heads, headDim = dim / heads, rope = ROPE }: AxialAttentionOptions) {
    super();
    if (!Number.isInteger(headDim)) {
      throw new RangeError(`AxialAttention: dim must be a multiple of heads, got dim ${dim} and heads ${heads}`);
    }
    this.norm = new RmsNorm(dim, { form: 'l2' });
    this.qkv = new Linear(dim, 3 * heads * headDim, { bias: false });
    this.gate = new Linear(dim, heads);
    this.out = new Linear(heads * headDim, dim, { bias: false });
    this.heads = heads;
    this.rope = rope;
  }

  // x: [..., dim], attended along axis `along` → the same shape
  forward(x: Tensor, along: number): Tensor {
    const normed = this.norm.forward(x);
    const qkv = this.qkv.forward(normed);
    const gate = this.gate.forward(normed);
    return this.out.forward(axialAttention(qkv, { dim: along, heads: this.heads, rope: this.rope, gate }));
  }
}
