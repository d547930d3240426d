import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Problem } from './gemmProblem.ts';

// Steps of k that one workgroup copies. Where neighboring lines share lines of the cache, few: they are still there when
// the next workgroup comes.
const CHUNK = 512;
const ADJACENT_CHUNK = 64;

/** An f32 copy of `a` in panels of 4 rows: its four elements of each k side by side. Batch axes that repeat it are copied once. */
export function rowPanels({ a, m, k, batch }: Problem): Tensor {
  return packed(a.tensor, 4, { lines: m, depth: k, offset: a.offset, line: a.row, step: a.col }, batch, a.batch);
}

/** An f32 copy of `b` in panels of 8 columns. */
export function columnPanels({ b, n, k, batch }: Problem): Tensor {
  return packed(b.tensor, 8, { lines: n, depth: k, offset: b.offset, line: b.col, step: b.row }, batch, b.batch);
}

/** Elements of one copied matrix. */
export function panelSize(lines: number, depth: number, width: 4 | 8): number {
  return Math.ceil(lines / width) * width * depth;
}

interface Source {
  /** Rows of a or columns of b. */
  readonly lines: number;
  /** k. */
  readonly depth: number;
  readonly offset: number;
  readonly line: number;
  readonly step: number;
}

function packed(x: Tensor, width: 4 | 8, source: Source, batch: readonly number[], strides: readonly number[]): Tensor {
  const { lines, depth } = source;
  const axes = [...batch.keys()].filter((d) => strides[d] !== 0).reverse();
  const count = axes.reduce((product, d) => product * batch[d]!, 1);
  const y = x.derive([count * panelSize(lines, depth, width)], 'f32');
  const four = (of: readonly number[], rest: number) =>
    [0, 1, 2, 3].map((i) => (axes[i] === undefined ? rest : of[axes[i]!]!));
  const quads = Math.ceil(lines / width) * (width / 4);
  const ADJACENT = source.line === 1;
  const chunk = ADJACENT ? ADJACENT_CHUNK : CHUNK;
  const groups = count * quads * Math.ceil(depth / chunk);
  packStrips(
    { x },
    { y },
    { ...source, width: width / 4, quads, chunk, groups, batch: four(batch, 1), axes: four(strides, 0) },
    { T: x.dtype as 'f32' | 'f16', ADJACENT },
  );
  return y;
}

/**
 * Copies lines (rows of a, columns of b) into panels [batch, panel, depth, 4 * width] so that a panel's lines lie side by
 * side. A workgroup copies four lines; lines past the end repeat the last.
 */
export const packStrips = /* @__PURE__ */ defineKernel({
  name: 'matmul.packStrips',
  read: { x: 'raw T' },
  write: { y: 'vec4f' },
  params: {
    lines: 'u32',
    depth: 'u32',
    offset: 'u32',
    line: 'u32', // elements from one line to the next
    step: 'u32', // elements from one k to the next
    width: 'u32', // quads of lines in a panel
    quads: 'u32',
    chunk: 'u32', // steps of k of one workgroup
    groups: 'u32',
    batch: 'vec4u',
    axes: 'vec4u',
  },
  constants: { T: ['f32', 'f16'], ADJACENT: [true, false] },
  workgroup: 1,
  grid: ({ groups }) => groups,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u) {
  let index = linearGroup(group);
  if (index >= params.groups) { return; }
  let chunks = (params.depth + params.chunk - 1u) / params.chunk;
  let quad = index % params.quads;
  let first = index / params.quads % chunks * params.chunk;
  let matrix = index / params.quads / chunks;
  let last = params.lines - 1u;
  var at = params.offset + first * params.step;
  var rest = matrix;
  at += rest % params.batch.x * params.axes.x;
  rest /= params.batch.x;
  at += rest % params.batch.y * params.axes.y;
  rest /= params.batch.y;
  at += rest % params.batch.z * params.axes.z;
  at += rest / params.batch.z * params.axes.w;
  let count = min(params.chunk, params.depth - first);
  let panel = matrix * params.quads / params.width + quad / params.width;
  var to = (panel * params.depth + first) * params.width + quad % params.width;
  var at0 = at + min(4u * quad, last) * params.line;
  if (ADJACENT && 4u * quad + 3u <= last) {
    for (var k = 0u; k < count; k++) {
      y[to] = vec4f(vec4<T>(x[at0], x[at0 + 1u], x[at0 + 2u], x[at0 + 3u]));
      at0 += params.step;
      to += params.width;
    }
  } else {
    var at1 = at + min(4u * quad + 1u, last) * params.line;
    var at2 = at + min(4u * quad + 2u, last) * params.line;
    var at3 = at + min(4u * quad + 3u, last) * params.line;
    for (var k = 0u; k < count; k++) {
      y[to] = vec4f(vec4<T>(x[at0], x[at1], x[at2], x[at3]));
      at0 += params.step;
      at1 += params.step;
      at2 += params.step;
      at3 += params.step;
      to += params.width;
    }
  }
}`,
});
