/**
 * Whether one invocation owns a row or 32 share it, which suits graphics processors where a row lies along memory. Two
 * kernels rather than one with a branch: workgroup memory is cleared behind a barrier even where no code reaches it, and
 * on a processor that costs more than a short row.
 */
export interface Lanes {
  readonly count: 1 | 32;
  /** Behind the names of kernels. */
  readonly suffix: '' | 'Shared';
  /** Invocations per workgroup. */
  readonly workgroup: number;
  /** Rows per workgroup. */
  readonly rows: number;
  /** `const LANES`, and `acrossLanes(lane, own: R) -> R`, which adds up what the lanes of a row hold; R is the kernel's. */
  readonly wgsl: string;
}

export const ALONE: Lanes = {
  count: 1,
  suffix: '',
  workgroup: 64,
  rows: 64,
  wgsl: `
const LANES = 1u;
fn acrossLanes(lane: u32, own: R) -> R { return own; }`,
};

export const SHARED: Lanes = {
  count: 32,
  suffix: 'Shared',
  workgroup: 256,
  rows: 8,
  wgsl: `
const LANES = 32u;
var<workgroup> parts: array<R, WORKGROUP>;
fn acrossLanes(lane: u32, own: R) -> R {
  parts[lane] = own;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane % LANES < half) { parts[lane] += parts[lane + half]; }
    workgroupBarrier();
  }
  return parts[lane - lane % LANES];
}`,
};
