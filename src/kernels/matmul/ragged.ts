import type { Tensor } from '../../tensor/tensor.ts';
import type { Bands } from './bands.ts';
import { multiply } from './gemm.ts';
import type { Group, Groups } from './gemmGroups.ts';
import type { Matrix, Problem } from './gemmProblem.ts';

/**
 * Products between a joint layout [rows, total], whose columns are cut into bands of different widths, and a latent layout
 * [rows, bands, dim]. Each band has a matrix of its own; the matrices lie one after the other in one packed tensor,
 * `rowsAre` telling whether the rows of a matrix are the band's elements or the latent ones. One launch each.
 */
export interface Ragged {
  readonly bands: Bands;
  readonly dim: number;
  /** 'latent': matrix n is [dim, width_n]. 'joint': it is [width_n, dim]. */
  readonly rowsAre: 'latent' | 'joint';
}

/** latent[r, n, :] = matrix_n applied to band n of joint[r]; plus bias [bands, dim]. */
export function toLatent(ragged: Ragged, joint: Tensor, weight: Tensor, latent: Tensor, bias: Tensor | null): void {
  const { bands, dim } = ragged;
  const groups = groupsOf(ragged, 'toLatent', (n, start, width, strides) => ({
    a: start,
    b: start * dim,
    y: n * dim,
    bias: n * dim,
    n: dim,
    k: width,
    bRow: strides.joint,
    bCol: strides.latent,
    yRow: bands.widths.length * dim,
    yCol: 1,
  }));
  run(groups, {
    m: joint.shape[0]!,
    n: dim,
    k: Math.max(...bands.widths),
    a: rowMajor(joint, bands.total),
    b: rowMajor(weight, 0),
    y: rowMajor(latent, 0),
    bias: bias && rowMajor(bias, 0),
  });
}

/** Band n of joint[r] = matrix_n applied to latent[r, n, :]; plus bias [total]. */
export function toJoint(ragged: Ragged, latent: Tensor, weight: Tensor, joint: Tensor, bias: Tensor | null): void {
  const { bands, dim } = ragged;
  const groups = groupsOf(ragged, 'toJoint', (n, start, width, strides) => ({
    a: n * dim,
    b: start * dim,
    y: start,
    bias: start,
    n: width,
    k: dim,
    bRow: strides.latent,
    bCol: strides.joint,
    yRow: bands.total,
    yCol: 1,
  }));
  run(groups, {
    m: joint.shape[0]!,
    n: Math.max(...bands.widths),
    k: dim,
    a: rowMajor(latent, bands.widths.length * dim),
    b: rowMajor(weight, 0),
    y: rowMajor(joint, 0),
    bias: bias && rowMajor(bias, 0),
  });
}

/** The gradient of the packed matrices: for element j of band n, Σ over rows of joint[r, j] · latent[r, n, :]. */
export function ofWeight(ragged: Ragged, joint: Tensor, latent: Tensor, dweight: Tensor): void {
  const { bands, dim } = ragged;
  const step = bands.widths.length * dim;
  const groups = groupsOf(ragged, 'ofWeight', (n, start, width, strides) => ({
    a: start,
    b: n * dim,
    y: start * dim,
    bias: 0,
    m: width,
    bRow: step,
    bCol: 1,
    yRow: strides.joint,
    yCol: strides.latent,
  }));
  run(groups, {
    m: Math.max(...bands.widths),
    n: dim,
    k: joint.shape[0]!,
    a: { ...rowMajor(joint, 1), col: bands.total },
    b: rowMajor(latent, step),
    y: rowMajor(dweight, 0),
    bias: null,
  });
}

function run(groups: Groups, sizes: Omit<Problem, 'batch' | 'groups'>): void {
  if (sizes.m === 0 || sizes.n === 0) return;
  multiply({ ...sizes, batch: [], groups }, { activation: 'none', pre: null });
}

function rowMajor(tensor: Tensor, row: number): Matrix {
  return { tensor, offset: tensor.offset, row, col: 1, batch: [] };
}

type Place = (band: number, start: number, width: number, strides: { joint: number; latent: number }) => Group;

const known = new Map<string, Groups>();

function groupsOf({ bands, dim, rowsAre }: Ragged, product: string, place: Place): Groups {
  const key = `ragged/${product}/${rowsAre}/${dim}/${bands.key}`;
  const found = known.get(key);
  if (found) return found;
  const list = bands.widths.map((width, n) => {
    const strides = rowsAre === 'latent' ? { joint: 1, latent: width } : { joint: dim, latent: 1 };
    return place(n, bands.starts[n]!, width, strides);
  });
  const groups: Groups = { key, tiled: product === 'ofWeight' ? 'm' : 'n', list };
  known.set(key, groups);
  return groups;
}
