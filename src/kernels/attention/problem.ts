import type { Tensor } from '../../tensor/tensor.ts';
import type { Rows } from './rows.ts';

/** One value per query and key, or fewer that repeat: a bias or a mask. */
export interface Pairs {
  /** Shape [batch axes..., queries]: the value of a query's first key. */
  readonly first: Tensor;
  /** Elements to the next query and to the next key. */
  readonly step: readonly [number, number];
}

/** Attention over `batch` independent sequences, whose rows lie wherever the views say. */
export interface Attention {
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  /** Factor of the dot products. */
  readonly scale: number;
  readonly q: Rows;
  readonly k: Rows;
  readonly v: Rows;
  readonly bias: Pairs | null;
  readonly mask: Pairs | null;
  /** One number per row of q, whose sigmoid multiplies the row's output; the step along the queries. */
  readonly gate: { readonly first: Tensor; readonly step: number } | null;
}

/**
 * Shared by all kernels of the family. Scores are in units of log 2: exp2 is what devices have. A score at or under NOTHING, which stands for
 * minus infinity, is not attended: WGSL does not promise to keep infinities, so none is made.
 */
export const SCORES_WGSL = /* wgsl */ `
const LOG2E = 1.4426950408889634;
const NOTHING = -1.0e30;
const PARTIAL = HAS_BIAS || HAS_MASK;

// Adds bias and mask to four scores.
fn adjusted(score: vec4f, biasAt: vec4u, maskAt: vec4u) -> vec4f {
  var s = score;
  if (HAS_BIAS) {
    let b = vec4f(bias[biasAt.x], bias[biasAt.y], bias[biasAt.z], bias[biasAt.w]);
    s += LOG2E * max(b, vec4f(NOTHING));
  }
  if (HAS_MASK) {
    let m = vec4u(mask[maskAt.x], mask[maskAt.y], mask[maskAt.z], mask[maskAt.w]);
    s = select(vec4f(NOTHING), s, m != vec4u(0u));
  }
  return s;
}

fn adjustedOne(score: f32, biasAt: u32, maskAt: u32) -> f32 {
  var s = score;
  if (HAS_BIAS) { s += LOG2E * max(bias[biasAt], NOTHING); }
  if (HAS_MASK) { s = select(NOTHING, s, mask[maskAt] != 0u); }
  return s;
}

// Softmax weights of four scores against a maximum, or a log-sum-exp, of the row.
fn weights(s: vec4f, top: vec4f) -> vec4f {
  let p = exp2(s - top);
  if (PARTIAL) { return select(p, vec4f(0.0), s <= vec4f(NOTHING)); }
  return p;
}

fn weightOne(s: f32, top: f32) -> f32 {
  let p = exp2(s - top);
  if (PARTIAL) { return select(p, 0.0, s <= NOTHING); }
  return p;
}
`;
