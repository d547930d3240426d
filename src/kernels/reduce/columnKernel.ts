import { defineKernel } from '../../tensor/engine/kernel.ts';
import { COLUMN4 } from './foldKernel.ts';

/** The most vectors of neighboring columns that one invocation folds together. */
export const MOST_COLUMNS = 64;

/**
 * The fold of neighboring columns for softgpu: an invocation walks the elements of up to 64 vectors of columns line by
 * line, as they lie in memory, with their accumulators in its cache. `functions`, parameters and result are those of
 * `foldKernel`; `width` is the number of vectors, a divisor of the innermost extent.
 *
 * As there, 16 elements are added before their total joins the others.
 */
/* @__NO_SIDE_EFFECTS__ */
export function columnKernel(name: string, functions: string) {
  return defineKernel({
    name,
    read: { x: COLUMN4.x, z: `${COLUMN4.x}?`, s: 'strided f32?' },
    write: { y: COLUMN4.y },
    params: {
      rows: 'u32',
      cols: 'u32',
      chunk: 'u32',
      chunks: 'u32',
      width: 'u32',
      xStep: 'u32',
      zStep: 'u32',
      sStep: 'u32',
      start: 'f32',
      scale: 'f32',
    },
    constants: { T: COLUMN4.types },
    workgroup: 1,
    grid: ({ rows, chunks, width }) => (rows / width) * chunks,
    functions: `${COLUMN4.wgsl}\n${functions}\nconst MOST_COLUMNS = ${MOST_COLUMNS}u;`,
    wgsl: /* wgsl */ `
const CHAIN = 16u;

// Where the first column begins.
var<private> xAt: u32;
var<private> zAt: u32;
var<private> sAt: u32;

fn takeAt(acc: A, i: u32, c: u32) -> A {
  let at = sAt + i * params.sStep;
  if (HAS_Z) {
    return take(acc, V(x[xAt + i * params.xStep + c]), V(z[zAt + i * params.zStep + c]), i, at);
  }
  return take(acc, V(x[xAt + i * params.xStep + c]), V(), i, at);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u) {
  let blocks = params.rows / params.width;
  let index = linearGroup(group);
  if (index >= blocks * params.chunks) { return; }
  let part = index / blocks;
  let row = (index - part * blocks) * params.width;
  let first = part * params.chunk;
  let end = min(first + params.chunk, params.cols);
  xAt = viewIndex(params.x, row);
  if (HAS_Z) { zAt = viewIndex(params.z, row); }
  if (HAS_S) { sAt = viewIndex(params.s, row); }
  var totals: array<A, MOST_COLUMNS>;
  var chains: array<A, MOST_COLUMNS>;
  for (var c = 0u; c < params.width; c++) { totals[c] = start(); }
  for (var k = first; k < end; k += CHAIN) {
    for (var c = 0u; c < params.width; c++) { chains[c] = start(); }
    let behind = min(k + CHAIN, end);
    var i = k;
    for (; i + 3u < behind; i += 4u) {
      for (var c = 0u; c < params.width; c++) {
        chains[c] = takeAt(takeAt(takeAt(takeAt(chains[c], i, c), i + 1u, c), i + 2u, c), i + 3u, c);
      }
    }
    for (; i < behind; i++) {
      for (var c = 0u; c < params.width; c++) { chains[c] = takeAt(chains[c], i, c); }
    }
    for (var c = 0u; c < params.width; c++) { totals[c] = merge(totals[c], chains[c]); }
  }
  for (var c = 0u; c < params.width; c++) {
    y[part * params.rows + row + c] = finish(collapse(totals[c]), params.scale);
  }
}`,
  });
}

export type ColumnKernel = ReturnType<typeof columnKernel>;
