import { defineKernel } from '../../tensor/engine/kernel.ts';
import { ACROSS_LANES, groupsFor, LANES, laneGroup } from './lanes.ts';

/**
 * How a fold reads its input. The body is written over V, what one step reads, A, what it accumulates in, and R, what
 * it gives per row.
 */
export interface Packing {
  readonly x: 'strided T' | 'strided vec4T' | 'strided vec2f' | 'strided vec2u';
  readonly y: 'f32' | 'vec2f' | 'vec4f' | 'vec2u';
  /** What T can be. */
  readonly types: readonly ('f32' | 'f16')[];
  /** The aliases V, A and R, and `collapse(A) -> R`. */
  readonly wgsl: string;
}

const FLOATS = ['f32', 'f16'] as const;

const SAME = 'fn collapse(acc: A) -> R { return acc; }';

/** One element at a time, any strides. */
export const SCALAR: Packing = {
  x: 'strided T',
  y: 'f32',
  types: FLOATS,
  wgsl: `alias V = f32; alias A = f32; alias R = f32; ${SAME}`,
};

/** Four elements of a contiguous row at a time. */
export const ROW4: Packing = {
  x: 'strided vec4T',
  y: 'f32',
  types: FLOATS,
  wgsl: `alias V = vec4f; alias A = vec4f; alias R = f32;
fn collapse(acc: A) -> R { return join(join(acc.x, acc.y), join(acc.z, acc.w)); }`,
};

/** Four neighboring rows at a time, whose elements lie side by side: column sums of a matrix. */
export const COLUMN4: Packing = {
  x: 'strided vec4T',
  y: 'vec4f',
  types: FLOATS,
  wgsl: `alias V = vec4f; alias A = vec4f; alias R = vec4f; ${SAME}`,
};

/** One element at a time into two accumulators, a `pair`. */
export const PAIR: Packing = {
  x: 'strided T',
  y: 'vec2f',
  types: FLOATS,
  wgsl: `alias V = f32; alias A = vec2f; alias R = vec2f; ${SAME}
fn pair(a: V, b: V) -> A { return vec2f(a, b); }`,
};

/** Four elements of a contiguous row at a time into two accumulators. */
export const PAIR_ROW4: Packing = {
  x: 'strided vec4T',
  y: 'vec2f',
  types: FLOATS,
  wgsl: `alias V = vec4f; alias A = mat2x4f; alias R = vec2f;
fn collapse(acc: A) -> R {
  let halves = vec4f(acc[0].xy + acc[0].zw, acc[1].xy + acc[1].zw);
  return vec2f(halves.x + halves.y, halves.z + halves.w);
}
fn pair(a: V, b: V) -> A { return mat2x4f(a, b); }`,
};

/** Joins pairs of accumulators. */
export const JOIN_PAIRS: Packing = {
  x: 'strided vec2f',
  y: 'vec2f',
  types: ['f32'],
  wgsl: `alias V = vec2f; alias A = vec2f; alias R = vec2f; ${SAME}`,
};

/** A value and its position. */
export const INDEXED: Packing = {
  x: 'strided T',
  y: 'vec2u',
  types: FLOATS,
  wgsl: `alias V = f32; alias A = vec2u; alias R = vec2u; ${SAME}`,
};

/** Joins values with their positions. */
export const JOIN_INDEXED: Packing = {
  x: 'strided vec2u',
  y: 'vec2u',
  types: ['f32'],
  wgsl: `alias V = vec2u; alias A = vec2u; alias R = vec2u; ${SAME}`,
};

/**
 * A kernel that folds rows. `functions` gives `start() -> A`, `take(A, x: V, z: V, k: u32, at: u32) -> A` for element k,
 * `merge(A, A) -> A`, `join(R, R) -> R` and `finish(R, scale: f32) -> R`.
 *
 * Element k of a row lies `k · xStep` behind its first; the view x has one element per row. z is a second input of the
 * same kind, s a third of scalars, of which `take` may read `s[at]` and what follows it. A row is cut into `chunks` of
 * `chunk` elements, each with a result of its own: y is [chunks, rows].
 *
 * `start` comes as a parameter, because WGSL has no literal for infinity.
 *
 * A chain of additions is at most 16 long before its total joins a second chain, so the rounding error of long rows
 * grows as if they were 64 times shorter. Four chains run side by side, because each waits for itself.
 */
/* @__NO_SIDE_EFFECTS__ */
export function foldKernel(name: string, packing: Packing, functions: string) {
  return defineKernel({
    name,
    read: { x: packing.x, z: `${packing.x}?`, s: 'strided f32?' },
    write: { y: packing.y },
    params: {
      rows: 'u32',
      cols: 'u32',
      chunk: 'u32',
      chunks: 'u32',
      xStep: 'u32',
      zStep: 'u32',
      sStep: 'u32',
      start: 'f32',
      scale: 'f32',
    },
    constants: { T: packing.types, LANES },
    workgroup: laneGroup,
    grid: ({ rows, chunks }, constants) => groupsFor(rows * chunks, constants),
    functions: `${packing.wgsl}\n${functions}\n${ACROSS_LANES}`,
    wgsl: /* wgsl */ `
const CHAIN = 16u;

struct Starts { x: u32, z: u32, s: u32 }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let unit = (linearGroup(group) * WORKGROUP + lane) / LANES;
  let row = unit % params.rows;
  let first = unit / params.rows * params.chunk;
  let inside = unit < params.rows * params.chunks;
  var total = start();
  if (inside) {
    let end = min(first + params.chunk, params.cols);
    let starts = startsOf(row);
    for (var k = first + lane % LANES; k < end; k += 4u * CHAIN * LANES) {
      total = merge(total, takeBlock(k, min(k + 4u * CHAIN * LANES, end), starts));
    }
  }
  let result = acrossLanes(lane, collapse(total));
  if (inside && lane % LANES == 0u) {
    y[unit] = finish(result, params.scale);
  }
}

fn startsOf(row: u32) -> Starts {
  var starts = Starts(viewIndex(params.x, row), 0u, 0u);
  if (HAS_Z) { starts.z = viewIndex(params.z, row); }
  if (HAS_S) { starts.s = viewIndex(params.s, row); }
  return starts;
}

fn takeBlock(first: u32, end: u32, starts: Starts) -> A {
  var a = start();
  var b = start();
  var c = start();
  var d = start();
  var k = first;
  for (; k + 3u * LANES < end; k += 4u * LANES) {
    a = takeAt(a, k, starts);
    b = takeAt(b, k + LANES, starts);
    c = takeAt(c, k + 2u * LANES, starts);
    d = takeAt(d, k + 3u * LANES, starts);
  }
  for (; k < end; k += LANES) {
    a = takeAt(a, k, starts);
  }
  return merge(merge(a, b), merge(c, d));
}

fn takeAt(acc: A, k: u32, starts: Starts) -> A {
  let at = starts.s + k * params.sStep;
  if (HAS_Z) {
    return take(acc, V(x[starts.x + k * params.xStep]), V(z[starts.z + k * params.zStep]), k, at);
  }
  return take(acc, V(x[starts.x + k * params.xStep]), V(), k, at);
}`,
  });
}

export type FoldKernel = ReturnType<typeof foldKernel>;
