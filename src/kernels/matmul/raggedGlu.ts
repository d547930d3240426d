import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { expectShape, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type BandOptions, bandsOf, bandTable, expectJoint } from './bands.ts';

export interface RaggedGluOptions extends BandOptions {
  /** Multiplies each band of each row of the result: [..., bands]. */
  readonly scale?: Tensor | null;
}

/**
 * Gated linear unit of each band. Band n of x [..., 2 · Σ widths] holds width_n values, then as many gates:
 *
 *   y = values · sigmoid(gates) (· scale) → [..., Σ widths]
 *
 * @throws ShapeError when x or scale does not fit the widths, RangeError for a width that is no positive integer.
 */
export function raggedGlu(x: Tensor, { widths, scale = null }: RaggedGluOptions): Tensor {
  return raggedGluOp([x, scale], { widths });
}

const raggedGluOp = /* @__PURE__ */ defineOp({
  name: 'raggedGlu',
  inputs: ['x', 'scale'],
  dtypes: ['f32', 'f16'],
  shape([x, scale]: readonly [Shape, Shape | null], { widths }: BandOptions) {
    const { total } = bandsOf('raggedGlu', widths);
    expectJoint('raggedGlu', x, 2 * total);
    expectShape('raggedGlu', { scale }, [...x.slice(0, -1), widths.length]);
    return [...x.slice(0, -1), total];
  },
  forward([x, scale]: readonly [x: Tensor, scale: Tensor | null], { widths }) {
    const bands = bandsOf('raggedGlu', widths);
    const y = x.derive([...x.shape.slice(0, -1), bands.total]);
    const params = { size: y.size, bands: widths.length, total: bands.total };
    raggedGate({ x, scale, table: bandTable(x, bands) }, { y }, params, { T: x.dtype as 'f32' | 'f16' });
    return { y, saved: { x, scale } };
  },
  backward(dy, { x, scale }, { widths }, [needsX, needsScale]) {
    const bands = bandsOf('raggedGlu', widths);
    const table = bandTable(x, bands);
    const dx = needsX ? x.derive(x.shape) : null;
    const dscale = needsScale && scale ? scale.derive(scale.shape) : null;
    const params = { bands: widths.length, total: bands.total };
    const T = { T: x.dtype as 'f32' | 'f16' };
    if (dx) raggedGateGradInput({ x, scale, dy, table }, { dx }, { ...params, size: dy.size }, T);
    if (dscale) raggedGateGradScale({ x, dy, table }, { dscale }, { ...params, size: dscale.size }, T);
    return [dx, dscale];
  },
});

/** Where a value lies in x and its gate behind it; sigmoid with a bounded argument of exp. */
const PLACE_WGSL = /* wgsl */ `
fn bandOf(j: u32) -> u32 { return table[params.bands + 1u + j]; }
fn valueAt(row: u32, j: u32, band: u32) -> u32 { return 2u * row * params.total + table[band] + j; }
fn widthOf(band: u32) -> u32 { return table[band + 1u] - table[band]; }
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(-max(x, -80.0))); }`;

export const raggedGate = /* @__PURE__ */ defineKernel({
  name: 'raggedGlu.gate',
  read: { x: 'T', scale: 'T?', table: 'u32' },
  write: { y: 'T' },
  params: { size: 'u32', bands: 'u32', total: 'u32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  functions: PLACE_WGSL,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let row = i / params.total;
  let j = i % params.total;
  let band = bandOf(j);
  let at = valueAt(row, j, band);
  var value = f32(x[at]) * sigmoid(f32(x[at + widthOf(band)]));
  if (HAS_SCALE) { value *= f32(scale[row * params.bands + band]); }
  y[i] = T(value);
}`,
});

export const raggedGateGradInput = /* @__PURE__ */ defineKernel({
  name: 'raggedGlu.gradInput',
  read: { x: 'T', scale: 'T?', dy: 'T', table: 'u32' },
  write: { dx: 'T' },
  params: { size: 'u32', bands: 'u32', total: 'u32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  functions: PLACE_WGSL,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let row = i / params.total;
  let j = i % params.total;
  let band = bandOf(j);
  let at = valueAt(row, j, band);
  let gateAt = at + widthOf(band);
  let gate = sigmoid(f32(x[gateAt]));
  var upstream = f32(dy[i]) * gate;
  if (HAS_SCALE) { upstream *= f32(scale[row * params.bands + band]); }
  dx[gateAt] = T(upstream * (1.0 - gate) * f32(x[at]));
  dx[at] = T(upstream);
}`,
});

/** Each invocation sums a band of one row. */
export const raggedGateGradScale = /* @__PURE__ */ defineKernel({
  name: 'raggedGlu.gradScale',
  read: { x: 'T', dy: 'T', table: 'u32' },
  write: { dscale: 'T' },
  params: { size: 'u32', bands: 'u32', total: 'u32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  functions: PLACE_WGSL,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let rows = params.size / params.bands;
  let row = i % rows;
  let band = i / rows;
  var sum = 0.0;
  for (var j = table[band]; j < table[band + 1u]; j++) {
    let at = valueAt(row, j, band);
    sum += f32(dy[row * params.total + j]) * f32(x[at]) * sigmoid(f32(x[at + widthOf(band)]));
  }
  dscale[row * params.bands + band] = T(sum);
}`,
});

export function raggedGluReference([x, scale = null]: readonly [Nd, (Nd | null)?], { widths }: BandOptions): Nd {
  const { starts, total } = bandsOf('raggedGlu', widths);
  const bandOf = widths.flatMap((width, n) => Array.from({ length: width }, () => n));
  return nd([...x.shape.slice(0, -1), total], (index) => {
    const [row, j] = [Math.floor(index / total), index % total];
    const n = bandOf[j]!;
    const at = 2 * row * total + starts[n]! + j;
    const gated = x.data[at]! / (1 + Math.exp(-x.data[at + widths[n]!]!));
    return gated * (scale?.data[row * widths.length + n] ?? 1);
  });
}
