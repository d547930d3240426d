import { scaledDotProductAttention } from '../kernels/attention/scaledDotProductAttention.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Linear } from './linear.ts';
import { Module } from './module.ts';

export interface SelfAttentionOptions {
  readonly dim: number;
  readonly heads: number;
  /** Biases in all projections. Default true. */
  readonly bias?: boolean;
}

/** Multi-head self-attention. Vaswani et al. 2017, https://arxiv.org/abs/1706.03762 */
export class SelfAttention extends Module {
  readonly qkv: Linear;
  readonly out: Linear;
  readonly heads: number;

  constructor({ dim, heads, bias = true }: SelfAttentionOptions) {
    super();
    if (dim % heads !== 0) {
      throw new RangeError(`SelfAttention: dim must be a multiple of heads, got dim ${dim} and heads ${heads}`);
    }
    this.qkv = new Linear(dim, 3 * dim, { bias });
    this.out = new Linear(dim, dim, { bias });
    this.heads = heads;
  }

  // x: [batch, tokens, dim], mask: broadcastable to [batch, heads, tokens, tokens], true = attend → the shape of x
  forward(x: Tensor, { mask, bias }: { readonly mask?: Tensor; readonly bias?: Tensor } = {}): Tensor {
    const [batch = 0, tokens = 0, dim = 0] = x.shape;
    const heads = this.qkv
      .forward(x)
      .reshape([batch, tokens, 3, this.heads, dim / this.heads])
      .permute([2, 0, 3, 1, 4]);
    const part = (i: number) => heads.slice(0, i, i + 1).squeeze(0); // [batch, heads, tokens, dim / heads]
    const y = scaledDotProductAttention(part(0), part(1), part(2), {
      ...(mask ? { mask } : {}),
      ...(bias ? { bias } : {}),
    });
    return this.out.forward(y.permute([0, 2, 1, 3]).reshape([batch, tokens, dim]));
  }
}
