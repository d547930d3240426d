import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { dimOf } from './reduction.ts';
import { rowsOf } from './rows.ts';

/**
 * Sum of each element and all before it along one axis.
 *
 * @throws RangeError when the axis is outside the tensor.
 */
export function cumsum(x: Tensor, dim: number | { readonly dim: number }): Tensor {
  return cumsumOp([x], { dim: dimOf('cumsum', x, dim) });
}

const cumsumOp = /* @__PURE__ */ defineOp({
  name: 'cumsum',
  inputs: ['x'],
  dtypes: ['f32', 'f16'],
  strided: true,
  shape: ([x]: readonly [Shape], _: { dim: number }) => x,
  forward: ([x]: readonly [x: Tensor], { dim }) => ({ y: scanned(x, dim, false), saved: {} }),
  // An element is in every sum from its own on.
  backward: (dy, _, { dim }) => [scanned(dy, dim, true)],
});

/**
 * Rows are cut into chunks; one invocation owns one. A first pass sums the chunks, a second runs through those sums, and
 * the third through the elements, each chunk from the sum of what came before.
 */
function scanned(x: Tensor, dim: number, backwards: boolean): Tensor {
  const y = x.derive(x.shape);
  const rows = rowsOf(x, [dim]);
  const { chunk, chunks } = cut(x, rows.rows, rows.cols);
  const size = { rows: rows.rows, cols: rows.cols, chunk, chunks, xStep: rows.step };
  const T = x.dtype as 'f32' | 'f16';
  let before: Tensor | null = null;
  if (chunks > 1) {
    const totals = x.derive([chunks, rows.rows], 'f32');
    cumsumTotals({ x: rows.view }, { totals }, size, { T, BACKWARDS: backwards });
    before = scanned(totals, 0, false);
  }
  const out = rowsOf(y, [dim]);
  cumsumScan({ x: rows.view, before }, { y: out.view }, { ...size, yStep: out.step }, { T, BACKWARDS: backwards });
  return y;
}

function cut(x: Tensor, rows: number, cols: number): { chunk: number; chunks: number } {
  const busy = x.device.kind === 'cpu' ? 512 : 16_384; // invocations that fill the device
  const chunk = Math.max(Math.ceil(cols / Math.ceil(busy / rows)), 64);
  return { chunk, chunks: Math.max(Math.ceil(cols / chunk), 1) };
}

export const cumsumTotals = /* @__PURE__ */ defineKernel({
  name: 'cumsum.totals',
  read: { x: 'strided T' },
  write: { totals: 'f32' },
  params: { rows: 'u32', cols: 'u32', chunk: 'u32', chunks: 'u32', xStep: 'u32' },
  constants: { T: ['f32', 'f16'], BACKWARDS: [false, true] },
  workgroup: 64,
  grid: ({ rows, chunks }) => Math.ceil((rows * chunks) / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let unit = linearGroup(group) * WORKGROUP + lane;
  if (unit >= params.rows * params.chunks) { return; }
  let base = viewIndex(params.x, unit % params.rows);
  let first = unit / params.rows * params.chunk;
  let end = min(first + params.chunk, params.cols);
  var total = 0.0;
  for (var k = first; k < end; k++) {
    total += f32(x[base + select(k, params.cols - 1u - k, BACKWARDS) * params.xStep]);
  }
  totals[unit] = total;
}`,
});

export const cumsumScan = /* @__PURE__ */ defineKernel({
  name: 'cumsum.scan',
  read: { x: 'strided T', before: 'f32?' },
  write: { y: 'strided T' },
  params: { rows: 'u32', cols: 'u32', chunk: 'u32', chunks: 'u32', xStep: 'u32', yStep: 'u32' },
  constants: { T: ['f32', 'f16'], BACKWARDS: [false, true] },
  workgroup: 64,
  grid: ({ rows, chunks }) => Math.ceil((rows * chunks) / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let unit = linearGroup(group) * WORKGROUP + lane;
  if (unit >= params.rows * params.chunks) { return; }
  let row = unit % params.rows;
  let xAt = viewIndex(params.x, row);
  let yAt = viewIndex(params.y, row);
  let first = unit / params.rows * params.chunk;
  let end = min(first + params.chunk, params.cols);
  var total = 0.0;
  if (HAS_BEFORE && first > 0u) { total = before[unit - params.rows]; }
  for (var k = first; k < end; k++) {
    let position = select(k, params.cols - 1u - k, BACKWARDS);
    total += f32(x[xAt + position * params.xStep]);
    y[yAt + position * params.yStep] = T(total);
  }
}`,
});

export function cumsumReference([x]: readonly [Nd], { dim }: { readonly dim: number }): Nd {
  const inner = x.shape.slice(dim + 1).reduce((a, b) => a * b, 1);
  const data = x.data.slice();
  return nd(x.shape, (i, at) => {
    if (at[dim]! > 0) data[i]! += data[i - inner]!;
    return data[i]!;
  });
}
